"""Scores from a table of similar books: the sum over the history of each book's similarities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.evaluation.holdout.fit_data import popular_where_silent
from bookrec.offline.evaluation.holdout.leaks import Evidence


@dataclass(frozen=True)
class NeighbourScorer:
    """``score(u, j) = sum over own books i of weight(u, i) * similarity(i, j)``."""

    histories: Any
    """CSR [readers, B]"""
    similarities: Any
    """CSR [B, B]"""
    counts: NDArray[np.int64]
    """[B] readers, for books that no similarity speaks of."""

    def scores(self, readers: Ints) -> Floats:
        found = (self.histories[readers] @ self.similarities).toarray().astype(np.float32)
        return popular_where_silent(found, self.counts)

    def evidence(self) -> list[Evidence]:
        return [
            Evidence("histories", interactions=self.histories),
            Evidence("similarities", neighbours=self.similarities),
            Evidence("count of readers", readers_of_book=self.counts),
        ]


def similarity_matrix(knn: SimilarityTable, neighbours: int) -> Any:
    """CSR [B, B] of the first ``neighbours`` of each list (lists are strongest first)."""
    n_books = len(knn.start) - 1
    lengths = np.diff(knn.start)
    rows = np.repeat(np.arange(n_books), lengths)
    place = np.arange(len(knn.neighbour)) - np.repeat(knn.start[:-1], lengths)
    keep = place < neighbours
    entries = (knn.weight[keep], (rows[keep], knn.neighbour[keep]))
    return sparse.csr_matrix(entries, shape=(n_books, n_books), dtype=np.float32)
