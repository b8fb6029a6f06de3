"""Results of an evaluation, before a report is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings
from bookrec.offline.evaluation.measure.measurement import (
    HEADLINE,
    OVER_ALL,
    PROPENSITY,
    PROPENSITY_POOLED,
    Measurement,
)
from bookrec.offline.evaluation.measure.tuning import Tuning
from bookrec.offline.metrics.significance import (
    Interval,
    PairedComparison,
    adjusted,
    bootstrap_interval,
    compare,
)

Kind = Literal["baseline", "ours"]

COMPARED = (
    HEADLINE,
    "recall@20_liked",
    "hit_rate@20_liked",
    OVER_ALL,
    "recall@20",
    PROPENSITY,
    PROPENSITY_POOLED,
)
"""Metrics with intervals and tests."""


@dataclass
class Results:
    """Results of every scorer."""

    settings: EvaluationSettings
    about: JsonObject
    """Data set, split, versions, times."""
    measurements: dict[str, Measurement] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Baseline → source of the method."""
    tunings: dict[str, list[Tuning]] = field(default_factory=dict)
    """Baseline → its tuning in each fold."""
    ratings: dict[str, dict[str, float]] = field(default_factory=dict)
    """Rating predictor → figures."""
    explicit: dict[str, dict[str, float]] = field(default_factory=dict)
    """Predictor of "explicit among interactions" → AUC and log-loss."""
    new_readers: dict[str, dict[str, float]] = field(default_factory=dict)
    """Scorer → number of interactions folded in → NDCG@20."""
    similar_books: dict[str, dict[str, float]] = field(default_factory=dict)
    """Maker of similar books → its figures, see `similar_books_table`."""
    curves: dict[str, list[float]] = field(default_factory=dict)
    """Model → training loss by epoch."""
    list_weights: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    """Model → points that its list weights were chosen from (`ranking.list_weights`)."""
    diversity: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    """Model → points of its curve of diversity (`evaluation.pipeline.diversity_curve`)."""

    @property
    def headline(self) -> str:
        """`HEADLINE`, or `OVER_ALL` where nobody liked a held-out book, as in data without ratings."""
        rated = any(not np.isnan(some.mean(HEADLINE)) for some in self.measurements.values())
        return HEADLINE if rated or not self.measurements else OVER_ALL

    def best_baseline(self, metric: str = HEADLINE) -> str | None:
        """Name the baseline with the highest figure on the test part; None without any."""
        names = [name for name, kind in self.kinds.items() if kind == "baseline"]
        values = {name: self.measurements[name].mean(metric) for name in names}
        known = {name: value for name, value in values.items() if not np.isnan(value)}
        return max(known, key=lambda name: known[name]) if known else None

    def intervals(self, metric: str) -> dict[str, Interval]:
        """Scorer → mean with its bootstrap interval."""
        intervals = {}
        for name, measurement in self.measurements.items():
            values = measurement.per_reader.get(metric)
            if values is not None and (defined := ~np.isnan(values)).any():
                rng = np.random.default_rng(self.settings.seed)
                intervals[name] = bootstrap_interval(values[defined], rng)
        return intervals

    def comparisons(self, metric: str) -> dict[str, PairedComparison]:
        """Compare every other scorer with the best baseline, over readers for whom it is defined."""
        best = self.best_baseline(metric)
        if best is None:
            return {}
        reference = self.measurements[best].per_reader[metric]
        defined = ~np.isnan(reference)
        if not defined.any():
            return {}
        comparisons = {
            name: compare(
                measurement.per_reader[metric][defined],
                reference[defined],
                np.random.default_rng(self.settings.seed),
            )
            for name, measurement in self.measurements.items()
            if name != best
        }
        return adjusted(comparisons)
