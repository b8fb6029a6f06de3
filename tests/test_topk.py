"""Choosing from arrays beside plain Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bookrec.ragged import grouped, row_starts, rows_of
from bookrec.topk import best, best_first, first_of_each, is_member


@given(
    hnp.arrays(np.float32, st.integers(1, 30), elements=st.integers(-3, 3).map(float)),
    st.integers(-1, 40),
    st.sampled_from([-np.inf, 0.0]),
)
def test_best_takes_the_largest_and_ties_by_position(values, count, above):
    ranked = sorted(range(len(values)), key=lambda i: (-values[i], i))
    expected = [i for i in ranked if values[i] > above][: max(count, 0)]
    assert sorted(best(values, count, above).tolist()) == sorted(expected)


@given(
    st.integers(0, 2**32),
    st.integers(1, 12),
    st.sampled_from(["spread", "ties", "sorted", "spikes"]),
)
def test_many_values_are_chosen_from_as_few_are(seed: int, count: int, kind: str):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=2000).astype(np.float32)
    if kind == "ties":
        values = np.round(values)
    elif kind == "sorted":
        values.sort()
    elif kind == "spikes":  # every place that is looked at first is high, the others are not
        values[:] = -1.0
        values[::16] = 1.0
    expected = sorted(range(2000), key=lambda i: (-values[i], i))[:count]
    assert sorted(best(values, count).tolist()) == sorted(expected)
    assert best_first(values, count).tolist() == expected


def test_minus_infinity_comes_last():
    values = np.array([-np.inf, 3, -np.inf, 1], dtype=np.float32)
    assert best_first(values, 3).tolist() == [1, 3, 0]


@given(st.lists(st.integers(-3, 6), max_size=20), st.integers(0, 12))
def test_the_first_of_each_code_in_order(codes: list[int], count: int):
    expected = [place for place, code in enumerate(codes) if code not in codes[:place]][:count]
    assert first_of_each(codes, count).tolist() == expected
    assert first_of_each(np.array(codes, dtype=np.int32), count).tolist() == expected


def test_one_edition_of_a_work_is_its_first():
    work_of_book = np.array([7, 3, 7, 7, 1, 3], dtype=np.int32)
    assert first_of_each(work_of_book, 10).tolist() == [0, 1, 4]
    assert first_of_each(work_of_book, 2).tolist() == [0, 1]
    assert first_of_each(work_of_book, 0).tolist() == []


def test_members_and_their_places():
    members = np.array([2, 5, 9], dtype=np.int32)
    hits, place = is_member(np.array([9, 1, 5, 10, 9], dtype=np.int32), members)
    assert hits.tolist() == [0, 2, 4]
    assert place.tolist() == [2, 1, 2]
    assert is_member(members, np.empty(0, dtype=np.int32))[0].tolist() == []


def test_rows_one_after_the_other():
    start = np.array([0, 2, 2, 5])
    values = np.array([10, 11, 30, 31, 32], dtype=np.int32)
    picked, lengths, where = rows_of(start, values, np.array([2, 1, 0]))
    assert picked.tolist() == [30, 31, 32, 10, 11]
    assert lengths.tolist() == [3, 0, 2]
    assert where.tolist() == [2, 3, 4, 0, 1]
    assert rows_of(start, values, np.array([], dtype=int))[0].tolist() == []


def test_positions_by_code():
    start, members = grouped(np.array([2, 0, 2, 4, 0], dtype=np.int32))
    assert start.tolist() == [0, 2, 2, 4, 4, 5]
    assert members.tolist() == [1, 4, 0, 2, 3]
    assert row_starts(np.array([], dtype=int)).tolist() == [0]
