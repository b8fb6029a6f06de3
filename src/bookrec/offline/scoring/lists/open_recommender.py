"""Opening of a saved recommender for scoring, whatever runs its ranker."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bookrec.inference.recommender import Recommender
from bookrec.offline.engines.catalogue_backends import with_backend

_REASON: Final = "slow.txt"


def is_compiled(directory: Path) -> bool:
    """Whether the ranker in ``directory`` is compiled and needs NumPy alone."""
    return not (directory / _REASON).exists()


def slow_reason(directory: Path) -> str:
    """Read why the ranker in ``directory`` could not be compiled."""
    return (directory / _REASON).read_text(encoding="utf-8")


def note_slow(directory: Path, reason: str) -> None:
    """Record in ``directory`` why Keras runs its ranker."""
    (directory / _REASON).write_text(reason, encoding="utf-8")


def open_recommender(directory: Path) -> Recommender:
    """Open the recommender in ``directory``; TensorFlow starts only for a model that Keras runs.

    Raises:
        SnapshotError: something is missing, damaged or of another format.
    """
    if is_compiled(directory):
        return with_backend(Recommender.load(directory), "fused")
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.compile.keras_fallback import KerasRanker

    return Recommender.load(directory, KerasRanker.load(directory))
