"""Time windows: histories in which books read soon after one another are more similar.

Two books of a reader give ``k = 1`` to the Gram matrix ``XᵀX`` of plain histories. Where the times of
interactions are known, they give ``k(d) = WHOLE + (1 - WHOLE) max(0, 1 - d / WINDOW)``, ``d`` being how
far apart they are in the order of time: X has a row for the whole history, and rows for windows of it,
laid out from `OFFSETS` starting points, so that two books share the more windows the closer they are.
(Random binning: Rahimi, Recht, "Random features for large-scale kernel machines", NIPS 2007; with few
starting points ``k`` is a stair along that line.)

Places in the order count, not seconds: what is soon for somebody who rates films on one evening is not
for somebody who buys a book a month.
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
"""Kernel value of two books of a reader however far apart; 1 would ignore the order."""


def windowed_histories(
    interactions: Interactions, n_readers: int, n_books: int
) -> sparse.csr_matrix:
    """CSR [rows, B] of positive weights; the squares of an interaction's weights sum to 1.

    Readers without known times have the one row of their history, with ones. Without any times this
    is the plain matrix of histories.

    Args:
        interactions: unique pairs.
    """
    readers, books, times = interactions.reader_idx, interactions.book_idx, interactions.timestamp
    if times is None:
        return interaction_matrix(interactions, n_readers, n_books)
    timed = np.zeros(n_readers, dtype=bool)
    timed[readers[times >= 0]] = True
    ordered = timed[readers]
    weights = np.where(ordered, np.sqrt(WHOLE), 1.0).astype(np.float32)
    whole = interaction_matrix(interactions, n_readers, n_books, weights)
    place = places_in_time(readers[ordered], times[ordered])
    windows = [
        _windows(readers[ordered], books[ordered], place + offset * WINDOW / OFFSETS, n_books)
        for offset in range(OFFSETS)
    ]
    return sparse.vstack([whole, *windows]).tocsr()


def places_in_time(readers: Ints, times: NDArray[np.int64]) -> NDArray[np.float64]:
    """[interactions] place of each in its reader's order of time, from 0.

    Interactions of one time share their mean place; those of an unknown time come first.
    """
    known_or_first = pd.Series(np.maximum(times, -1))
    ranks = known_or_first.groupby(readers).rank(method="average")
    return np.asarray(ranks, dtype=np.float64) - 1


def _windows(
    readers: Ints, books: Ints, place: NDArray[np.float64], n_books: int
) -> sparse.csr_matrix:
    """CSR [windows, B]: each reader's interactions cut at multiples of `WINDOW`."""
    window = np.floor_divide(place, WINDOW).astype(np.int64)
    key = readers.astype(np.int64) * (int(window.max(initial=0)) + 1) + window
    cut, row = np.unique(key, return_inverse=True)
    weight = np.full(len(books), np.sqrt((1.0 - WHOLE) / OFFSETS), dtype=np.float32)
    return sparse.csr_matrix((weight, (row, books)), shape=(len(cut), n_books))
