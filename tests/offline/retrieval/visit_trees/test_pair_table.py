"""Candidates and features of pairs of books, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.retrieval.visit_trees.pair_table import FEATURES, pair_table
from small_visits import visits_of

DAY = 86_400.0
VISITS = visits_of([[0, 1, 2], [0, 2], [3, 1]], 5, starts=[0.0, 2 * DAY, 2 * DAY + 10])


def feature(name: str, row: int, book: int) -> float:
    values = pair_table(VISITS).features(np.array([row]), np.array([book]))
    assert values.shape == (1, len(FEATURES))
    return float(values[0, FEATURES.index(name)])


def test_shares_follow_direction_and_distance():
    # From 0: to 1 once next, to 2 once next and once at distance 2 (half in the near window).
    assert feature("next", 0, 1) == pytest.approx(0.5)
    assert feature("after", 0, 2) == pytest.approx(1.5 / 2.5)
    assert feature("after", 1, 0) == 0.0
    assert feature("backward", 1, 0) == pytest.approx(0.5)
    assert feature("before", 2, 0) == pytest.approx(0.5)


def test_relative_shares_are_1_for_the_nearest_book():
    assert feature("after_relative", 0, 2) == pytest.approx(1.0)
    assert feature("after_relative", 0, 1) == pytest.approx(1.0 / 1.5)


def test_recent_visits_weigh_more_in_shares_with_a_half_life():
    # The visit of two days ago counts a sixteenth in half-days: 1/16 to 1, and 1 + .8/16 to 2.
    assert feature("half_day", 0, 1) == pytest.approx((1 / 16) / (1 / 16 + 1 + 0.8 / 16), rel=1e-3)


def test_two_steps_reach_a_book_without_a_common_visit():
    assert feature("whole", 0, 3) == 0.0
    assert feature("steps", 0, 3) > 0.0


def test_events_are_counted_for_both_books():
    assert feature("events", 3, 2) == 2.0
    assert feature("row_events", 3, 2) == 1.0
    assert feature("events_day", 0, 1) == 1.0
    assert feature("row_events_day", 0, 1) == 1.0


def test_candidates_are_distinct_and_never_the_book_itself():
    candidates = pair_table(VISITS).candidates
    rows = np.repeat(np.arange(5), np.diff(candidates.start))
    pairs = list(zip(rows.tolist(), candidates.neighbour.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert all(row != book for row, book in pairs)
    assert {book for row, book in pairs if row == 0} == {1, 2, 3}
    assert all(row != 4 for row, _ in pairs)
