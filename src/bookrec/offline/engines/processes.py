"""Engine of one machine: processes of one BLAS thread each.

Two processes of one thread score about twice as fast as one process of two threads: the arrays of one
reader are too small for BLAS to split.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from pathlib import Path
from typing import Final, TypeAlias

from threadpoolctl import threadpool_limits

from bookrec.errors import BookrecError
from bookrec.offline.engines.engine import (
    AnyResult,
    AnyTask,
    Load,
    Loaded,
    Result,
    Task,
    Work,
)
from bookrec.offline.runtime.peak_memory import peak_resident_bytes

_AHEAD: Final = 4
"""Queued tasks per process: enough to keep it busy, few enough to hold in memory."""

_Outcome: TypeAlias = tuple[AnyResult, int]
"""Result of a task, and the peak resident memory of its process in bytes."""


class Processes:
    """Engine of one machine (see `Engine`).

    A process that dies takes its pool with it; a new pool continues with the unfinished tasks.
    """

    def __init__(self, workers: int | None = None) -> None:
        """Choose the number of processes; None = one per core, 0 = work in this process."""
        self.workers = workers if workers is not None else len(os.sched_getaffinity(0))
        self.peak_bytes = 0
        self._keeps = False
        self._kept: _Pool | None = None

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the processes from one map of the block to the next; see the protocol."""
        self._keeps = True
        try:
            yield
        finally:
            self._keeps = False
            if self._kept is not None:
                self._kept.close()
                self._kept = None

    def map(
        self,
        work: Callable[[Loaded, Task], Result],
        load: Load,
        directory: Path,
        tasks: Iterable[tuple[int, Task]],
    ) -> Generator[tuple[int, Result], None, None]:
        """Yield numbered results as they finish; see the protocol."""
        if self.workers == 0:
            yield from _in_this_process(work, load, directory, tasks)
            return
        coming, again = iter(tasks), deque[tuple[int, Task]]()
        suspected: set[int] = set()
        while True:
            try:
                yield from self._one_pool(work, load, directory, coming, again)
                return
            except BrokenProcessPool as error:
                # Tasks start in the order of their submission, so only the oldest unfinished ones
                # were running when a process died.
                running = {number for number, _ in itertools.islice(again, self.workers)}
                if not running or running & suspected:
                    raise BookrecError(
                        "A worker process was killed, and again on a second try, perhaps for want "
                        "of memory; free some, or run it again with fewer processes (--workers)."
                    ) from error
                suspected |= running

    def _one_pool(
        self,
        work: Work,
        load: Load,
        directory: Path,
        coming: Iterator[tuple[int, Task]],
        again: deque[tuple[int, Task]],
    ) -> Iterator[tuple[int, AnyResult]]:
        """Work until all tasks are done or a process dies; ``again`` then holds the unfinished ones."""
        pool, self._kept = self._kept or _Pool(self.workers), None
        pending: dict[Future[_Outcome], tuple[int, Task]] = {}
        try:
            while True:
                while len(pending) < self.workers * _AHEAD:
                    if not again and (task := next(coming, None)) is not None:
                        again.append(task)
                    if not again:
                        break
                    with interrupts_held():
                        future = pool.executor.submit(_work, work, load, directory, again[0][1])
                    pending[future] = again.popleft()
                if not pending:
                    break
                yield from self._finished(pending)
        except BaseException:
            again.extendleft(reversed(pending.values()))
            pool.close(at_once=True)
            raise
        if self._keeps:
            self._kept = pool
        else:
            pool.close()

    def _finished(
        self, pending: dict[Future[_Outcome], tuple[int, Task]]
    ) -> Iterator[tuple[int, AnyResult]]:
        """Wait for at least one result; results come before the error that the pool is broken."""
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=lambda future: future.exception() is not None):
            result, peak_bytes = future.result()
            number, _ = pending.pop(future)
            self.peak_bytes = max(self.peak_bytes, peak_bytes)
            yield number, result


class _Pool:
    """Worker processes, and the pipe whose end tells them that nobody waits for them."""

    def __init__(self, workers: int) -> None:
        # Spawn, not fork: TensorFlow's threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.watched, self.held = context.Pipe(duplex=False)
        self.executor = ProcessPoolExecutor(workers, context, _start, (self.watched,))

    def close(self, *, at_once: bool = False) -> None:
        """End the processes, those in the middle of a shard only if ``at_once``."""
        if at_once:
            self.held.close()
        self.executor.shutdown(cancel_futures=True)
        self.held.close()
        self.watched.close()


def map_shards(
    work: Callable[[Loaded, Task], Result],
    load: Load,
    directory: Path,
    tasks: Iterable[Task],
    workers: int | None = None,
) -> Iterator[Result]:
    """Yield ``work(load(directory), task)`` for every task, in their order.

    Args:
        work: module-level function that computes a task.
        load: module-level function that each process calls once, so that all share the files it maps.
        directory: argument of ``load``.
        tasks: the tasks.
        workers: processes; None = one per core, 0 = work in this process.

    Raises:
        BookrecError: a process was killed, twice.
    """
    early: dict[int, Result] = {}
    turn = 0
    for number, result in Processes(workers).map(work, load, directory, enumerate(tasks)):
        early[number] = result
        while turn in early:
            yield early.pop(turn)
            turn += 1


def _in_this_process(
    work: Work, load: Load, directory: Path, tasks: Iterable[tuple[int, Task]]
) -> Iterator[tuple[int, AnyResult]]:
    loaded = load(directory)
    for number, task in tasks:
        with threadpool_limits(1):
            result = work(loaded, task)
        yield number, result


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Block Ctrl-C while processes start.

    The signal reaches the whole process group, but only the parent should handle it. Processes
    inherit the blocked signal, so even one that still imports its modules prints no traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_loaded: tuple[Load, Path, Loaded] | None = None
"""In a worker: ``load``, its directory and its result."""


def _start(watched: connection.Connection) -> None:
    threading.Thread(target=_end_with_parent, args=(watched,), daemon=True).start()


def _end_with_parent(watched: connection.Connection) -> None:
    """End this process with its parent: a killed parent closes no queue, so it would wait for ever.

    ``watched`` ends when the parent abandons the pool or is gone; nothing is ever sent.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel, watched])
    os._exit(1)


def _work(work: Work, load: Load, directory: Path, task: AnyTask) -> _Outcome:
    """Compute a task in a worker."""
    global _loaded
    # Load with the first task and not at the start, so that an error is reported in full.
    if _loaded is None or _loaded[:2] != (load, directory):
        _loaded = load, directory, load(directory)
        # Limit threads here too: BLAS comes with NumPy, and NumPy with the task.
        threadpool_limits(1)
    return work(_loaded[2], task), peak_resident_bytes()
