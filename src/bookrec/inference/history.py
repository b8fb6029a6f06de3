"""A reader's history: their own books, and how they rated them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints

POSITIVE_RATING: Final = 7
"""Ratings of at least this on the scale 1-10 are positive, and so are implicit interactions."""

_WEIGHT: Final = np.array([1, 0, 0, 0, 0, 0.5, 0.5, 1, 1, 1, 1], dtype=np.float32)
"""By rating, 0 (no rating) to 10."""


@dataclass(frozen=True)
class History:
    """A reader's own books as retrieval sees them."""

    books: Ints
    """[N] positions of all own books, without repetition."""
    ratings: NDArray[np.int8]
    """[N] 1–10, 0 without a rating."""
    weights: Floats
    """[N] how much each speaks for the reader's taste: 1 for a liked or unrated book, .5 for a
    middling rating, 0 for a bad one (still an own book, so never recommended)."""


def make_history(books: NDArray[np.integer], ratings: NDArray[np.integer]) -> History:
    """A history from own books ([N] positions) and ratings ([N], 1–10 or 0 without a rating)."""
    weights = _WEIGHT[ratings.astype(np.intp)]
    return History(books.astype(np.int32), ratings.astype(np.int8), weights)
