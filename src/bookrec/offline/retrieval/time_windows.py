"""Time windows: histories in which books read close together are more similar.

Two books of a reader add ``k = 1`` to the Gram matrix ``XᵀX`` of plain histories. If the times of the
interactions are known, they add ``k(d) = WHOLE + (1 - WHOLE) max(0, 1 - d / WINDOW)``, where ``d`` is
their distance in the reader's order of time. To this end X has a row for the whole history and a row
for each window of it, with windows from `OFFSETS` starting points; closer books share more windows
(random binning: Rahimi, Recht, "Random features for large-scale kernel machines", NIPS 2007). With few
starting points ``k`` is a step function along that line.

The distance counts interactions, not seconds, because readers differ in pace: one rates films on one
evening, another buys a book a month.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions, interaction_matrix

WINDOW: Final = 16
"""Width of a window, in interactions."""
OFFSETS: Final = 4
"""Starting points of windows."""
WHOLE: Final = 0.3
"""Kernel value of two books of a reader at any distance; 1 would ignore the order."""


def windowed_histories(
    interactions: Interactions, n_readers: int, n_books: int
) -> sparse.csr_matrix:
    """CSR [rows, B] of positive weights; the squares of an interaction's weights sum to 1.

    A reader without known times has a single row of ones, the history. Without any times the result is
    the plain matrix of histories.

    Args:
        interactions: Interactions, at most one per reader and book.
        n_readers: Number of readers.
        n_books: Number of books ``B``.
    """
    readers, books, times = interactions.reader_idx, interactions.book_idx, interactions.timestamp
    if times is None:
        return interaction_matrix(interactions, n_readers, n_books)
    timed = np.zeros(n_readers, dtype=bool)
    timed[readers[times >= 0]] = True
    ordered = timed[readers]
    weights = np.where(ordered, np.sqrt(WHOLE), 1.0).astype(np.float32)
    whole = interaction_matrix(interactions, n_readers, n_books, weights)
    rank = ranks_in_time(readers[ordered], times[ordered])
    windows = [
        _windows(readers[ordered], books[ordered], rank + offset * WINDOW / OFFSETS, n_books)
        for offset in range(OFFSETS)
    ]
    return sparse.vstack([whole, *windows]).tocsr()


def ranks_in_time(readers: Ints, times: NDArray[np.int64]) -> NDArray[np.float64]:
    """[n] rank of each interaction in its reader's order of time, from 0.

    Interactions at equal times share their mean rank; unknown times (negative) come first.

    Args:
        readers: [n] reader of each interaction.
        times: [n] time of each interaction.
    """
    known_or_first = pd.Series(np.maximum(times, -1))
    ranks = known_or_first.groupby(readers).rank(method="average")
    return np.asarray(ranks, dtype=np.float64) - 1


def _windows(
    readers: Ints, books: Ints, rank: NDArray[np.float64], n_books: int
) -> sparse.csr_matrix:
    """CSR [windows, B] of each reader's interactions, cut at multiples of `WINDOW` in ``rank``."""
    window = np.floor_divide(rank, WINDOW).astype(np.int64)
    key = readers.astype(np.int64) * (int(window.max(initial=0)) + 1) + window
    cut, row = np.unique(key, return_inverse=True)
    weight = np.full(len(books), np.sqrt((1.0 - WHOLE) / OFFSETS), dtype=np.float32)
    return sparse.csr_matrix((weight, (row, books)), shape=(len(cut), n_books))
