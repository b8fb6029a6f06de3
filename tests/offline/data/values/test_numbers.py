"""Prices and quantities: thousands or decimals, by evidence."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from bookrec.offline.data.values.numbers import (
    NumberFormat,
    convert_numbers,
    read_number_format,
)


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype="str")


@pytest.mark.parametrize(
    ("texts", "numbers", "sure"),
    [
        (["95.000 đ", "120.500₫"], [95000, 120500], True),
        (["$12.50", "$9.999"], [12.5, 9.999], True),
        (["1.234,56", "95.000"], [1234.56, 95000], True),
        (["1,234.56", "95,000"], [1234.56, 95000], True),
        (["1.234.567", "95.000"], [1234567, 95000], True),
        (["95,5", "1.200"], [95.5, 1200], True),
        (["95.000", "120.000"], [95000, 120000], False),
        (["95,000"], [95000], False),
        (["3", "2 cuốn", "-1"], [3, 2, -1], True),
        (["0.500", "12"], [0.5, 12], True),
        (["1 234", "7"], [1234, 7], True),
    ],
)
def test_marks_are_found_by_evidence(texts: list[str], numbers: list[float], sure: bool) -> None:
    number_format = read_number_format(column(*texts))
    assert number_format.sure is sure
    assert number_format.evidence
    assert convert_numbers(column(*texts), number_format).numbers.tolist() == numbers


def test_decimals_after_points_and_commas_in_one_column_are_a_doubt() -> None:
    assert not read_number_format(column("1.5", "1,5")).sure


def test_texts_are_unreadable_and_blanks_unknown() -> None:
    parsed = convert_numbers(column("free", "", "N/A", "7"), NumberFormat())
    assert [math.isnan(number) for number in parsed.numbers] == [True, True, True, False]
    assert parsed.repaired == {"number_unreadable": 1}


def test_a_number_of_one_reading_is_read_so_beside_others():
    texts = pd.Series(["9,99", "10,50", "12.50", "1.250"], dtype="str")
    numbers = convert_numbers(texts, read_number_format(texts)).numbers.tolist()
    assert numbers == [9.99, 10.5, 12.5, 1250.0]


def test_an_example_has_no_tabs_and_line_breaks():
    number_format = read_number_format(column("\t95.000\n", "120.000"))
    assert number_format.evidence == "2 numbers such as 95.000 fit thousands and decimals"
    assert number_format.possible == ("thousands: 95.000", "decimals: 95.000")
