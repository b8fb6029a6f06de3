"""Maps work over shards with a few processes of one BLAS thread each.

Two processes of one thread score about twice as fast as one process of two threads: the arrays of
one reader are too small for BLAS to share out.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

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
        yield from pool.map(_work, ((work, task) for task in tasks))


_loaded: Any = None


def _start(load: Callable[[Path], Any], directory: Path) -> None:
    global _loaded
    threadpool_limits(1)
    _loaded = load(directory)


def _work(pair: tuple[Callable[[Any, Any], Any], Any]) -> Any:
    work, task = pair
    return work(_loaded, task)
