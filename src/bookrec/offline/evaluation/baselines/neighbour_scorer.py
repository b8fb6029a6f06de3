"""Scores from a similarity table: the sum of the similarities to the seen books."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.evaluation.holdout.fit_data import FitData, fill_with_popularity
from bookrec.offline.evaluation.holdout.leaks import Evidence


@dataclass(frozen=True)
class NeighbourScorer:
    """Scorer of ``score(u, j) = sum over seen books i of weight(u, i) * similarity(i, j)``."""

    histories: sparse.csr_matrix
    """[readers, B] weights of the seen books."""
    similarities: sparse.csr_matrix
    """[B, B]"""
    counts: NDArray[np.int64]
    """[B] readers, which rank the books without a score."""

    def scores(self, readers: Ints) -> Floats:
        """[readers, B] scores; books without one come last, by popularity."""
        scores = (self.histories[readers] @ self.similarities).toarray().astype(np.float32)
        return fill_with_popularity(scores, self.counts)

    def evidence(self) -> list[Evidence]:
        """Show histories, similarities and counts."""
        return [
            Evidence("histories", interactions=self.histories),
            Evidence("similarities", neighbours=self.similarities),
            Evidence("count of readers", readers_of_book=self.counts),
        ]

    def with_histories(self, histories: FitData) -> NeighbourScorer:
        """Return a scorer with the same similarities and other histories, all weights 1."""
        return replace(self, histories=histories.binary)


def similarity_matrix(table: SimilarityTable, neighbours: int) -> sparse.csr_matrix:
    """[B, B] similarities of each book to its ``neighbours`` most similar ones."""
    n_books = len(table.start) - 1
    lengths = np.diff(table.start)
    rows = np.repeat(np.arange(n_books), lengths)
    place = np.arange(len(table.neighbour)) - np.repeat(table.start[:-1], lengths)
    keep = place < neighbours
    entries = (table.weight[keep], (rows[keep], table.neighbour[keep]))
    return sparse.csr_matrix(entries, shape=(n_books, n_books), dtype=np.float32)
