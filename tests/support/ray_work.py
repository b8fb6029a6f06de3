"""Work that tests hand to Ray, whose workers must be able to import it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from bookrec.arrays import map_array
from bookrec.errors import BookrecError
from bookrec.inference.recommender import Recommender
from bookrec.offline.scoring.job.shard_store import Shard
from bookrec.offline.scoring.job.stages import score_lists


def load(directory: Path) -> dict[str, Any]:
    return {"name": directory.name, "numbers": map_array(directory / "numbers.npy")}


def square(loaded: dict[str, Any], task: int) -> tuple[str, int]:
    return loaded["name"], task * task


def where(loaded: dict[str, Any], _: int) -> tuple[int, bool]:
    """Who asks, and whether the numbers are everybody's."""
    return os.getpid(), is_shared(loaded["numbers"])


def is_shared(array: np.ndarray) -> bool:
    """Whether it lies in shared memory, where it cannot be changed."""
    address = array.__array_interface__["data"][0]
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, *_ = line.split()
        start, end = (int(part, 16) for part in span.split("-"))
        if start <= address < end:
            return rights.endswith("s") and not array.flags.writeable
    raise AssertionError("the array is nowhere")


def die_once(loaded: dict[str, Any], task: tuple[Path, int]) -> tuple[str, int]:
    """The first to come to number 2 is killed."""
    mark, number = task
    if number == 2 and first_of_all(mark):
        os.kill(os.getpid(), signal.SIGKILL)
    return square(loaded, number)


def first_of_all(mark: Path) -> bool:
    with contextlib.suppress(FileExistsError):
        mark.touch(exist_ok=False)
        return True
    return False


def die(_: Any, task: int) -> int:
    if task == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def refuse(_: Any, task: int) -> int:
    raise BookrecError(f"There is no {task}.")


def sleep(_: Any, task: tuple[Path, int]) -> None:
    directory, number = task
    if number:
        (directory / str(os.getpid())).touch()
        time.sleep(600)


def score_after_a_death(recommender: Recommender, task: tuple[Path, Any]) -> Shard:
    """Work of a stage, in a worker that is killed the first time."""
    mark, lists = task
    if first_of_all(mark):
        os.kill(os.getpid(), signal.SIGKILL)
    shard = score_lists(recommender, lists)
    retrieval = recommender.retrieval
    shard["shared"] = np.array(
        [is_shared(retrieval.book_vector), is_shared(retrieval.similarities["rp3beta"].neighbour)]
    )
    return shard
