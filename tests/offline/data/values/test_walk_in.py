"""Customers who are nobody in particular."""

from __future__ import annotations

import pandas as pd
import pytest

from bookrec.offline.data.values.walk_in import find_walk_in, is_walk_in_name


@pytest.mark.parametrize(
    "text", ["Khách lẻ", "KHACHLE", "Walk-in", "WALK_IN", "guest", "Retail customer", "", "0", "-"]
)
def test_names_of_walk_in_customers(text: str) -> None:
    assert is_walk_in_name(text)


@pytest.mark.parametrize("text", ["10", "KH001", "Khách Lê", "Guest 12"])
def test_other_customers_stay(text: str) -> None:
    assert not is_walk_in_name(text)


def test_rows_by_name_are_left_out_with_a_note() -> None:
    walk_in = find_walk_in(pd.Series(["KH1", "Khách lẻ", "KH2", "Khách lẻ", ""], dtype="str"))
    assert walk_in.rows.tolist() == [False, True, False, True, True]
    assert walk_in.names == ("Khách lẻ", "")
    assert "'Khách lẻ': 2 of 5 rows" in walk_in.notes[0]


def test_an_outsized_share_is_a_walk_in_customer_too() -> None:
    customers = ["C999"] * 60 + [f"KH{i // 2}" for i in range(240)]
    walk_in = find_walk_in(pd.Series(customers, dtype="str"))
    assert walk_in.names == ("C999",)
    assert int(walk_in.rows.sum()) == 60
    assert "60 of 300 rows" in walk_in.notes[0]


def test_a_busy_customer_among_busy_ones_stays() -> None:
    customers = ["C999"] * 60 + ["KH1"] * 10 + [f"KH{i}" for i in range(230)]
    assert find_walk_in(pd.Series(customers, dtype="str")).names == ()
    few = ["C999"] * 60 + ["KH1"]
    assert find_walk_in(pd.Series(few, dtype="str")).names == ()
