"""Ages as people write them."""

from __future__ import annotations

import pandas as pd
import pytest

from bookrec.offline.data.values.ages import convert_ages, read_age


@pytest.mark.parametrize(
    ("text", "age", "rule"),
    [
        ("34", 34, ""),
        ("34.0", 34, ""),
        ("٣٤", 34, ""),
        ("30 tuổi", 30, "age_text_read"),
        ("41 years old", 41, "age_text_read"),
        ("18-24", 21, "age_from_range"),
        ("25 – 34", 29, "age_from_range"),
        ("1990", 35, "age_from_birth_year"),
        ("sinh năm 1990", 35, "age_from_birth_year"),
        ("17/03/1988", 37, "age_from_birth_year"),
        ("1988-03-17", 37, "age_from_birth_year"),
        ("", None, ""),
        ("NULL", None, ""),
        ("không rõ", None, ""),
        ("4", None, "age_impossible"),
        ("239", None, "age_impossible"),
        ("-5", None, "age_impossible"),
        ("2024", None, "age_impossible"),
        ("trẻ", None, "age_unreadable"),
        ("24-18", None, "age_unreadable"),
    ],
)
def test_one_age(text: str, age: int | None, rule: str) -> None:
    assert read_age(text, 2025) == (age, rule)


def test_a_column_counts_rows_by_rule() -> None:
    ages = convert_ages(pd.Series(["1990", "", "1990", "34", "x"], dtype="str"), 2025)
    assert ages.numbers.dtype == "Int16"
    assert ages.numbers.tolist() == [35, pd.NA, 35, 34, pd.NA]
    assert ages.repaired == {"age_from_birth_year": 2, "age_unreadable": 1}
