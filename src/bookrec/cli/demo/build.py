"""Build of the demo: each verb in a process of its own, its lines followed as they come."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import IO, Final

from bookrec.cli.demo.reporter import Reporter
from bookrec.cli.demo.stages import Plan, Verb
from bookrec.errors import BookrecError
from bookrec.settings import Home

LOG_NAME: Final = "build.log"
"""File of the demo's home with all that its verbs print."""
_LAST_LINES: Final = 15
"""Lines of a failed verb that are shown."""


def build(home: Home, plan: Plan, reporter: Reporter, after: Callable[[], None]) -> None:
    """Run the verbs of a plan.

    Args:
        home: The demo's home.
        plan: Verbs to run.
        reporter: Shows their stages.
        after: Called after each verb.

    Raises:
        BookrecError: a verb failed.
    """
    number = 1
    with (home.root / LOG_NAME).open("a", encoding="utf-8") as log, contextlib.closing(reporter):
        for verb in plan.verbs:
            _run(home, verb, number, reporter, log)
            number += len(verb.stages)
            with reporter.aside():
                after()


def _run(home: Home, verb: Verb, number: int, reporter: Reporter, log: IO[str]) -> None:
    """Run a verb whose first stage is the plan's ``number``."""
    words = verb.command(home)
    log.write(f"== bookrec --home {home.root} {' '.join(words)}\n")
    log.flush()
    place, last = 0, [""]
    reporter.begin(number)
    with _started(home, words) as process:
        for line in _lines(process, reporter.tick_s):
            if line is None:
                reporter.still()
                continue
            log.write(line)
            log.flush()
            last = [*last[1 - _LAST_LINES :], line]
            for later in range(place + 1, verb.stage_of(line.rstrip("\n"), place) + 1):
                place = later
                reporter.begin(number + place)
    if process.returncode:
        reporter.close()
        raise BookrecError(
            f"The demo stopped: 'bookrec {' '.join(words)}' failed, with these last lines of "
            f"{home.root / LOG_NAME}:\n{''.join(last).rstrip()}\nRun 'bookrec demo' again: it goes on "
            "with what is missing."
        )


@contextlib.contextmanager
def _started(home: Home, words: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Start a verb; end it if the block fails, and wait for its end."""
    process = subprocess.Popen(  # noqa: S603
        command_line(home, words),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        yield process
        process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        if process.stdout is not None:
            process.stdout.close()


def command_line(home: Home, words: list[str]) -> list[str]:
    """Return the command line of a verb on a home."""
    return [sys.executable, "-m", "bookrec", "--home", str(home.root), *words]


def _lines(process: subprocess.Popen[str], tick_s: float) -> Iterator[str | None]:
    """Yield the lines of a process, and None after each ``tick_s`` seconds without one."""
    coming: queue.Queue[str] = queue.Queue()

    def read() -> None:
        # An error means that the reader of this queue has closed the pipe and is gone.
        with contextlib.suppress(ValueError, OSError):
            assert process.stdout is not None
            for line in process.stdout:
                coming.put(line)
        coming.put("")

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = coming.get(timeout=tick_s)
        except queue.Empty:
            yield None
            continue
        if not line:
            return
        yield line
