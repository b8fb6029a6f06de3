"""Pairs of books that trees weigh: candidates for the next book of a visit, and their features.

For books i and j, the shares ``w_ij / Σ_k w_ik`` of pair weights (`visit_neighbours.pair_weights`) are
taken for several windows, directions and half-lives. Other features count the events of either book.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Floats
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.visit_neighbours import (
    VisitNeighbourSettings,
    pair_weights,
    strongest,
)
from bookrec.offline.retrieval.visits import Visits
from bookrec.ragged import row_starts

CANDIDATES: Final = 60
"""Books that each source of candidates gives for a book, at most."""
FEATURES: Final = (
    *("next", "before", "after", "backward", "whole", "half_day", "two_days", "steps", "cosine"),
    *("after_relative", "whole_relative", "steps_relative"),
    *("events", "events_day", "row_events", "row_events_day", "row_weight"),
)
"""Features of a pair: shares, shares relative to the largest of the row, counts."""
_SOURCES: Final = ("after", "backward", "whole", "steps")
_RELATIVE: Final = ("after", "whole", "steps")
_STEP_KEEP: Final = 100
_DAY_S: Final = 86_400.0
_CLOSE: Final = VisitNeighbourSettings(window=10, fade=0.5, backward=0.0)
_WHOLE: Final = VisitNeighbourSettings(window=20, fade=0.95, backward=1.0)
_RECENT: Final = VisitNeighbourSettings(window=20, fade=0.8, backward=1.0)
_STEPS: Final = VisitNeighbourSettings(window=10, fade=0.5, backward=1.0, half_life=4.0)


@dataclass(frozen=True)
class PairTable:
    """Shares of pairs of books in visits, counts of books, and candidates; B books."""

    shares: dict[str, sparse.csr_matrix]
    """Name of a feature → CSR [B, B]."""
    events: NDArray[np.int64]
    """[B] events of each book."""
    events_day: NDArray[np.int64]
    """[B] events on the last day."""
    weight: NDArray[np.float64]
    """[B] total pair weight of each book."""

    @cached_property
    def candidates(self) -> SimilarityTable:
        """Rows of the distinct books that any source gives for a book; weights are 1."""
        n_books = len(self.events)
        rows, books = [], []
        for name in _SOURCES:
            table = _largest(self.shares[name], CANDIDATES)
            rows.append(np.repeat(np.arange(n_books), np.diff(table.start)))
            books.append(table.neighbour)
        key = np.unique(np.concatenate(rows) * n_books + np.concatenate(books))
        row, book = np.divmod(key, max(n_books, 1))
        others = row != book
        lengths = np.bincount(row[others], minlength=n_books)
        ones = np.ones(int(others.sum()), dtype=np.float32)
        return SimilarityTable(row_starts(lengths), book[others].astype(np.int32), ones)

    def features(self, row: NDArray[np.integer], book: NDArray[np.integer]) -> Floats:
        """[P, F] `FEATURES` of the pairs (``row``, ``book``), each [P]."""
        shares = {name: _at(matrix, row, book) for name, matrix in self.shares.items()}
        relative = [
            shares[name] / np.maximum(self._largest_of[name][row], 1e-12) for name in _RELATIVE
        ]
        counts = [
            *(self.events[book], self.events_day[book]),
            *(self.events[row], self.events_day[row], self.weight[row]),
        ]
        return np.column_stack([*shares.values(), *relative, *counts]).astype(np.float32)

    @cached_property
    def _largest_of(self) -> dict[str, NDArray[np.float64]]:
        """Name of a share → [B] the largest of each row."""
        return {name: self.shares[name].max(axis=1).toarray().ravel() for name in _RELATIVE}


def pair_table(visits: Visits) -> PairTable:
    """Count the pairs of books of visits."""
    n_books = visits.n_books
    close, whole = pair_weights(visits, _CLOSE), pair_weights(visits, _WHOLE)
    adjacent = pair_weights(visits, VisitNeighbourSettings(window=1, backward=0.0))
    stepped = pair_weights(visits, _STEPS)
    one_step = _rows_to_one(stepped)
    nearest = _largest(one_step, _STEP_KEEP)
    steps = sparse.csr_matrix((nearest.weight, nearest.neighbour, nearest.start), one_step.shape)
    events = np.bincount(visits.book, minlength=n_books)
    scale = sparse.diags(1.0 / np.sqrt(events + 1.0))
    last_day = visits.time > visits.time.max(initial=0.0) - _DAY_S
    shares = {
        "next": _rows_to_one(adjacent),
        "before": _rows_to_one(adjacent.T.tocsr()),
        "after": _rows_to_one(close),
        "backward": _rows_to_one(close.T.tocsr()),
        "whole": _rows_to_one(whole),
        "half_day": _rows_to_one(pair_weights(visits, _recent(0.5))),
        "two_days": _rows_to_one(pair_weights(visits, _recent(2.0))),
        "steps": sparse.csr_matrix(steps @ steps),
        "cosine": sparse.csr_matrix(scale @ whole @ scale),
    }
    weight = np.asarray(stepped.sum(axis=1), dtype=np.float64).ravel()
    return PairTable(shares, events, np.bincount(visits.book[last_day], minlength=n_books), weight)


def _recent(half_life: float) -> VisitNeighbourSettings:
    return VisitNeighbourSettings(
        _RECENT.window, _RECENT.fade, _RECENT.backward, half_life=half_life
    )


def _rows_to_one(weights: sparse.csr_matrix) -> sparse.csr_matrix:
    """CSR [B, B] each weight divided by the sum of its row."""
    total = np.asarray(weights.sum(axis=1)).ravel()
    return sparse.csr_matrix(sparse.diags(1.0 / np.maximum(total, 1e-12)) @ weights)


def _largest(matrix: sparse.csr_matrix, keep: int) -> SimilarityTable:
    """Make a table of the ``keep`` largest entries of each row."""
    entries = matrix.tocoo()
    return strongest(entries.row, entries.col, entries.data, matrix.shape[0], keep)


def _at(
    matrix: sparse.csr_matrix, row: NDArray[np.integer], book: NDArray[np.integer]
) -> NDArray[np.float64]:
    """[P] entries of a matrix."""
    return np.asarray(matrix[row, book], dtype=np.float64).ravel()
