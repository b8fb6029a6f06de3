"""Engines: who computes the shards. Each is imported only when it is asked for by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from bookrec.errors import BookrecError

Task = TypeVar("Task")
Result = TypeVar("Result")
Work = Callable[[Any, Any], Any]
"""(loaded, task) → result."""
Load = Callable[[Path], Any]
"""Directory → loaded."""


class Engine(Protocol):
    """Computes shards somewhere: in processes of this machine, on a cluster, on a GPU."""

    peak_bytes: int
    """Peak resident memory of the largest worker so far."""

    def map(
        self,
        work: Callable[[Any, Task], Result],
        load: Callable[[Path], Any],
        directory: Path,
        tasks: Iterable[tuple[int, Task]],
    ) -> Generator[tuple[int, Result], None, None]:
        """``(number, work(load(directory), task))`` for every numbered task, in any order.

        Tasks are taken as they are needed. A task whose worker is lost is tried once more. Closing
        the iterator, or an exception in it, ends all work at once.

        Args:
            work, load: module-level functions; a worker calls ``load`` once for a directory.

        Raises:
            BookrecError: a worker was lost with the same task twice, or ``work`` raised it.
        """
        ...


ENGINES: Final = {
    "processes": ("bookrec.offline.engines.processes", "Processes", "offline"),
    "ray": ("bookrec.offline.engines.ray_engine", "RayEngine", "ray"),
    "tensorflow": ("bookrec.offline.engines.tensorflow_engine", "TensorFlowEngine", "offline"),
}
"""Name → module, class (called with the number of workers), and the extra of bookrec it needs."""


def make_engine(name: str, workers: int | None) -> Engine:
    """The engine of that name.

    Args:
        workers: None = as many as there are cores; 0 = work in this process, where it can.

    Raises:
        BookrecError: a package that the engine needs is not installed.
    """
    module, factory, extra = ENGINES[name]
    try:
        engine: Engine = getattr(importlib.import_module(module), factory)(workers)
    except ModuleNotFoundError as error:
        raise BookrecError(
            f"The engine '{name}' needs the package '{error.name}', which is not installed; "
            f"run: pip install 'bookrec[{extra}]', or choose another --engine."
        ) from error
    return engine
