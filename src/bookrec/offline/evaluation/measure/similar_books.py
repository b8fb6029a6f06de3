"""Similar books of each recommender, measured on the same books.

A *co-reading* is a known and a held-out book of one reader. The figure of a reader is the share of the
reader's co-readings (i, j) in which j is among the first 20 similar books of i.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import interaction_matrix
from bookrec.offline.evaluation.baselines.neighbour_scorer import NeighbourScorer
from bookrec.offline.evaluation.baselines.popularity import Popularity
from bookrec.offline.evaluation.holdout.fit_data import Scorer
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.metrics.neighbours import (
    NeighbourLists,
    bestsellers_share,
    most_popular,
    overlap,
    strongest,
)
from bookrec.offline.metrics.ranking import Values
from bookrec.offline.metrics.significance import bootstrap_interval, paired_t

NEIGHBOURS: Final = 20
"""Length of the lists."""
SHOWN: Final = 12
"""Places that a book's page shows first, of which the bestsellers' share is taken."""


@dataclass(frozen=True)
class SimilarBooks:
    """Figures of one maker of similar books."""

    co_readings: Values
    """[R] see `co_readings_found`."""
    overlap: Values
    """[n] see `overlap`."""
    bestsellers: float
    """See `bestsellers_share`."""


def known_books(held_out_set: HeldOutSet) -> Ints:
    """[n] known books of the readers, whose similar books are needed; ascending."""
    return np.unique(held_out_set.seen.book_idx).astype(np.int32)


def neighbours_of(scorer: Scorer, books: Ints) -> NeighbourLists | None:
    """List the similar books of a baseline: its strongest similarities, or the most popular books.

    Returns:
        Lists of some books ([n] positions); None for a baseline that relates no books.
    """
    if isinstance(scorer, NeighbourScorer):
        return strongest(scorer.similarities, books, NEIGHBOURS)
    if isinstance(scorer, Popularity):
        return most_popular(scorer.counts, books, NEIGHBOURS)
    return None


def measure_similar(
    neighbours: NeighbourLists, reference: NeighbourLists, held_out_set: HeldOutSet
) -> SimilarBooks:
    """Measure the similar books of the known books of some readers.

    Args:
        neighbours: [n, 20] similar books of `known_books`.
        reference: [n, 20] the most co-liked books of the same books.
        held_out_set: the readers.
    """
    readers = np.bincount(held_out_set.known.book_idx, minlength=held_out_set.n_books)
    return SimilarBooks(
        co_readings_found(neighbours, held_out_set),
        overlap(neighbours, reference),
        bestsellers_share(neighbours, readers, SHOWN),
    )


def co_readings_found(neighbours: NeighbourLists, held_out_set: HeldOutSet) -> Values:
    """[R] share of each reader's co-readings among similar books; NaN for a reader without any."""
    readers = held_out_set.readers
    shape = len(readers), held_out_set.n_books
    known = interaction_matrix(held_out_set.seen.renumbered(readers), *shape)
    held_out = interaction_matrix(held_out_set.held_out.renumbered(readers), *shape)
    pattern = neighbours.matrix(held_out_set.n_books)
    hits = np.asarray((known @ pattern).multiply(held_out).sum(axis=1)).ravel()
    pairs = np.diff(known.indptr).astype(np.float64) * np.diff(held_out.indptr)
    return np.where(pairs > 0, hits / np.maximum(pairs, 1), np.nan)


def similar_books_table(
    measured: dict[str, SimilarBooks], seed: int
) -> dict[str, dict[str, float]]:
    """Name → co-readings found and overlap@20 with their intervals, and the bestsellers' share.

    ``p_value_to_best`` is of the difference in co-readings from the maker that finds most of them.
    Overlap is left out where no book has a reference, as in data without ratings.
    """
    table: dict[str, dict[str, float]] = {}
    if not measured:
        return table
    best = max(measured, key=lambda name: float(np.nanmean(measured[name].co_readings)))
    to_beat = measured[best].co_readings
    for name, figures in measured.items():
        defined = ~np.isnan(to_beat)
        hits = bootstrap_interval(figures.co_readings[defined], np.random.default_rng(seed))
        table[name] = {
            "found": hits.value,
            "low": hits.low,
            "high": hits.high,
            "p_value_to_best": paired_t(figures.co_readings[defined], to_beat[defined]),
        }
        compared = figures.overlap[~np.isnan(figures.overlap)]
        if len(compared):
            common = bootstrap_interval(compared, np.random.default_rng(seed))
            table[name] |= {
                f"overlap@{NEIGHBOURS}": common.value,
                "overlap low": common.low,
                "overlap high": common.high,
                "books with a reference": float(len(compared)),
            }
        table[name][f"bestsellers@{SHOWN}"] = figures.bestsellers
    return table
