"""Visits: order, selection, joining."""

from __future__ import annotations

import numpy as np

from bookrec.offline.retrieval.visits import joined, make_visits
from small_visits import visits_of


def test_events_are_sorted_by_the_first_time_of_a_visit_then_by_time():
    visits = make_visits(
        np.array([0, 1, 0, 1, 0]),
        np.array([5, 6, 7, 8, 9]),
        np.array([30.0, 10.0, 20.0, 40.0, 50.0]),
        10,
        np.random.default_rng(1),
    )
    assert visits.ids.tolist() == [1, 0]
    assert [visits.books_of(place).tolist() for place in (0, 1)] == [[6, 8], [7, 5, 9]]
    assert visits.first_times.tolist() == [10, 20]
    assert visits.last_times.tolist() == [40, 50]


def test_events_of_equal_time_have_no_order_but_a_random_one():
    firsts = {
        int(
            make_visits(
                np.zeros(3, int), np.arange(3), np.zeros(3), 3, np.random.default_rng(seed)
            ).book[0]
        )
        for seed in range(20)
    }
    assert firsts == {0, 1, 2}


def test_selected_and_joined_visits_keep_their_events():
    visits = visits_of([[0, 1, 2], [3, 4], [5, 6]], 7)
    some = visits[np.array([True, False, True])]
    assert some.ids.tolist() == [0, 2]
    assert some.books_of(1).tolist() == [5, 6]
    again = joined(some, visits[np.array([1])])
    assert again.ids.tolist() == [0, 1, 2]
    assert again.book.tolist() == visits.book.tolist()
    assert again.interactions().reader_idx.tolist() == [0, 0, 0, 1, 1, 2, 2]
