"""Coverage, Gini, novelty and diversity compared with numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.metrics.coverage import (
    commonest_share,
    coverage,
    distinct_books,
    gini,
    intra_list_diversity,
    novelty,
)
from small_dataset import interactions_of

LISTS = np.array([[0, 1, 2], [0, 3, -1]], dtype=np.int32)
TRAIN = interactions_of((0, 0, 0), (0, 1, 0), (1, 0, 0), (2, 0, 0), (2, 1, 0), (2, 2, 0))
"""Book 0: three readers; book 1: readers 0 and 2; book 2: reader 2; books 3 and 4: none."""


def test_coverage_by_hand():
    assert coverage(LISTS, 5) == pytest.approx(4 / 5)
    assert coverage(np.full((2, 3), -1, dtype=np.int32), 5) == 0


def test_the_commonest_book_and_distinct_books_by_hand():
    lists = np.array([[0, 1, 2], [3, 0, -1], [1, 4, 0], [5, -1, -1], [-1, -1, -1]], dtype=np.int32)
    assert commonest_share(lists) == pytest.approx(3 / 4)  # book 0; the empty list does not count
    assert commonest_share(lists[:, :1]) == pytest.approx(1 / 4)
    assert distinct_books(lists) == 6
    assert math.isnan(commonest_share(lists[4:]))


def test_gini_by_hand():
    # Listed 0, 1, 1, 1, 2 times: (-2 + 0 + 2 + 2 * 4) / (5 * 5).
    assert gini(LISTS, 5) == pytest.approx((0 * -4 + 1 * -2 + 1 * 0 + 1 * 2 + 2 * 4) / 25)
    assert gini(np.array([[0, 1], [2, 3]], dtype=np.int32), 4) == 0
    assert gini(np.zeros((9, 1), dtype=np.int32), 4) == pytest.approx(3 / 4)
    assert math.isnan(gini(np.full((1, 1), -1, dtype=np.int32), 4))


def test_novelty_by_hand():
    # Shares with one more: 4/4, 3/4, 2/4 and, for an unread book, 1/4.
    bits = [0, math.log2(4 / 3), 1, 0, 2]
    assert novelty(LISTS, TRAIN, 5) == pytest.approx(sum(bits) / 5)


def test_diversity_by_hand():
    # cos(0, 1) = 2 / sqrt(3 * 2), cos(0, 2) = 1 / sqrt(3), cos(1, 2) = 1 / sqrt(2); 3 has no readers.
    first = 1 - (2 / math.sqrt(6) + 1 / math.sqrt(3) + 1 / math.sqrt(2)) / 3
    diversity = intra_list_diversity(LISTS, TRAIN, 3, 5)
    assert diversity == pytest.approx((first + 1) / 2, abs=1e-6)
    assert math.isnan(intra_list_diversity(LISTS[:, :1], TRAIN, 3, 5))
