"""One function in a process of its own: its result, its failures, and what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bookrec.offline.engines.beside import run_apart, run_beside
from process_work import die_once, own_pid, touch_and_sleep

PARENT = """
import os, sys
from pathlib import Path
from bookrec.offline.engines.beside import run_beside
from process_work import touch_and_sleep

with run_beside(touch_and_sleep, Path(sys.argv[1])) as result:
    result()
"""
"""A program that only its own process may run: it does not ask for its name."""


def pid_in(path: Path) -> int:
    while not (path.exists() and path.read_text()):
        time.sleep(0.01)
    return int(path.read_text())


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_result_is_that_of_another_process():
    with run_beside(own_pid, "", None) as process:
        assert process() != os.getpid()


def test_an_error_is_the_one_of_the_function():
    with run_beside(int, "seven") as number, pytest.raises(ValueError, match="invalid literal"):
        number()


def test_the_work_of_a_killed_process_is_done_in_place(tmp_path: Path):
    with run_beside(die_once, tmp_path / "killed", 5) as square:
        assert square() == 25
    assert (tmp_path / "killed").exists()


def test_work_apart_is_not_done_again_in_place(tmp_path: Path):
    assert run_apart(own_pid, "", None) != os.getpid()
    with pytest.raises(ChildProcessError, match="die_once"):
        run_apart(die_once, tmp_path / "killed", 5)
    with pytest.raises(ChildProcessError):
        run_apart(int, "seven")


def test_modules_in_the_working_directory_stand_in_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("pickle", "tempfile", "threading"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)\n")
    monkeypatch.chdir(tmp_path)
    assert run_apart(own_pid, "", None) != os.getpid()


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_a_process_that_nobody_waits_for_ends_with_the_block(
    error: type[BaseException] | None, tmp_path: Path
):
    try:
        with run_beside(touch_and_sleep, tmp_path / "pid"):
            pid = pid_in(tmp_path / "pid")
            assert is_running(pid)
            if error:
                raise error
    except KeyboardInterrupt:
        pass
    assert not is_running(pid)


def test_a_process_ends_with_a_killed_parent(tmp_path: Path):
    command = [sys.executable, "-c", PARENT, str(tmp_path / "pid")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, env=environment) as parent:
        pid = pid_in(tmp_path / "pid")
        parent.send_signal(signal.SIGKILL)
    while is_running(pid):
        time.sleep(0.01)
