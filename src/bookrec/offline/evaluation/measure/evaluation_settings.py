"""Settings of an evaluation; its report records them all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bookrec.offline.evaluation.baselines.registry import BASELINES
from bookrec.offline.evaluation.holdout.splits import SplitKind


@dataclass(frozen=True)
class EvaluationSettings:
    """Settings of an evaluation."""

    split: SplitKind = "hold-out"
    folds: int = 5
    """Number of folds for ``k-fold``."""
    seed: int = 1
    baselines: tuple[str, ...] = tuple(BASELINES)
    models: tuple[str, ...] = ("default",)
    """Presets, or ids of models whose settings are trained again on the known part."""
    readers: int | None = None
    """Readers measured, at most; None = all with held-out interactions."""
    tuning_readers: int = 2000
    """Readers of the validation part that settings are tuned on, at most."""
    tuning_budget_s: float = 300.0
    """Seconds after which no trial of a baseline begins."""
    new_readers: int = 0
    """Readers hidden from a second training and folded in."""
    similar_books: int = 500
    """Readers whose co-readings are sought among similar books; 0 = none."""
    quick: bool = False
    """Whether to use few readers, short trials and a shortened training: a try-out, not to quote."""

    def quickly(self) -> EvaluationSettings:
        """Return settings that take a minute or two on sample data."""
        return replace(
            self,
            readers=300,
            tuning_readers=200,
            tuning_budget_s=3.0,
            similar_books=100,
            quick=True,
        )
