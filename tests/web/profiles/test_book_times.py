"""Times of a book: seasonal figures against all books, days and hours, too few of either."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bookrec.shop.schema import migrate
from bookrec.web.profiles.book_times import BookTimes, ShopTimes, book_times, shop_times

NOTHING = ShopTimes({}, {}, [0] * 7, [0] * 24)
YEAR = {12 * 2025 + month: 100 for month in range(12)}
DUNE, EMMA = "0441172717", "0141439580"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_a_season_is_the_share_of_a_month_beside_that_of_all_books() -> None:
    """December has twice the books of other months; so has the book, but for June, its real season."""
    everything = YEAR | {12 * 2025 + 11: 200}
    months = {12 * 2025 + month: 2 for month in range(12)} | {12 * 2025 + 11: 4, 12 * 2025 + 5: 8}
    season = book_times(months, everything, NOTHING).season
    usual = sum(months.values()) / sum(everything.values())
    assert season[11] == pytest.approx(4 / 200 / usual)
    assert season[5] == pytest.approx(8 / 100 / usual)
    assert season[5] == pytest.approx(4 * season[11])


def test_years_are_added_up_by_month_of_the_year() -> None:
    two_years = YEAR | {12 * 2026 + month: 300 for month in range(12)}
    months = {12 * 2025: 10, 12 * 2026: 30}
    season = book_times(months, two_years, NOTHING).season
    assert season[0] == pytest.approx(12)
    assert season[1:] == [0] * 11


@pytest.mark.parametrize(
    ("months", "everything"),
    [
        ({12 * 2025: 23}, YEAR),
        ({12 * 2025: 24}, dict.fromkeys(list(YEAR)[:11], 100)),
        ({}, {}),
    ],
    ids=["few acts", "eleven months", "no times"],
)
def test_no_season_of_too_little(months: dict[int, int], everything: dict[int, int]) -> None:
    assert book_times(months, everything, NOTHING).season == []


def test_acts_here_are_added_to_those_of_the_snapshot() -> None:
    here = ShopTimes({12 * 2026: 6}, {12 * 2026: 50}, [0] * 7, [0] * 24)
    times = book_times({12 * 2025: 20}, YEAR, here)
    assert (times.acts, times.months) == (26, 13)


def test_few_visits_show_no_days_and_hours() -> None:
    hours = [0] * 9 + [20] + [0] * 14
    times = book_times({}, {}, ShopTimes({}, {}, [1, 2, 3, 4, 5, 6, 7], hours))
    assert times.weekdays == [1, 2, 3, 4, 5, 6, 7]
    assert times.hours == hours
    few = book_times({}, {}, ShopTimes({}, {}, [1, 2, 3, 4, 5, 4, 0], [19] + [0] * 23))
    assert few == BookTimes(0, 0, [], 19, [], [])


def test_what_the_shop_knows(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as shop, shop:
        shop.executemany(
            "insert into shop_interaction values (?, ?, ?, ?, ?)",
            [
                ("shop:1", DUNE, "rating", 8, at("2026-03-01")),
                ("shop:2", DUNE, "like", None, at("2026-01-31T23:59:59")),
                ("shop:3", DUNE, "deleted", None, at("2026-03-01")),
                ("shop:1", EMMA, "like", None, at("2026-03-02")),
                ("shop:2", EMMA, "like", None, at("2025-12-31")),
            ],
        )
        for number, (user, state) in enumerate(
            [(None, "new"), ("shop:1", "new"), (None, "cancelled")], start=1001
        ):
            shop.execute(
                "insert into shop_order values (?, ?, ?, ?, '', ?, 'VND', 5, 0, 5, 'A', '1', '',"
                " 'pickup', '', 'cash', '', 'en', ?)",
                (f"o{number}", number, user, f"k{number}", state, at("2026-04-10T12:00:00")),
            )
            shop.execute(
                "insert into shop_order_line values (?, ?, 'Dune', '', 5, 1, 0)",
                (f"o{number}", DUNE),
            )
        shop.executemany(
            "insert into events (visitor, kind, isbn, created_at) values ('v', ?, ?, ?)",
            [("view", DUNE, at("2026-04-10T12:30:00"))] * 3
            + [("click", DUNE, 5), ("view", EMMA, 5)],
        )
        times = shop_times(shop, [DUNE], at("2026-01-01"))
    january = 12 * 2026
    assert times.months == {january: 1, january + 2: 1, january + 3: 1}
    assert times.all_months == {january: 1, january + 2: 2, january + 3: 1}
    # Orders that stand, of guests and of readers, and openings: all of one hour and day.
    assert sorted(times.hours) == [0] * 23 + [5]
    # The tenth of April 2026 is a Friday, in all time zones at noon but the outermost.
    assert times.weekdays == [0, 0, 0, 0, 5, 0, 0]
