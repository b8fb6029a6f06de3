"""Weighted means of residuals, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.rating_prediction.item_residuals import Neighbours
from bookrec.offline.rating_prediction.rating_histories import RatingHistories
from small_dataset import interactions_of

# Readers 0 and 1 have books 0 and 1; reader 1 also has 2 (unrated); reader 2 has only book 2.
KNOWN = interactions_of((0, 0, 9), (0, 1, 8), (1, 0, 4), (1, 1, 5), (1, 2, 0), (2, 2, 7))
RESIDUALS = np.array([1.0, 2.0, -1.0, -0.5, 3.0])


def means(books: list[int], rated: list[int], residuals: list[float]) -> np.ndarray:
    neighbours = Neighbours(RatingHistories(KNOWN, 3, 4), RESIDUALS)
    return neighbours.means(
        np.array(books, dtype=np.int32), np.array(rated, dtype=np.int32), np.array(residuals)
    )


def test_co_read_books_are_weighted_by_cosine():
    # Book vectors over the readers (of 2, 3 and 1 books): books 0 and 1 (1/√2, 1/√3, 0), book 2
    # (0, 1/√3, 1). Cosine of 2 with 0: (1/3) / (√(5/6) √(4/3)).
    cosine = (1 / 3) / (np.sqrt(5 / 6) * np.sqrt(4 / 3))
    weighted = means([2, 0, 3], [0, 1], [2.0, -1.0])[:, 0]
    assert weighted[0] == pytest.approx(cosine * (2.0 - 1.0) / (2 * cosine + 0.1))
    # Book 0 is among the rated: it says nothing about itself, only book 1 (cosine 1) does.
    assert weighted[1] == pytest.approx(-1.0 / 1.1)
    # Book 3 has no readers.
    assert weighted[2] == 0


def test_books_rated_alike_are_weighted_by_shrunken_correlation():
    # Residuals of books 0 and 1: (1, -1) and (2, -.5) of two common readers.
    correlation = (2 + 0.5) / np.sqrt(2 * 4.25)
    weight = (correlation * 2 / 202) ** 1.5
    weighted = means([1, 2], [0], [2.0])[:, 1]
    assert weighted[0] == pytest.approx(weight * 2.0 / (weight + 0.02))
    # Nobody rated books 0 and 2.
    assert weighted[1] == 0
