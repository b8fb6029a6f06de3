"""Engine that ranks with TensorFlow, on a GPU where one is visible (``--engine tensorflow``).

It is made for the whole catalogue, whose logits are one large program of float32 matrix products.
Candidates, single books and lists stay in NumPy, so one process is too slow for a large GPU:
``--workers`` starts several that share it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender
from bookrec.offline.engines.catalogue_backends import with_backend
from bookrec.offline.engines.engine import (
    AnyResult,
    AnyTask,
    Load,
    Loaded,
    Result,
    Task,
    Work,
)
from bookrec.offline.engines.processes import Processes


class TensorFlowEngine:
    """Engine whose worker processes rank with TensorFlow (see `Engine`)."""

    def __init__(self, workers: int | None = None) -> None:
        """Choose the number of processes, which share the GPU or the cores; None = one."""
        self._processes = Processes(max(1, workers or 1))
        self._device: str | None = None

    @property
    def peak_bytes(self) -> int:
        """Peak resident memory of the largest worker; see the protocol."""
        return self._processes.peak_bytes

    def kept(self) -> AbstractContextManager[None]:
        """Keep the processes for a block; see the protocol."""
        return self._processes.kept()

    def map(
        self,
        work: Callable[[Loaded, Task], Result],
        load: Load,
        directory: Path,
        tasks: Iterable[tuple[int, Task]],
    ) -> Iterator[tuple[int, Result]]:
        """Yield numbered results as they finish; see the protocol.

        Where ``load`` returns a `Recommender` with a compiled ranker, TensorFlow becomes its backend.
        The device is reported once on standard error.
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
    """Loads in a worker, and lets TensorFlow rank. Equal loaders load equal objects."""

    load: Load
    threads: int

    def __call__(self, directory: Path) -> tuple[Loaded, str]:
        """Load, and name the device; "" where TensorFlow does not rank."""
        loaded = self.load(directory)
        # Keras runs a model that could not be split; it finds a GPU by itself.
        if not isinstance(loaded, Recommender) or not isinstance(loaded.ranker, SplitRanker):
            return loaded, ""
        device = _start(self.threads)
        return with_backend(loaded, "tensorflow"), device


@dataclass(frozen=True)
class _Work:
    """Works in a worker, and names the device."""

    work: Work

    def __call__(self, loaded: tuple[Loaded, str], task: AnyTask) -> tuple[AnyResult, str]:
        """Compute a task, and pass the name of the device on."""
        return self.work(loaded[0], task), loaded[1]


def _start(threads: int) -> str:
    """Start TensorFlow beside other processes that use it, and describe its device."""
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
