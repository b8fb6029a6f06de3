"""Measurement of one scorer on one split, with figures per reader where they are defined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.evaluation.holdout.fit_data import Scorer
from bookrec.offline.evaluation.holdout.held_out_set import NEGATIVE_KINDS, HeldOutSet, Pairs
from bookrec.offline.evaluation.measure.predictions import (
    LIST_LENGTH,
    Predictions,
    hits_of,
    predict,
)
from bookrec.offline.metrics import coverage as list_coverage
from bookrec.offline.metrics.bins import Bins, binned
from bookrec.offline.metrics.calibration import calibration_bins, cross_calibrated
from bookrec.offline.metrics.list_figures import liked_figures, ranking_figures
from bookrec.offline.metrics.prediction import auc, log_loss
from bookrec.offline.metrics.ranking import factorised_top_k, ndcg

CUTS: Final = (10, 20, 50)
TOP: Final = 20
"""Cut of the headline figures."""
FACTORISED_CUTS: Final = (1, 5, 10, 50, 100)
COVERAGE_CUT: Final = 50
HEADLINE: Final = f"ndcg@{TOP}"

READER_EDGES: Final = (5, 10, 20, 50, 100, 200)
"""Bins of readers by their known interactions: below 5, 5-9, …"""
BOOK_EDGES: Final = (1, 3, 6, 11, 31, 101)
"""Bins of held-out books by their known readers: 0, 1-2, 3-5, …"""


@runtime_checkable
class Probabilistic(Protocol):
    """Scorer whose scores give probabilities of an interaction."""

    def probabilities(self, scores: Floats) -> NDArray[np.floating]:
        """[readers, n] probabilities of [readers, n] scores, 0–1."""
        ...


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


def measure(
    name: str,
    scorer: Scorer,
    held_out_set: HeldOutSet,
    seed: int,
    bar_label: Callable[[str], str] = str,
) -> Measurement:
    """Measure every figure of a scorer.

    Args:
        name: of the scorer.
        scorer: fitted to the known part.
        held_out_set: readers and their held-out books.
        seed: of the negatives; the same for every scorer.
        bar_label: turns the name into the label of a progress bar.
    """
    pairs = {kind: held_out_set.pairs(kind, seed) for kind in NEGATIVE_KINDS}
    predictions = predict(scorer, held_out_set, pairs, label=bar_label(name))
    measurement = Measurement(
        name,
        held_out_set.readers,
        per_reader_figures(predictions.lists, held_out_set),
        _scalars(predictions, pairs, held_out_set),
        *_groups(predictions.lists, held_out_set),
        seconds={"lists": predictions.seconds},
    )
    if isinstance(scorer, Probabilistic):
        listed = predictions.lists >= 0
        probabilities = np.asarray(scorer.probabilities(predictions.scores))[listed]
        measurement.predicted, measurement.observed = calibration_bins(
            probabilities, hits_of(predictions.lists, held_out_set)[0][listed]
        )
    return measurement


def per_reader_figures(lists: Ints, held_out_set: HeldOutSet) -> dict[str, NDArray[np.float64]]:
    """Metric → [R]: every list metric at every cut, and NDCG and recall over liked books."""
    held_out = held_out_set.held_out.renumbered(held_out_set.readers)
    return ranking_figures(lists, held_out, CUTS) | liked_figures(lists, held_out, (TOP,))


def _scalars(
    predictions: Predictions, pairs: dict[str, Pairs], held_out_set: HeldOutSet
) -> dict[str, float]:
    figures = {}
    for suffix, lists in (("removed", predictions.lists), ("kept", predictions.lists_with_seen)):
        if lists is None:  # a scorer that never lists seen books has no such figures
            continue
        hits, relevant = hits_of(lists, held_out_set)
        for cut in FACTORISED_CUTS:
            figures[f"top-{cut}, seen {suffix}"] = factorised_top_k(hits[:, :cut], relevant)
    for kind, pair_set in pairs.items():
        scores = predictions.pairs[kind]
        figures[f"auc, {kind}"] = auc(pair_set.label, scores)
        probabilities = cross_calibrated(scores, pair_set.label, pair_set.row % 2 == 0)
        figures[f"log-loss, {kind}"] = log_loss(pair_set.label, probabilities)
    n_books, known = held_out_set.n_books, held_out_set.known
    figures[f"coverage@{COVERAGE_CUT}"] = list_coverage.coverage(
        predictions.lists[:, :COVERAGE_CUT], n_books
    )
    top = predictions.lists[:, :TOP]
    figures[f"coverage@{TOP}"] = list_coverage.coverage(top, n_books)
    figures[f"gini@{TOP}"] = list_coverage.gini(top, n_books)
    figures[f"novelty@{TOP}"] = list_coverage.novelty(top, known, n_books)
    figures[f"diversity@{TOP}"] = list_coverage.intra_list_diversity(
        top[:2000], known, held_out_set.n_readers, n_books
    )
    return figures


def _groups(lists: Ints, held_out_set: HeldOutSet) -> tuple[Bins, Bins]:
    """Bin NDCG@20 by the reader's known interactions, recall@20 by the book's known readers."""
    assert lists.shape[1] >= TOP or LIST_LENGTH < TOP
    hits, relevant = hits_of(lists[:, :TOP], held_out_set)
    rows = np.searchsorted(held_out_set.readers, held_out_set.seen.reader_idx)
    sizes = np.bincount(rows, minlength=len(held_out_set.readers))
    by_reader = binned(ndcg(hits, relevant), sizes, READER_EDGES)

    listed = np.arange(len(lists), dtype=np.int64)[:, None] * held_out_set.n_books + lists[:, :TOP]
    hit = np.isin(held_out_set.keys(), listed[lists[:, :TOP] >= 0])
    readers_of = np.bincount(held_out_set.known.book_idx, minlength=held_out_set.n_books)
    by_book = binned(hit, readers_of[held_out_set.held_out.book_idx], BOOK_EDGES)
    return by_reader, by_book


def pooled(parts: list[Measurement]) -> Measurement:
    """Pool one scorer's figures over several folds.

    A reader's figures are averaged over the reader's folds, figures over all readers over all folds.
    """
    if len(parts) == 1:
        return parts[0]
    readers = np.unique(np.concatenate([part.readers for part in parts]))
    per_reader = {metric: _mean_by_reader(metric, parts, readers) for metric in parts[0].per_reader}
    scalars = {
        metric: float(np.mean([part.scalars.get(metric, np.nan) for part in parts]))
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
