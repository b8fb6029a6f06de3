"""One function in a process of its own, beside the work of this one or apart from it."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Final, ParamSpec, TypeVar

from bookrec.offline.engines.processes import interrupts_held

_Arguments = ParamSpec("_Arguments")
_Value = TypeVar("_Value")

# -P: a module of a user's in the working directory must not stand in for one of Python's.
_COMMAND: Final = (sys.executable, "-P", "-c", f"from {__name__} import work_beside; work_beside()")


@contextlib.contextmanager
def run_beside(
    work: Callable[_Arguments, _Value], *arguments: _Arguments.args, **options: _Arguments.kwargs
) -> Iterator[Callable[[], _Value]]:
    """Run a module-level function in another process for as long as the block lasts.

    The process imports the module of the function and nothing else, not even the program that runs.

    Yields:
        A function that waits for the result. If the process was killed, for want of memory say, or
        failed, it calls ``work`` in this process.
    """
    with _started(work, *arguments, **options) as value_of_process:

        def result() -> _Value:
            try:
                return value_of_process()
            except ChildProcessError:
                return work(*arguments, **options)

        yield result


def run_apart(
    work: Callable[_Arguments, _Value], *arguments: _Arguments.args, **options: _Arguments.kwargs
) -> _Value:
    """Return the value of a module-level function that may end the process it runs in.

    Raises:
        ChildProcessError: the process was killed, or the function failed.
    """
    with _started(work, *arguments, **options) as value_of_process:
        return value_of_process()


@contextlib.contextmanager
def _started(
    work: Callable[_Arguments, _Value], *arguments: _Arguments.args, **options: _Arguments.kwargs
) -> Iterator[Callable[[], _Value]]:
    """Start a process for a function, and end it with the block.

    Yields:
        A function that waits for the value; it raises ChildProcessError if there is none.
    """
    # Files, as a pipe would keep the writing process waiting for the reading one.
    with tempfile.TemporaryFile() as task, tempfile.TemporaryFile() as answer:
        pickle.dump((work, arguments, options), task)
        task.seek(0)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with interrupts_held():
            process = subprocess.Popen(  # noqa: S603
                [*_COMMAND, str(task.fileno()), str(answer.fileno())],
                stdin=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(task.fileno(), answer.fileno()),
                env=environment,
            )

        def result() -> _Value:
            if process.wait():
                raise ChildProcessError(f"{work.__name__} ended with {process.returncode}")
            answer.seek(0)
            value: _Value = pickle.load(answer)  # noqa: S301
            return value

        with process:
            try:
                yield result
            finally:
                process.kill()


def work_beside() -> None:
    """Compute what `_started` of the parent process asks for."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    task, answer = map(int, sys.argv[1:])
    with os.fdopen(task, "rb") as file:
        work, arguments, options = pickle.load(file)  # noqa: S301
    with os.fdopen(answer, "wb") as file:
        pickle.dump(work(*arguments, **options), file)


def _end_with_parent() -> None:
    """End this process when the parent is gone and with it its end of the pipe; nothing is sent."""
    os.read(0, 1)
    os._exit(1)
