"""Maps work over shards with TensorFlow, on a GPU where one is visible (``--engine tensorflow``).

The whole catalogue is what this is for: its logits are one large program of matrix products, in
float32 throughout. Everything else of a reader (candidates, a thousand single books, lists) stays in
NumPy, so one process feeds a large GPU too slowly: ``--workers`` starts several that share it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender
from bookrec.offline.engines.catalogue_backends import with_backend
from bookrec.offline.engines.processes import Processes

Task = TypeVar("Task")
Result = TypeVar("Result")


class TensorFlowEngine:
    """Processes in which TensorFlow lives (see `Engine`)."""

    def __init__(self, workers: int | None = None) -> None:
        """``workers``: processes that share the GPU or the cores; None = one."""
        self._processes = Processes(max(1, workers or 1))
        self._device: str | None = None

    @property
    def peak_bytes(self) -> int:
        """See the protocol."""
        return self._processes.peak_bytes

    def map(
        self,
        work: Callable[[Any, Task], Result],
        load: Callable[[Path], Any],
        directory: Path,
        tasks: Iterable[tuple[int, Task]],
    ) -> Iterator[tuple[int, Result]]:
        """Results by number, in the order in which they are finished; see the protocol.

        Where ``load`` gives a `Recommender`, its split ranker is replaced. Says once, on standard
        error, what device it is.
        """
        threads = max(1, len(os.sched_getaffinity(0)) // self._processes.workers)
        loader = _Loader(load, threads)
        for number, (result, device) in self._processes.map(_Work(work), loader, directory, tasks):
            if device and device != self._device:
                self._device = device
                tqdm.write(device, file=sys.stderr)
            yield number, result


@dataclass(frozen=True)
class _Loader:
    """In a worker: loads, and lets TensorFlow rank. Equal loaders load the same."""

    load: Callable[[Path], Any]
    threads: int

    def __call__(self, directory: Path) -> tuple[Any, str]:
        loaded = self.load(directory)
        # A model that could not be split is run by Keras, which finds a GPU by itself.
        if not isinstance(loaded, Recommender) or not isinstance(loaded.ranker, SplitRanker):
            return loaded, ""
        device = _start(self.threads)
        return with_backend(loaded, "tensorflow"), device


@dataclass(frozen=True)
class _Work:
    """In a worker: does the work, and names the device."""

    work: Callable[[Any, Any], Any]

    def __call__(self, loaded: tuple[Any, str], task: Any) -> tuple[Any, str]:
        return self.work(loaded[0], task), loaded[1]


def _start(threads: int) -> str:
    """Start TensorFlow beside others of its kind; says what it runs on."""
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if not gpus:
        return "no GPU is visible; TensorFlow runs on the CPU"
    names = [tf.config.experimental.get_device_details(gpu).get("device_name") for gpu in gpus[:1]]
    return f"TensorFlow runs on {names[0] or 'a GPU'}"
