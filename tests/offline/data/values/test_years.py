"""Years of publication as catalogues write them."""

from __future__ import annotations

import pandas as pd
import pytest

from bookrec.offline.data.values.years import convert_years, read_year


@pytest.mark.parametrize(
    ("text", "year", "rule"),
    [
        ("2019", 2019, ""),
        ("2019.0", 2019, ""),
        ("٢٠١٩", 2019, ""),
        ("2,018", 2018, "year_text_read"),
        ("2022 (tái bản)", 2022, "year_text_read"),
        ("04/2020", 2020, "year_text_read"),
        ("2020-06-01", 2020, "year_text_read"),
        ("20200601", 2020, "year_text_read"),
        ("©1999", 1999, "year_text_read"),
        ("Tháng 3 năm 2011", 2011, "year_text_read"),
        ("1998-2001", None, "year_unreadable"),
        ("mới", None, "year_unreadable"),
        ("", None, ""),
        ("Đang cập nhật", None, ""),
        ("0", None, "year_impossible"),
        ("2050", None, "year_impossible"),
        ("1376", None, "year_impossible"),
    ],
)
def test_one_year(text: str, year: int | None, rule: str) -> None:
    assert read_year(text, 2025) == (year, rule)


def test_a_column_counts_rows_by_rule() -> None:
    years = convert_years(pd.Series(["2,019", "2,019", "", "2050"], dtype="str"), 2025)
    assert years.numbers.tolist() == [2019, 2019, pd.NA, pd.NA]
    assert years.repaired == {"year_text_read": 2, "year_impossible": 1}
