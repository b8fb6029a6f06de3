"""Opens a saved recommender for scoring, whatever its ranker runs on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bookrec.inference.recommender import Recommender
from bookrec.offline.engines.fused.fused_ranker import with_fused_ranker

_REASON: Final = "slow.txt"


def is_compiled(directory: Path) -> bool:
    """Whether the ranker in ``directory`` is a compiled one, which needs NumPy alone."""
    return not (directory / _REASON).exists()


def slow_reason(directory: Path) -> str:
    """Why the ranker in ``directory`` could not be compiled."""
    return (directory / _REASON).read_text(encoding="utf-8")


def note_slow(directory: Path, reason: str) -> None:
    """Say in ``directory`` why its ranker is run by Keras."""
    (directory / _REASON).write_text(reason, encoding="utf-8")


def open_recommender(directory: Path) -> Recommender:
    """The recommender in ``directory``; starts TensorFlow only for a model that needs Keras to run.

    Raises:
        SnapshotError: something is missing, damaged or of another format.
    """
    if is_compiled(directory):
        return with_fused_ranker(Recommender.load(directory))
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.compile.keras_fallback import KerasRanker

    return Recommender.load(directory, KerasRanker.load(directory))
