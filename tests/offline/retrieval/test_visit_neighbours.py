"""Neighbours in visits, on answers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.visit_neighbours import (
    VisitNeighbourSettings,
    fit_visit_neighbours,
    mixed,
)
from small_visits import visits_of

PLAIN = VisitNeighbourSettings(window=2, fade=0.5, backward=0.25, support=0.0, penalty=0.0)
VISITS = visits_of([[0, 1, 2], [0, 2]], 4, starts=[0.0, 86_401.0])
"""Forward weights: 0 → 1: 1, 0 → 2: .5 + 1, 1 → 2: 1; backward a quarter of them."""


def row(settings: VisitNeighbourSettings, book: int) -> dict[int, float]:
    neighbours, weights, _ = fit_visit_neighbours(VISITS, settings).of(np.array([book]))
    return dict(zip(neighbours.tolist(), weights.tolist(), strict=True))


def test_shares_of_a_row_follow_distance_and_direction():
    assert row(PLAIN, 0) == pytest.approx({2: 0.6, 1: 0.4})
    assert list(row(PLAIN, 0)) == [2, 1]
    assert row(PLAIN, 1) == pytest.approx({2: 0.8, 0: 0.2})
    assert row(PLAIN, 2) == pytest.approx({0: 0.6, 1: 0.4})
    assert row(PLAIN, 3) == {}


def test_a_second_step_adds_neighbours_of_neighbours_where_support_is_small():
    # Weight 2.5 / (2.5 + 2.5) of the second step: to 2 .4 · .8, to 1 .6 · .4, and back to 0 itself.
    assert row(replace(PLAIN, support=2.5), 0) == pytest.approx({2: 0.76, 1: 0.52})


def test_popular_neighbours_are_penalised():
    # Events: 2 of book 2, 1 of book 1, and the prior of 5.
    assert row(replace(PLAIN, penalty=1.0), 0) == pytest.approx({2: 0.6 / 7, 1: 0.4 / 6})


def test_an_old_visit_counts_less():
    # The first visit ends a day before the second: .5 for 0 → 1, .25 + 1 for 0 → 2.
    assert row(replace(PLAIN, half_life=1.0), 0) == pytest.approx(
        {2: 1.25 / 1.75, 1: 0.5 / 1.75}, rel=1e-4
    )


def test_only_the_largest_weights_are_kept_and_events_beyond_the_window_do_not_count():
    assert row(replace(PLAIN, keep=1), 0) == pytest.approx({2: 0.6})
    assert row(replace(PLAIN, window=1), 0) == pytest.approx({1: 0.5, 2: 0.5})


def test_a_repeated_book_is_no_neighbour_of_itself():
    table = fit_visit_neighbours(visits_of([[1, 1, 0]], 2), PLAIN)
    assert table.of(np.array([1]))[0].tolist() == [0]


def test_rows_of_ease_are_added_in_units_of_their_largest_weight():
    table = fit_visit_neighbours(VISITS, PLAIN)
    ease = SimilarityTable(
        np.array([0, 3, 3, 3, 3]),
        np.array([1, 3, 2], dtype=np.int32),
        np.array([0.8, 0.4, -0.5], dtype=np.float32),
    )
    both = mixed(table, ease, 0.5, keep=2)
    neighbours, weights, _ = both.of(np.array([0]))
    # 1: .4 / .6 + .5, 2: 1, 3: .25, which is cut.
    assert neighbours.tolist() == [1, 2]
    assert weights.tolist() == pytest.approx([2 / 3 + 0.5, 1.0])
    assert both.of(np.array([1]))[1].tolist() == [1.0, 0.25]
    assert mixed(table, ease, 0.0, keep=2) is table
    assert ease.neighbour.tolist() == [1, 3, 2]
    assert ease.start.tolist() == [0, 3, 3, 3, 3]
