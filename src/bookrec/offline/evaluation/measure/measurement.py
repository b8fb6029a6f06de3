"""Figures of one scorer: per reader where they are defined, and over all readers; pooled over folds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.metrics.bins import Bins
from bookrec.offline.metrics.list_figures import LIKED

TOP: Final = 20
"""Cut of the headline figures."""
OVER_ALL: Final = f"ndcg@{TOP}"
"""NDCG over all held-out books: the second figure, and the headline of data without ratings."""
HEADLINE: Final = f"{OVER_ALL}{LIKED}"
"""NDCG over the held-out books that their readers liked, by which scorers are compared and tuned."""
PROPENSITY: Final = f"{OVER_ALL}_propensity"
"""See `propensity_ndcg`."""
PROPENSITY_POOLED: Final = f"{PROPENSITY}_pooled"
"""See `pooled_propensity_ndcg`."""


@dataclass
class Measurement:
    """Figures of one scorer."""

    name: str
    readers: Ints
    """[R] positions."""
    per_reader: dict[str, NDArray[np.float64]]
    """Metric → [R], NaN where it is undefined for a reader (nothing liked was held out)."""
    scalars: dict[str, float]
    """Metric → figure over all readers."""
    by_reader_size: Bins
    by_book_readers: Bins
    predicted: Bins | None = None
    """Sums of predicted probabilities in bins of probability."""
    observed: Bins | None = None
    """Hits in the same bins."""
    seconds: dict[str, float] = field(default_factory=dict)

    def mean(self, metric: str) -> float:
        """Return a figure of either kind; NaN where it is undefined."""
        if metric in self.scalars:
            return self.scalars[metric]
        values = self.per_reader.get(metric)
        if values is None or np.isnan(values).all():
            return float("nan")
        return float(np.nanmean(values))


def pooled(parts: list[Measurement]) -> Measurement:
    """Pool one scorer's figures over several folds.

    A reader's figures are averaged over the reader's folds, figures over all readers over all folds.
    """
    if len(parts) == 1:
        return parts[0]
    readers = np.unique(np.concatenate([part.readers for part in parts]))
    per_reader = {metric: _mean_by_reader(metric, parts, readers) for metric in parts[0].per_reader}
    scalars = {
        metric: _mean([part.scalars.get(metric, np.nan) for part in parts])
        for metric in parts[0].scalars
    }
    first, *others = parts
    measurement = Measurement(
        first.name,
        readers,
        per_reader,
        scalars,
        first.by_reader_size,
        first.by_book_readers,
        first.predicted,
        first.observed,
        {key: sum(part.seconds.get(key, 0.0) for part in parts) for key in first.seconds},
    )
    for part in others:
        measurement.by_reader_size += part.by_reader_size
        measurement.by_book_readers += part.by_book_readers
        if measurement.predicted and measurement.observed and part.predicted and part.observed:
            measurement.predicted += part.predicted
            measurement.observed += part.observed
    return measurement


def _mean_by_reader(metric: str, parts: list[Measurement], readers: Ints) -> NDArray[np.float64]:
    total, count = np.zeros(len(readers)), np.zeros(len(readers))
    for part in parts:
        values = part.per_reader[metric]
        defined = ~np.isnan(values)
        places = np.searchsorted(readers, part.readers[defined])
        total[places] += values[defined]
        count[places] += 1
    with np.errstate(invalid="ignore"):
        return total / count


def _mean(values: list[float]) -> float:
    """Mean of the folds in which a figure is defined; NaN where it is in none."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
