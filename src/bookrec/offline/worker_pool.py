"""Maps work over shards with a few processes of one BLAS thread each.

Two processes of one thread score about twice as fast as one process of two threads: the arrays of
one reader are too small for BLAS to share out.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from pathlib import Path
from typing import Any, Final, TypeVar

from threadpoolctl import threadpool_limits

from bookrec.errors import BookrecError

_AHEAD: Final = 4
"""Tasks per process that wait their turn: enough to keep it busy, few enough to hold in memory."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def map_shards(
    work: Callable[[Any, Task], Result],
    load: Callable[[Path], Any],
    directory: Path,
    tasks: Iterable[Task],
    workers: int | None = None,
) -> Iterator[Result]:
    """``work(load(directory), task)`` for every task, in their order.

    Args:
        work, load: module-level functions. Each process calls ``load`` once, so that what it maps
            from ``directory`` is shared by all of them.
        workers: processes; None = one per core, 0 = work in this process.

    Raises:
        BookrecError: a process was killed.
    """
    count = workers if workers is not None else len(os.sched_getaffinity(0))
    if count == 0:
        loaded = load(directory)
        with threadpool_limits(1):
            for task in tasks:
                yield work(loaded, task)
        return
    # Spawned, not forked: TensorFlow's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, context, _start, (load, directory)) as pool:
        try:
            yield from _in_order(pool, work, tasks, count * _AHEAD)
        except BrokenProcessPool as error:
            raise BookrecError(
                "A worker process was killed, perhaps for want of memory; free some, or run it "
                "again with fewer processes (--workers)."
            ) from error


def _in_order(
    pool: ProcessPoolExecutor,
    work: Callable[[Any, Task], Result],
    tasks: Iterable[Task],
    ahead: int,
) -> Iterator[Result]:
    """``pool.map``, but taking tasks as they are needed instead of all at once."""
    waiting: deque[Future[Result]] = deque()
    coming = iter(tasks)
    try:
        while True:
            for task in itertools.islice(coming, ahead - len(waiting)):
                waiting.append(pool.submit(_work, (work, task)))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


_loaded: Any = None


def _start(load: Callable[[Path], Any], directory: Path) -> None:
    global _loaded
    # Ctrl-C reaches the whole group: the parent stops the pool, and one message is enough.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threadpool_limits(1)
    _loaded = load(directory)


def _end_with_parent() -> None:
    """A killed parent closes no queue, and its processes would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(pair: tuple[Callable[[Any, Any], Any], Any]) -> Any:
    work, task = pair
    return work(_loaded, task)
