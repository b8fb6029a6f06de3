"""Mean ratings, shrunk."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.features.book_statistics import BookStatistics
from bookrec.offline.features.shrunken_ratings import shrunken_ratings


def test_ratings_are_shrunk_to_the_author_and_to_the_overall_mean():
    statistics = BookStatistics(
        np.array([10, 4, 7, 7], dtype=np.float32),
        np.array([2, 30, 0, 8], dtype=np.int32),
        np.array([5, 31, 2, 8], dtype=np.int32),
    )
    # Ratings: 20 + 120 + 56 = 196 of 40 readers, 4.9 overall. Author 1 wrote books 0 and 2, author 2
    # wrote book 1; the author of book 3 is unknown.
    shrunken = shrunken_ratings(statistics, np.array([1, 2, 1, 0], dtype=np.int32))
    first = (20 + 20 * 4.9) / 22
    second = (120 + 20 * 4.9) / 50
    expected = [(20 + 10 * first) / 12, (120 + 10 * second) / 40, first, (56 + 10 * 4.9) / 18]
    assert shrunken.tolist() == pytest.approx(expected, rel=1e-6)


def test_books_without_any_rating_are_alike():
    statistics = BookStatistics(
        np.zeros(3, dtype=np.float32), np.zeros(3, dtype=np.int32), np.array([4, 0, 9], np.int32)
    )
    shrunken = shrunken_ratings(statistics, np.array([1, 0, 1], dtype=np.int32))
    assert shrunken.tolist() == [0, 0, 0]
