"""One function in a process of its own, beside the work of this one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from bookrec.errors import BookrecError
from bookrec.offline.engines.processes import WorkerPool, interrupts_held

_Arguments = ParamSpec("_Arguments")
_Value = TypeVar("_Value")


@contextlib.contextmanager
def run_beside(
    work: Callable[_Arguments, _Value], *arguments: _Arguments.args, **options: _Arguments.kwargs
) -> Iterator[Callable[[], _Value]]:
    """Run a module-level function in another process for as long as the block lasts.

    Yields:
        A function that waits for the result. What nobody waits for ends with the block.

    Raises:
        BookrecError: by the yielded function, if the process was killed.
    """
    pool = WorkerPool(1)
    with interrupts_held():
        future = pool.executor.submit(work, *arguments, **options)
    try:

        def result() -> _Value:
            try:
                return future.result()
            except BrokenProcessPool as error:
                raise BookrecError(
                    "A worker process was killed, perhaps for want of memory; free some, and run "
                    "it again."
                ) from error

        yield result
    finally:
        pool.close(at_once=not future.done())
