"""The history of one reader: the books they have, and their ratings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints

POSITIVE_RATING: Final = 7
"""Ratings of at least this on the scale 1-10 are positive, and so are implicit interactions."""

_WEIGHT: Final = np.array([1, 0, 0, 0, 0, 0.5, 0.5, 1, 1, 1, 1], dtype=np.float32)
"""[11] weights by rating, 0 (no rating) to 10."""


def is_positive(ratings: NDArray[np.integer]) -> NDArray[np.bool_]:
    """[n] mask of positive interactions, by rating: liked, or without a rating (0)."""
    return np.asarray((ratings >= POSITIVE_RATING) | (ratings == 0))


@dataclass(frozen=True)
class History:
    """The seen books of one reader."""

    books: Ints
    """[N] positions of the seen books, without repetition."""
    ratings: NDArray[np.int8]
    """[N] ratings 1–10, 0 without a rating."""
    weights: Floats
    """[N] weights in the reader's profile: 1 for a liked or unrated book, .5 for a middling rating, 0
    for a bad one. A book of weight 0 is still a seen book and never recommended."""


def make_history(books: NDArray[np.integer], ratings: NDArray[np.integer]) -> History:
    """Make a history of seen books ([N] positions) and ratings ([N], 1–10 or 0 without a rating)."""
    weights = _WEIGHT[ratings.astype(np.intp)]
    return History(books.astype(np.int32), ratings.astype(np.int8), weights)
