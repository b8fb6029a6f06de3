"""Engine of many machines: a Ray cluster (``--engine ray``, extra ``bookrec[ray]``).

This process loads the recommender once and puts it into Ray's object store. It travels to each machine
once, and the processes of a machine share one read-only copy of its arrays. Shards and their results
are small (docs/beyond-one-machine.md has the figures). ``RAY_ADDRESS`` names the cluster; without it,
one is started on this machine that no other machine can reach.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from bookrec import __version__
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
from bookrec.offline.engines.ray_cluster import ClusterCapacity, RayModule, connect, import_ray
from bookrec.offline.runtime.peak_memory import peak_resident_bytes

ObjectRef: TypeAlias = Any
"""A ``ray.ObjectRef``."""

Versions: TypeAlias = dict[str, str]
"""Version of each package."""

_LOSSES: Final = 3
"""Lost workers that a shard survives: machines leave a cluster at any time."""
_END_S: Final = 15.0
"""Seconds to wait for cancelled shards."""


class RayEngine:
    """Engine of many machines (see `Engine`).

    Arrays of tasks, of the loaded object and of results may be read-only: they lie in shared memory.
    """

    def __init__(self, workers: int | None = None) -> None:
        """Import Ray; ``workers``: shards at a time, None = one per CPU of the machine or cluster.

        Raises:
            ModuleNotFoundError: Ray is not installed.
        """
        self.workers = None if workers is None else max(1, workers)
        self.peak_bytes = 0
        self._ray = import_ray()

    def kept(self) -> contextlib.AbstractContextManager[None]:
        """Do nothing: the workers of a cluster stay anyway; see the protocol."""
        return contextlib.nullcontext()

    def map(
        self,
        work: Callable[[Loaded, Task], Result],
        load: Load,
        directory: Path,
        tasks: Iterable[tuple[int, Task]],
    ) -> Iterator[tuple[int, Result]]:
        """Yield numbered results as they finish; see the protocol.

        ``load`` is called in this process, and its result must be picklable.
        """
        ray = self._ray
        connect(ray, directory, self.workers)
        remote = ray.remote(num_cpus=1, max_retries=0)(_work)
        # In a list, so that Ray passes the reference and each process fetches the object once.
        loaded = [_shared(ray, load(directory))]
        versions = _versions()
        coming = iter(tasks)
        pending: dict[ObjectRef, tuple[int, Task]] = {}
        losses: Counter[int] = Counter()
        capacity = ClusterCapacity(ray, self.workers)
        try:
            while True:
                while len(pending) < capacity.now() and (task := next(coming, None)) is not None:
                    pending[remote.remote(work, loaded, versions, task[1])] = task
                if not pending:
                    return
                for done in ray.wait(list(pending), num_returns=1)[0]:
                    number, task_of = pending.pop(done)
                    try:
                        result, peak_bytes = _fetched(ray, done)
                    except _Lost as lost:
                        losses[number] += 1
                        if losses[number] > _LOSSES:
                            raise _lost_again(losses[number]) from lost
                        line = f"a worker was lost; its shard {number} is computed again"
                        tqdm.write(line, file=sys.stderr)
                        again = remote.remote(work, loaded, versions, task_of)
                        pending[again] = number, task_of
                        continue
                    self.peak_bytes = max(self.peak_bytes, peak_bytes)
                    yield number, result
        finally:
            _cancel(ray, list(pending))


class _Lost(Exception):
    """Loss of the worker or the machine that had a shard or its result."""


def _shared(ray: RayModule, loaded: Loaded) -> ObjectRef:
    """Put an object into the object store."""
    try:
        return ray.put(loaded)
    except TypeError as error:
        # Ray's message prints the whole object, array by array.
        raise BookrecError(
            f"What the workers need cannot be sent to other machines ({error.__cause__}), as with a "
            "model that could not be split; use --engine processes."
        ) from error.__cause__


def _fetched(ray: RayModule, done: ObjectRef) -> tuple[AnyResult, int]:
    """Fetch the result of a finished shard, and the peak memory of its process.

    Raises:
        _Lost: the shard has to be computed again.
        Exception: the work raised it.
    """
    errors = ray.exceptions
    gone = (
        errors.WorkerCrashedError,
        errors.NodeDiedError,
        errors.LocalRayletDiedError,
        errors.OutOfMemoryError,
        errors.ObjectLostError,
    )
    try:
        result: tuple[AnyResult, int] = ray.get(done)
    except gone as error:
        raise _Lost from error
    except errors.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, BookrecError):
            raise cause from None
        if any(sign in str(cause) for sign in _NO_BOOKREC):
            raise _foreign("no bookrec, or one without this engine,", _versions()) from error
        raise cause from error
    return result


def _lost_again(times: int) -> BookrecError:
    return BookrecError(
        f"Workers of the Ray cluster were lost {times} times with the same shard, perhaps for want "
        "of memory; free some, or use fewer at a time (--workers)."
    )


def _cancel(ray: RayModule, pending: list[ObjectRef]) -> None:
    """Cancel the running shards, and wait until they have ended."""
    with contextlib.suppress(ray.exceptions.RayError):
        for reference in pending:
            ray.cancel(reference, force=True)
        if pending:
            ray.wait(pending, num_returns=len(pending), timeout=_END_S, fetch_local=False)


def _versions() -> Versions:
    """Versions that decide a score: those of the driver and of a worker must agree."""
    return {"bookrec": __version__, "numpy": importlib.metadata.version("numpy")}


_NO_BOOKREC: Final = ("failed to import on the worker", "No module named 'bookrec")
"""Texts of Ray's errors where a worker could not import the function or its arguments."""


def _foreign(installed: str, wanted: Versions) -> BookrecError:
    return BookrecError(
        f"A machine of the Ray cluster has {installed} instead of {_listed(wanted)}; install the same "
        "'bookrec[ray]' on all machines and restart Ray there."
    )


def _listed(versions: Versions) -> str:
    return " and ".join(f"{name} {version}" for name, version in versions.items())


_loaded: tuple[str, Loaded] | None = None
"""In a worker: the name of the reference, and the object."""


def _work(
    work: Work, loaded: list[ObjectRef], versions: Versions, task: AnyTask
) -> tuple[AnyResult, int]:
    """Compute a task in a worker, and measure the peak resident memory of its process in bytes."""
    global _loaded
    name = loaded[0].hex()
    if _loaded is None or _loaded[0] != name:
        if _versions() != versions:
            raise _foreign(_listed(_versions()), versions)
        import ray

        _loaded = None  # frees the object of an earlier stage before the next one is fetched
        _loaded = name, ray.get(loaded[0])
        threadpool_limits(1)  # only now: the object may have imported BLAS
    return work(_loaded[1], task), peak_resident_bytes()
