"""Maps work over shards on a Ray cluster (``--engine ray``, extra ``bookrec[ray]``).

What the work needs is loaded once, here, and put into Ray's object store: the processes of a machine
share one copy of its arrays, read-only, and it travels to each machine once. Shards and their results
are small (docs/beyond-one-machine.md has the figures). With ``RAY_ADDRESS`` set the cluster there is
used, else one is started on this machine that only this machine can reach.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from bookrec import __version__
from bookrec.errors import BookrecError
from bookrec.offline.engines.engine import Load, Result, Task, Work
from bookrec.offline.engines.ray_cluster import Room, connect, import_ray
from bookrec.offline.runtime.peak_memory import peak_resident_bytes

_LOSSES: Final = 3
"""Lost workers that a shard survives: machines of a cluster come and go."""
_END_S: Final = 15.0
"""How long we wait for cancelled shards."""


class RayEngine:
    """The engine of many machines (see `Engine`).

    Arrays of results, and those that the work is given, may be read-only: they lie in shared memory.
    """

    def __init__(self, workers: int | None = None) -> None:
        """``workers``: shards at a time; None = as many as the machine, or the cluster, has CPUs.

        Raises:
            ModuleNotFoundError: Ray is not installed.
        """
        self.workers = None if workers is None else max(1, workers)
        self.peak_bytes = 0
        self._ray = import_ray()

    def map(
        self,
        work: Callable[[Any, Task], Result],
        load: Load,
        directory: Path,
        tasks: Iterable[tuple[int, Task]],
    ) -> Iterator[tuple[int, Result]]:
        """Results by number, in the order in which they are finished; see the protocol.

        ``load`` is called in this process, and its result must be picklable.
        """
        ray = self._ray
        connect(ray, directory, self.workers)
        remote = ray.remote(num_cpus=1, max_retries=0)(_work)
        # In a list, so that Ray hands the reference on and each process fetches the object once.
        loaded = [_shared(ray, load(directory))]
        versions = _versions()
        coming = iter(tasks)
        pending: dict[Any, tuple[int, Task]] = {}
        losses: Counter[int] = Counter()
        room = Room(ray, self.workers)
        try:
            while True:
                while len(pending) < room.now() and (task := next(coming, None)) is not None:
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
    """The worker, or the machine, that had a shard or its result is gone."""


def _shared(ray: Any, loaded: Any) -> Any:
    """A reference to it in the object store."""
    try:
        return ray.put(loaded)
    except TypeError as error:
        # Ray's own message has the whole object in it, array by array.
        raise BookrecError(
            f"What the workers need cannot be sent to other machines ({error.__cause__}), as with a "
            "model that could not be split; use --engine processes."
        ) from error.__cause__


def _fetched(ray: Any, done: Any) -> tuple[Any, int]:
    """Result and peak memory of a finished shard.

    Raises:
        _Lost: the shard is to be done again.
        Exception: what the work raised.
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
        result: tuple[Any, int] = ray.get(done)
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


def _cancel(ray: Any, pending: list[Any]) -> None:
    """End the work under way, and wait until it has ended."""
    with contextlib.suppress(ray.exceptions.RayError):
        for reference in pending:
            ray.cancel(reference, force=True)
        if pending:
            ray.wait(pending, num_returns=len(pending), timeout=_END_S, fetch_local=False)


Versions = dict[str, str]


def _versions() -> Versions:
    """Of what decides a score: the driver's and a worker's must be the same."""
    return {"bookrec": __version__, "numpy": importlib.metadata.version("numpy")}


_NO_BOOKREC: Final = ("failed to import on the worker", "No module named 'bookrec")
"""In what Ray says of a worker that could not load our function or its arguments."""


def _foreign(found: str, wanted: Versions) -> BookrecError:
    return BookrecError(
        f"A machine of the Ray cluster has {found} instead of {_said(wanted)}; install the same "
        "'bookrec[ray]' on all machines and restart Ray there."
    )


def _said(versions: Versions) -> str:
    return " and ".join(f"{name} {version}" for name, version in versions.items())


_loaded: tuple[str, Any] | None = None
"""In a worker: the object it has fetched, and the reference's name."""


def _work(work: Work, loaded: list[Any], versions: Versions, task: Any) -> tuple[Any, int]:
    """In a worker: the result, and the peak resident memory of this process in bytes."""
    global _loaded
    name = loaded[0].hex()
    if _loaded is None or _loaded[0] != name:
        if _versions() != versions:
            raise _foreign(_said(_versions()), versions)
        import ray

        _loaded = None  # lets go of an earlier stage's object before the next is fetched
        _loaded = name, ray.get(loaded[0])
        threadpool_limits(1)  # only now: BLAS may have come with what was fetched
    return work(_loaded[1], task), peak_resident_bytes()
