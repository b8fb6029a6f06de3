"""A reader's history: their own books, and how much each speaks for their taste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.ranker import Floats, Ints


@dataclass(frozen=True)
class History:
    """A reader's own books as retrieval sees them."""

    books: Ints
    """[N] positions of all own books, without repetition."""
    weights: Floats
    """[N] how much each speaks for the reader's taste: 1 for a liked or unrated book, .5 for a
    middling rating, 0 for a bad one (still an own book, so never recommended)."""


def make_history(books: NDArray[np.integer], ratings: NDArray[np.integer]) -> History:
    """A history from own books ([N] positions) and ratings ([N], 1–10 or 0 without a rating)."""
    weights = np.select([ratings == 0, ratings >= 7, ratings >= 5], [1.0, 1.0, 0.5], 0.0)
    return History(books.astype(np.int32), weights.astype(np.float32))
