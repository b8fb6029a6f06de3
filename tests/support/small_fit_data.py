"""A small, lopsided set of interactions, dense arrays of it, and a scorer whose answers are given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.leaks import Evidence

N_READERS, N_BOOKS = 23, 17


def random_interactions(
    seed: int = 0, n_readers: int = N_READERS, n_books: int = N_BOOKS, share: float = 0.3
) -> Interactions:
    """More of the first books than of the last ones, some with ratings; no reader without any."""
    rng = np.random.default_rng(seed)
    chance = share * 2 * np.linspace(1.0, 0.1, n_books)
    dense = rng.random((n_readers, n_books)) < chance
    dense[np.arange(n_readers), rng.integers(0, n_books, n_readers)] = True
    readers, books = np.nonzero(dense)
    ratings = rng.choice([0, 0, 3, 6, 8, 10], len(readers))
    return Interactions(readers.astype(np.int32), books.astype(np.int32), ratings.astype(np.int8))


def fit_data_of(interactions: Interactions, seed: int = 1) -> FitData:
    return FitData(interactions, N_READERS, N_BOOKS, seed)


def dense(interactions: Interactions) -> np.ndarray:
    """[readers, books] ones and zeros, float64."""
    table = np.zeros((N_READERS, N_BOOKS))
    table[interactions.reader_idx, interactions.book_idx] = 1
    return table


@dataclass(frozen=True)
class GivenScores:
    """A scorer that says what it was told to, and shows what it was told it had seen."""

    table: np.ndarray
    seen: Interactions

    def scores(self, readers):
        return self.table[readers].astype(np.float32)

    def evidence(self):
        ones = np.ones(len(self.seen))
        shape = self.table.shape
        matrix = sparse.csr_matrix((ones, (self.seen.reader_idx, self.seen.book_idx)), shape)
        return [Evidence("table", interactions=matrix)]
