"""Times in all shapes, the order of day and month, and what no time can be."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from bookrec.offline.data.values.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    DateFormat,
    convert,
    read_date_format,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC).timestamp()


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype="str")


def epoch(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2025-11-05", epoch(2025, 11, 5)),
        ("2015-08-03 21:20:57", epoch(2015, 8, 3, 21, 20, 57)),
        ("2025-11-05T14:30:15Z", epoch(2025, 11, 5, 14, 30, 15)),
        ("2025-11-05T14:30:15.250+07:00", epoch(2025, 11, 5, 7, 30, 15)),
        ("2025-11-05 14:30 -0800", epoch(2025, 11, 5, 22, 30)),
        ("05/11/2025 14:30", epoch(2025, 11, 5, 14, 30)),
        ("14:30 05/11/2025", epoch(2025, 11, 5, 14, 30)),
        ("5/11/2025 2:30:05 PM", epoch(2025, 11, 5, 14, 30, 5)),
        ("5/11/2025 2:30 CH", epoch(2025, 11, 5, 14, 30)),
        ("05-11-2025", epoch(2025, 11, 5)),
        ("05.11.2025 08:01", epoch(2025, 11, 5, 8, 1)),
        ("2025/11/05", epoch(2025, 11, 5)),
        ("05/11/25", epoch(2025, 11, 5)),
        ("05/11/98", epoch(1998, 11, 5)),
        ("05 thg 11 2025", epoch(2025, 11, 5)),
        ("5 thg 11, 2025", epoch(2025, 11, 5)),
        ("Ngày 5 tháng 11 năm 2025", epoch(2025, 11, 5)),
        ("Tue Nov 26 10:00:00 -0800 2013", epoch(2013, 11, 26, 18)),
        ("Thứ Tư, 05/11/2025 lúc 14:30", epoch(2025, 11, 5, 14, 30)),
        ("14:30 ngày 05/11/2025", epoch(2025, 11, 5, 14, 30)),
        ("Nov 5, 2025", epoch(2025, 11, 5)),
        ("5 November 2025 14:30", epoch(2025, 11, 5, 14, 30)),
        ("Wednesday, November 5th, 2025", epoch(2025, 11, 5)),
        ("05-Nov-25", epoch(2025, 11, 5)),
        ("1762300801", 1762300801),
        ("1762300801.0", 1762300801),
        ("1762300801999", 1762300801),
        ("1762300801000000", 1762300801),
        ("1762300801000000000", 1762300801),
        ("45966", epoch(2025, 11, 5)),
        ("45966.5", epoch(2025, 11, 5, 12)),
        ("20251105", epoch(2025, 11, 5)),
        ("20251105143000", epoch(2025, 11, 5, 14, 30)),
    ],
)
def test_one_time_in_every_shape(text: str, seconds: int) -> None:
    converted = convert(column(text), DateFormat(), now=NOW)
    assert converted.seconds.tolist() == [seconds]
    assert not converted.repaired


@pytest.mark.parametrize(
    ("texts", "order", "sure"),
    [
        (["05/11/2025", "25/11/2025"], DAY_FIRST, True),
        (["05/11/2025", "11/25/2025"], MONTH_FIRST, True),
        (["05/11/2025", "06/10/2025"], DAY_FIRST, False),
        (["25/11/2025", "11/25/2025"], DAY_FIRST, False),
        (["25/11/2025"] * 30 + ["11/25/2025"], DAY_FIRST, True),
        (["05/05/2025"], DAY_FIRST, True),
        (["05.11.2025", "1762300800", "2025-11-05", ""], DAY_FIRST, True),
    ],
)
def test_the_order_of_day_and_month_is_found_by_evidence(
    texts: list[str], order: str, sure: bool
) -> None:
    date_format = read_date_format(column(*texts))
    assert (date_format.order, date_format.sure) == (order, sure)
    assert date_format.evidence
    if not sure:
        assert date_format.possible == (f"{DAY_FIRST}: {texts[0]}", f"{MONTH_FIRST}: {texts[0]}")


def test_the_order_of_the_format_counts_and_contradictions_are_unreadable() -> None:
    converted = convert(column("05/11/2025", "25/11/2025"), DateFormat(MONTH_FIRST), now=NOW)
    assert converted.seconds.tolist() == [epoch(2025, 5, 11), pd.NA]
    assert converted.repaired == {"timestamp_unreadable": 1}


def test_shapes_may_be_mixed_and_impossible_times_are_unknown() -> None:
    texts = ["", "NULL", "2025-02-30", "soon", "1980-01-01", "2026-03-05", "12", "2025-11-05", "0"]
    converted = convert(column(*texts), DateFormat(), now=NOW)
    assert converted.seconds.isna().tolist() == [True] * 7 + [False, True]
    assert converted.repaired == {"timestamp_unreadable": 2, "timestamp_impossible": 3}


def test_an_example_has_no_tabs_and_line_breaks():
    date_format = read_date_format(column("\t06/03/2024\t", "05/03/2024\n"))
    assert date_format.evidence == "all 2 dates such as 06/03/2024 fit both orders"
    assert date_format.possible == ("dd/mm/yyyy: 06/03/2024", "mm/dd/yyyy: 06/03/2024")
