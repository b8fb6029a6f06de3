"""New authors among places and hits, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.metrics.discovery import new_authors
from small_dataset import interactions_of

AUTHORS = np.array([1, 1, 2, 3, 0, 2, 1], dtype=np.int32)
"""Book 4's author is unknown."""
SEEN = interactions_of((0, 0, 0), (0, 4, 0), (1, 2, 0), (1, 3, 0))
LISTS = np.array([[1, 2, 4], [5, 6, -1]], dtype=np.int32)
HELD_OUT = interactions_of((0, 1, 0), (0, 2, 0), (0, 4, 0), (1, 6, 0))


def test_shares_among_places_and_hits_leave_out_unknown_authors():
    # Reader 0 has read author 1: book 1 is old, book 2 new, book 4 unknown. Reader 1 has read authors
    # 2 and 3: book 5 is old, book 6 new.
    found = new_authors(LISTS, HELD_OUT, SEEN, AUTHORS)
    assert found.places == pytest.approx(2 / 4)
    assert found.hits == pytest.approx(2 / 3)  # books 2 and 6 of the hits 1, 2 and 6


def test_readers_of_few_books_are_left_out():
    seen = interactions_of((0, 0, 0), (1, 2, 0), (1, 3, 0))
    found = new_authors(LISTS, HELD_OUT, seen, AUTHORS, at_least=2)
    assert found.places == pytest.approx(1 / 2)
    assert found.hits == 1
    nobody = new_authors(LISTS, HELD_OUT, seen, AUTHORS, at_least=3)
    assert math.isnan(nobody.places)
    assert math.isnan(nobody.hits)
