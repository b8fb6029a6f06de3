"""Engines compute shards. An engine is imported when it is chosen by name."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from bookrec.errors import BookrecError

Task = TypeVar("Task")
Result = TypeVar("Result")

Loaded: TypeAlias = Any
"""Result of a ``load``; only its ``work`` knows what it is."""

AnyTask: TypeAlias = Any
"""A task; only its ``work`` knows what it is."""

AnyResult: TypeAlias = Any
"""Result of a ``work``."""

Work: TypeAlias = Callable[[Loaded, AnyTask], AnyResult]
"""Module-level function: (loaded, task) → result."""

Load: TypeAlias = Callable[[Path], Loaded]
"""Module-level function: directory → loaded."""


class Engine(Protocol):
    """Computes shards: in processes of this machine, on a cluster, or on a GPU."""

    peak_bytes: int
    """Peak resident memory of the largest worker so far."""

    def kept(self) -> AbstractContextManager[None]:
        """Keep the workers from one `map` of a block to the next, and end them after it.

        Without it each `map` starts workers of its own, which import their modules again.
        """
        ...

    def map(
        self,
        work: Callable[[Loaded, Task], Result],
        load: Load,
        directory: Path,
        tasks: Iterable[tuple[int, Task]],
    ) -> Generator[tuple[int, Result], None, None]:
        """Yield ``(number, work(load(directory), task))`` for every numbered task, in any order.

        Tasks are taken as workers become free. A task whose worker is lost is tried once more.
        Closing the iterator, or an exception in it, ends all work at once.

        Args:
            work: module-level function that computes a task.
            load: module-level function; a worker calls it once per directory.
            directory: argument of ``load``.
            tasks: numbered tasks.

        Raises:
            BookrecError: a worker was lost with the same task twice, or ``work`` raised it.
        """
        ...


ENGINES: Final = {
    "processes": ("bookrec.offline.engines.processes:Processes", "offline"),
    "ray": ("bookrec.offline.engines.ray_engine:RayEngine", "ray"),
    "tensorflow": ("bookrec.offline.engines.tensorflow_engine:TensorFlowEngine", "offline"),
}
"""Name → ``module:class`` (called with the number of workers), and the extra of bookrec it needs."""


def make_engine(name: str, workers: int | None) -> Engine:
    """Make the engine of a name.

    Args:
        name: key of `ENGINES`.
        workers: None = one per core; 0 = work in this process, for engines that can.

    Raises:
        BookrecError: a package that the engine needs is not installed.
    """
    path, extra = ENGINES[name]
    try:
        engine: Engine = resolve_name(path)(workers)
    except ModuleNotFoundError as error:
        raise BookrecError(
            f"The engine '{name}' needs the package '{error.name}', which is not installed; "
            f"run: pip install 'bookrec[{extra}]', or choose another --engine."
        ) from error
    return engine
