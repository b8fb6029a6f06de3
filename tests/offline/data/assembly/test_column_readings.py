"""Readings of whole columns: stated, found, or asked for."""

import pytest

from bookrec.offline.data.assembly.column_readings import find_nobody, read_columns, returned_rows
from bookrec.offline.data.mapping.mapping import Mapping
from raw_tables import raw_table


def readings(ratings, times=("",), *, vietnamese=False, **stated):
    rows = [(ratings[n % len(ratings)], times[n % len(times)]) for n in range(30)]
    raw = raw_table("rating timestamp", *rows)
    return read_columns(raw, Mapping(tables=[], **stated), vietnamese=vietnamese)


@pytest.mark.parametrize(
    ("stated", "most", "stored"),
    [("1-5", 5, 5), ("0.5-5", 5, 10), ("1-10", 10, 10), ("0-100", 100, 10)],
)
def test_a_stated_scale_is_not_looked_for(stated, most, stored):
    found = readings(["3"], rating_scale=stated)
    assert (found.scale.most, found.scale.stored_max) == (most, stored)
    assert (found.questions, found.notes) == ({}, [])


def test_a_scale_is_found_and_said():
    found = readings(["7", "9"])
    assert found.scale.most == 10
    assert found.notes == ["Ratings: 30 ratings, the highest 9: a scale of 10."]
    assert readings([""]).notes == []


def test_dates_are_asked_about_unless_vietnamese_or_stated():
    times = ("03/04/2025", "05/06/2025")
    assert list(readings(["8"], times).questions) == ["dates"]
    assert readings(["8"], times, vietnamese=True).dates.order == "dd/mm/yyyy"
    assert readings(["8"], times, dates="month first").dates.order == "mm/dd/yyyy"
    assert readings(["8"], (*times, "13/06/2025")).dates.order == "dd/mm/yyyy"


def test_walk_in_customers_are_looked_for_among_purchases_only():
    rows = [("Khách lẻ", "purchases"), ("k7", "purchases"), ("Khách lẻ", "ratings")]
    found = find_nobody(raw_table("user_id meaning", *rows))
    assert found.rows.tolist() == [True, False, False]
    assert find_nobody(raw_table("user_id meaning", *rows[2:])) is None


def test_returns_by_meaning_word_or_negative_quantity():
    rows = [
        *(("returns", "", ""), ("purchases", "Trả hàng", "1"), ("purchases", "REFUND", "")),
        *(("purchases", "", "-2"), ("purchases", "mua", "2"), ("purchases", "", "")),
    ]
    raw = raw_table("meaning kind quantity", *rows)
    assert returned_rows(raw.frame).tolist() == [True, True, True, True, False, False]
