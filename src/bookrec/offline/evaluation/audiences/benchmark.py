"""Rules of choice side by side, for audiences drawn from held-out readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.errors import DataError
from bookrec.inference.audience_choice import DEFAULTS, Neighbours
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import interaction_matrix
from bookrec.offline.evaluation.audiences.interest import fit_interest
from bookrec.offline.evaluation.audiences.simulation import (
    AVERAGE,
    FAIR,
    LEARNING,
    MISERY,
    NO_LEARNING,
    POPULAR,
    Audience,
    Outcome,
    draw_groups,
    simulate,
    tuned,
)
from bookrec.offline.evaluation.baselines.neighbour_scorer import NeighbourScorer
from bookrec.offline.evaluation.baselines.registry import baseline_named
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.splits import Split, make_splits

SHOWN: Final = 20
"""Books that a group sees."""
_LEAST_LIKED: Final = 3
"""Held-out liked books of a reader who may be in a group, at least."""
_PLACES: Final = 3000
"""Members of all groups of one size together, about."""
_MOST_GROUPS: Final = 200
_TUNING_SHARE: Final = 3
"""Groups measured for each one that settings are tuned on."""


@dataclass(frozen=True)
class AudienceSettings:
    """Settings of the benchmark."""

    sizes: tuple[int, ...] = (5, 20, 100, 300)
    scorer: str = "ease"
    """Baseline whose scores become interests."""
    readers: int = 2000
    """Readers, at most; half of them tune, the other half is measured."""
    books: int = 5000
    """Most read books, at most; others are not shown."""
    seed: int = 1


def bench_audiences(dataset: Dataset, settings: AudienceSettings) -> Iterator[Outcome]:
    """Yield the outcome of every rule for every size of audience.

    Raises:
        DataError: too few readers liked held-out books.
    """
    tuning, measured = _audiences(dataset, settings)
    for size in settings.sizes:
        count = min(_MOST_GROUPS, max(1, _PLACES // size))
        few = max(1, count // _TUNING_SHARE)
        trial = draw_groups(_rows(tuning, size), size, few, settings.seed)
        groups = draw_groups(_rows(measured, size), size, count, settings.seed)
        rules = {
            POPULAR: NO_LEARNING,
            AVERAGE: NO_LEARNING,
            MISERY: replace(NO_LEARNING, rule=MISERY),
            LEARNING: replace(DEFAULTS, rule=AVERAGE),
            f"{FAIR}, tuned": tuned(tuning, trial, SHOWN),
            FAIR: DEFAULTS,
        }
        for name, chosen in rules.items():
            yield simulate(measured, groups, name, chosen, SHOWN)


def _rows(audience: Audience, size: int) -> Ints:
    """Rows of an audience. Raises `DataError` where it is smaller than a group."""
    if len(audience.liked) < size:
        raise DataError(
            f"Groups of {size} need as many readers with {_LEAST_LIKED} held-out liked books in each "
            f"half; there are {len(audience.liked)}. Ask for smaller groups with --sizes."
        )
    return np.arange(len(audience.liked), dtype=np.int32)


def _audiences(dataset: Dataset, settings: AudienceSettings) -> tuple[Audience, Audience]:
    """Draw the tuning half and the measured half; interests are fitted to the first."""
    (split,) = make_splits(dataset, "hold-out", settings.seed)
    shape = dataset.n_readers, dataset.n_books
    fit_data = FitData(split.known, *shape, settings.seed)
    baseline = baseline_named(settings.scorer)
    scorer = baseline.fit(fit_data, baseline.start)
    popular = np.argsort(-fit_data.counts, kind="stable")[: settings.books]
    books = np.sort(popular).astype(np.int32)
    readers = _able_readers(split, dataset.n_readers, settings)
    scores = np.array(scorer.scores(readers)[:, books], dtype=np.float32)
    scores[fit_data.binary[readers][:, books].toarray() > 0] = -np.inf
    rated = split.test[split.test.rating >= POSITIVE_RATING]
    liked = interaction_matrix(rated, *shape)[readers][:, books].toarray() > 0
    counts = fit_data.counts[books].astype(np.int32)
    first = np.arange(len(readers)) % 2 == 0
    model = fit_interest(scores[first], counts, liked[first])

    neighbours = _neighbours(fit_data, books)

    def half(rows: NDArray[np.bool_]) -> Audience:
        return Audience(model.interest(scores[rows], counts), liked[rows], counts, neighbours)

    return half(first), half(~first)


def _neighbours(fit_data: FitData, books: Ints) -> Callable[[int], Neighbours]:
    """Neighbours of a book by item-kNN with BM25 weights, among ``books`` [C] and by place there."""
    baseline = baseline_named("item-knn-bm25")
    scorer = baseline.fit(fit_data, baseline.start)
    assert isinstance(scorer, NeighbourScorer)
    similarities = scorer.similarities[books][:, books].tocsr()

    def neighbours(book: int) -> Neighbours:
        row = similarities[book]
        return row.indices, row.data / max(row.data.max(initial=0.0), 1e-9)

    return neighbours


def _able_readers(split: Split, n_readers: int, settings: AudienceSettings) -> Ints:
    rated = split.test[split.test.rating >= POSITIVE_RATING]
    able = np.flatnonzero(np.bincount(rated.reader_idx, minlength=n_readers) >= _LEAST_LIKED)
    if len(able) < 2:
        raise DataError(
            f"Fewer than two readers have {_LEAST_LIKED} held-out liked books; audiences cannot be "
            "drawn from this data set."
        )
    drawn = np.random.default_rng(settings.seed).permutation(able)[: settings.readers]
    return np.sort(drawn).astype(np.int32)


def as_rows(outcomes: Sequence[Outcome]) -> list[dict[str, float | str | None]]:
    """Return the figures by name, with ratios to the average of a size; None for a ratio to 0."""
    rows: list[dict[str, float | str | None]] = []
    average: dict[int, Outcome] = {o.size: o for o in outcomes if o.rule == "average"}
    for outcome in outcomes:
        base = average[outcome.size]
        share, worst = outcome.share.mean(), outcome.worst_quarter.mean()
        rows.append(
            {
                "size": outcome.size,
                "groups": len(outcome.share),
                "rule": outcome.rule,
                "share": float(share),
                "worst_quarter": float(worst),
                "share_of_average": _ratio(share, base.share.mean()),
                "worst_of_average": _ratio(worst, base.worst_quarter.mean()),
            }
        )
    return rows


def _ratio(value: float, base: float) -> float | None:
    return float(value / base) if base else None
