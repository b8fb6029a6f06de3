"""Counts of days: they add up and are forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bookrec.settings import Home
from bookrec.shop.owner.day_counts import (
    KEPT_DAYS,
    LIST_SOURCE,
    DayCount,
    add_counts,
    days_back,
    read_counts,
    today,
)
from selling import in_shop


def test_counts_of_a_day_add_up_and_old_days_go(tmp_path: Path) -> None:
    home = Home(tmp_path)
    day, before = "2026-11-27", "2026-11-26"
    old = days_back(KEPT_DAYS + 1, day)[0]
    for moment, count in ((old, 1), (before, 4), (day, 2), (day, 3)):
        in_shop(
            home,
            lambda c, moment=moment, count=count: add_counts(
                c, moment, {(LIST_SOURCE, "live"): count}
            ),
        )
    assert in_shop(home, lambda c: read_counts(c, LIST_SOURCE, "2000-01-01")) == [
        DayCount(before, "live", 4),
        DayCount(day, "live", 5),
    ]
    assert in_shop(home, lambda c: read_counts(c, LIST_SOURCE, day)) == [DayCount(day, "live", 5)]


def test_days_run_backwards_over_months() -> None:
    assert days_back(3, "2026-03-01") == ["2026-02-27", "2026-02-28", "2026-03-01"]
    moment = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert today(moment) == moment.astimezone().date().isoformat()
