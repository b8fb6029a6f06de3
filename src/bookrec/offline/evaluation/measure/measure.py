"""All figures of one scorer on one split, per reader where readers have figures of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.evaluation.holdout.fit_data import Scorer
from bookrec.offline.evaluation.holdout.held_out_set import NEGATIVE_KINDS, HeldOutSet, Pairs
from bookrec.offline.evaluation.measure.predictions import LIST_LENGTH, Predictions, answer, hits_of
from bookrec.offline.metrics import coverage as list_metrics
from bookrec.offline.metrics.bins import Bins, binned
from bookrec.offline.metrics.calibration import calibration_bins, cross_calibrated
from bookrec.offline.metrics.prediction import auc, log_loss
from bookrec.offline.metrics.ranking import LIST_METRICS, factorised_top_k, ndcg, recall

CUTS: Final = (10, 20, 50)
TOP: Final = 20
"""The cut of the headline figures."""
FACTORISED_CUTS: Final = (1, 5, 10, 50, 100)
COVERAGE_CUT: Final = 50
HEADLINE: Final = f"ndcg@{TOP}"

READER_EDGES: Final = (5, 10, 20, 50, 100, 200)
"""Bins of readers by their known interactions: below 5, 5-9, …"""
BOOK_EDGES: Final = (1, 3, 6, 11, 31, 101)
"""Bins of held-out books by their known readers: 0, 1-2, 3-5, …"""


@runtime_checkable
class Probabilistic(Protocol):
    """A scorer whose scores can be read as probabilities of an interaction."""

    def probabilities(self, scores: Floats) -> NDArray[np.floating]:
        """The same shape, 0 to 1."""
        ...


@dataclass
class Measurement:
    """The figures of one scorer."""

    name: str
    readers: Ints
    """[R]"""
    per_reader: dict[str, NDArray[np.float64]]
    """Metric → [R], NaN where a reader has no such figure (nothing liked was held out)."""
    scalars: dict[str, float]
    """Metric → figure of everyone together."""
    by_reader_size: Bins
    by_book_readers: Bins
    predicted: Bins | None = None
    """Probabilities that a scorer gives, summed in bins of probability …"""
    observed: Bins | None = None
    """… and how often they came true."""
    seconds: dict[str, float] = field(default_factory=dict)

    def mean(self, metric: str) -> float:
        """A figure, whichever kind it is; NaN where it is not defined."""
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
    """Every figure of a scorer.

    Args:
        seed: of the negatives; the same for every scorer.
        progress: turns the name into the label of a progress bar.
    """
    pairs = {kind: held_out_set.pairs(kind, seed) for kind in NEGATIVE_KINDS}
    said = answer(scorer, held_out_set, pairs, label=bar_label(name))
    found = Measurement(
        name,
        held_out_set.readers,
        per_reader_figures(said.lists, held_out_set),
        _scalars(said, pairs, held_out_set),
        *_groups(said.lists, held_out_set),
        seconds={"lists": said.seconds},
    )
    if isinstance(scorer, Probabilistic):
        real = said.lists >= 0
        given = np.asarray(scorer.probabilities(said.scores))[real]
        found.predicted, found.observed = calibration_bins(
            given, hits_of(said.lists, held_out_set)[0][real]
        )
    return found


def per_reader_figures(lists: Ints, held_out_set: HeldOutSet) -> dict[str, NDArray[np.float64]]:
    """Metric → [R]: all list metrics at all cuts, and NDCG and recall over liked books."""
    figures = {}
    hits, relevant = hits_of(lists, held_out_set)
    for cut in CUTS:
        for metric, formula in LIST_METRICS.items():
            figures[f"{metric}@{cut}"] = formula(hits[:, :cut], relevant)
    hits, relevant = hits_of(lists, held_out_set, held_out_set.liked)
    some = np.maximum(relevant, 1)
    for name, formula in (("ndcg", ndcg), ("recall", recall)):
        values = formula(hits[:, :TOP], some)
        figures[f"{name}@{TOP}_liked"] = np.where(relevant > 0, values, np.nan)
    return figures


def _scalars(
    said: Predictions, pairs: dict[str, Pairs], held_out_set: HeldOutSet
) -> dict[str, float]:
    figures = {}
    for suffix, lists in (("removed", said.lists), ("kept", said.lists_with_own)):
        if lists is None:  # a scorer that never lists own books has no such figures
            continue
        hits, relevant = hits_of(lists, held_out_set)
        for cut in FACTORISED_CUTS:
            figures[f"top-{cut}, seen {suffix}"] = factorised_top_k(hits[:, :cut], relevant)
    for kind, found in pairs.items():
        scores = said.pairs[kind]
        figures[f"auc, {kind}"] = auc(found.label, scores)
        probabilities = cross_calibrated(scores, found.label, found.row % 2 == 0)
        figures[f"log-loss, {kind}"] = log_loss(found.label, probabilities)
    n_books, known = held_out_set.n_books, held_out_set.known
    figures[f"coverage@{COVERAGE_CUT}"] = list_metrics.coverage(
        said.lists[:, :COVERAGE_CUT], n_books
    )
    top = said.lists[:, :TOP]
    figures[f"coverage@{TOP}"] = list_metrics.coverage(top, n_books)
    figures[f"gini@{TOP}"] = list_metrics.gini(top, n_books)
    figures[f"novelty@{TOP}"] = list_metrics.novelty(top, known, n_books)
    figures[f"diversity@{TOP}"] = list_metrics.intra_list_diversity(
        top[:2000], known, held_out_set.n_readers, n_books
    )
    return figures


def _groups(lists: Ints, held_out_set: HeldOutSet) -> tuple[Bins, Bins]:
    """NDCG@20 by the reader's known interactions, recall@20 by the held-out book's known readers."""
    assert lists.shape[1] >= TOP or LIST_LENGTH < TOP
    hits, relevant = hits_of(lists[:, :TOP], held_out_set)
    rows = np.searchsorted(held_out_set.readers, held_out_set.own.reader_idx)
    sizes = np.bincount(rows, minlength=len(held_out_set.readers))
    by_reader = binned(ndcg(hits, relevant), sizes, READER_EDGES)

    listed = np.arange(len(lists), dtype=np.int64)[:, None] * held_out_set.n_books + lists[:, :TOP]
    found = np.isin(held_out_set.keys(), listed[lists[:, :TOP] >= 0])
    readers_of = np.bincount(held_out_set.known.book_idx, minlength=held_out_set.n_books)
    by_book = binned(found, readers_of[held_out_set.held_out.book_idx], BOOK_EDGES)
    return by_reader, by_book


def pooled(parts: list[Measurement]) -> Measurement:
    """One scorer's figures over several folds: a reader's are averaged over the folds they are in.

    Figures of everyone together are averaged over folds.
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
    found = Measurement(
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
        found.by_reader_size += part.by_reader_size
        found.by_book_readers += part.by_book_readers
        if found.predicted and found.observed and part.predicted and part.observed:
            found.predicted += part.predicted
            found.observed += part.observed
    return found


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
