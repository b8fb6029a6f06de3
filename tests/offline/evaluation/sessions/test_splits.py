"""Splits of visits, and the requests of a replay."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.errors import DataError, ModelError
from bookrec.offline.evaluation.sessions.splits import Replay, by_reader, by_time, check_times
from small_visits import visits_of, wandering_visits


def test_a_log_is_divided_by_time_and_a_visit_across_the_cut_is_left_out():
    visits = visits_of([[0, 1]] * 4 + [[2, 3, 4]] + [[5, 6]] * 5, 7)
    split = by_time(visits, cut=4001.5)  # within the fifth visit
    assert split.known.ids.tolist() == [0, 1, 2, 3]
    assert split.test.visits.ids.tolist() == [5, 6, 7, 8, 9]
    assert split.train.ids.tolist() == [0, 1, 2]
    assert split.validation.visits.ids.tolist() == [3]
    check_times(split.known, split.test.visits)


def test_known_events_after_the_first_test_visit_are_refused():
    visits = visits_of([[0, 1], [2, 3], [4, 5]], 6)
    with pytest.raises(ModelError, match="A leak: 2 known events are not earlier"):
        check_times(visits[np.array([0, 2])], visits[np.array([1])])


def test_of_readers_kept_aside_the_first_half_is_known():
    visits = wandering_visits(40, 20, seed=3)
    long = visits_of([[*range(n)] for n in (12, 30, 11, 10, 14, 20, 3, 40, 16, 13)], 40)
    split = by_reader(long, np.random.default_rng(2), readers=2, following=4)
    assert len(split.test.visits) == 1  # a fifth of nine readers with ten books
    (reader,) = split.test.visits.ids
    n = int(long.lengths[reader])
    history = split.test.histories[0]
    assert history.tolist() == list(range(n // 2))
    assert split.test.visits.books_of(0).tolist() == list(range(n // 2, n // 2 + 4))
    place = split.known.ids.tolist().index(reader)
    assert split.known.books_of(place).tolist() == history.tolist()
    assert len(split.known) == 10
    assert reader not in split.train.ids.tolist()
    with pytest.raises(DataError, match="Of 40 readers with times, 0 have at least 10 books"):
        by_reader(visits, np.random.default_rng(2))


def test_a_log_of_one_visit_cannot_be_split():
    with pytest.raises(DataError, match="too few visits to be split by time"):
        by_time(visits_of([[0, 1]], 2))


def test_a_request_comes_before_each_new_book():
    visits = visits_of([[3, 3, 7, 5, 3, 6]], 8)
    reader = Replay(visits, [np.array([7], dtype=np.int32)])
    assert [
        (request.visit.tolist(), request.time, target) for request, target in reader.requests(0)
    ] == [([], 0.0, 3), ([3, 3, 7], 2.0, 5), ([3, 3, 7, 5, 3], 4.0, 6)]
    stranger = Replay(visits, [np.empty(0, dtype=np.int32)])
    assert [target for _, target in stranger.requests(0)] == [7, 5, 6]
    (*_, (last, _)) = reader.requests(0)
    assert last.recent.tolist() == [3, 5, 7]
    assert last.seen.tolist() == [7, 3, 3, 7, 5, 3]
