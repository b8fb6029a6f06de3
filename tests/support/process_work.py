"""Work that tests hand to worker processes, which must be able to import it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from threadpoolctl import threadpool_info

from bookrec.errors import BookrecError


def load(directory: Path) -> str:
    return directory.name


def loaded_with_blas(directory: Path) -> str:
    import numpy  # noqa: F401

    return directory.name


def describe(loaded: str, task: int) -> tuple[str, int]:
    time.sleep(0.02 if task % 3 == 0 else 0.0)
    return loaded, task * task


def own_pid(_: str, __: object) -> int:
    return os.getpid()


def die(_: str, task: int) -> int:
    if task == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def blas_threads(_: str, __: int) -> list[int]:
    return [
        library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
    ]


def die_once(marker: Path, task: int) -> int:
    """Kills its process at task 5 the first time."""
    if task == 5 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def load_marker(directory: Path) -> Path:
    return directory / "killed"


def fail_to_load(directory: Path) -> None:
    raise BookrecError(f"{directory.name} is damaged; make it again.")


def touch_and_sleep(path: Path) -> None:
    path.write_text(str(os.getpid()))
    time.sleep(600)
