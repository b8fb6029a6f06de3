"""Knobs of an evaluation; all of them are written into its report."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bookrec.offline.evaluation.baselines.registry import BASELINES
from bookrec.offline.evaluation.holdout.splits import SplitKind


@dataclass(frozen=True)
class EvaluationSettings:
    """What is evaluated, on what, and for how long."""

    split: SplitKind = "hold-out"
    folds: int = 5
    """Of ``k-fold``."""
    seed: int = 1
    baselines: tuple[str, ...] = tuple(BASELINES)
    models: tuple[str, ...] = ("default",)
    """Presets, or ids of models whose settings are trained again on the known part."""
    readers: int | None = None
    """At most so many readers are measured; None = all that something was held out from."""
    tuning_readers: int = 2000
    """At most so many readers of the validation part choose the settings."""
    tuning_budget_s: float = 300.0
    """No new trial of a baseline begins after this time."""
    new_readers: int = 0
    """So many readers are hidden from a second training and folded in."""
    similar_books: int = 500
    """So many readers' co-readings are looked up in the neighbourhoods; 0 = none."""
    quick: bool = False
    """Few readers, short trials and a shortened training: to see that all works, not to quote."""

    def quickly(self) -> EvaluationSettings:
        """The same in a minute or two on sample data."""
        return replace(
            self,
            readers=300,
            tuning_readers=200,
            tuning_budget_s=3.0,
            similar_books=100,
            quick=True,
        )
