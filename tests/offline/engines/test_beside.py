"""One function in a process of its own: its result, its errors, and what is left of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import pytest

from bookrec.errors import BookrecError
from bookrec.offline.engines.beside import run_beside
from process_work import die, own_pid


def test_the_result_is_that_of_another_process():
    with run_beside(own_pid, "", None) as process:
        assert process() != os.getpid()


def test_an_error_is_the_one_of_the_function():
    with (
        pytest.raises(ValueError, match="invalid literal for int"),
        run_beside(int, "seven") as number,
    ):
        number()


def test_a_killed_process_is_told_in_a_sentence():
    with (
        pytest.raises(BookrecError, match="worker process was killed"),
        run_beside(die, "", 2) as number,
    ):
        number()


def test_a_process_that_nobody_waits_for_ends_with_the_block():
    with run_beside(time.sleep, 600):
        pass
    assert not multiprocessing.active_children()


def test_a_process_ends_with_an_interrupted_block():
    with pytest.raises(KeyboardInterrupt), run_beside(time.sleep, 600):
        signal.raise_signal(signal.SIGINT)
    assert not multiprocessing.active_children()
