"""Times of a book: months of the year beside all other books, days of the week, hours of the day.

The seasonal figure of a month of the year m is

    (n_m / t_m) / (n / t)

with n_m the book's acts in m of all years and t_m those of all books, n and t their sums over the year:
1 where the book is read as often as any, 2 where twice as often. It takes no growth of the shop for a
season.

Acts with a month are the interactions that the snapshot counts, those on the site since, and lines of
guests' orders. Hours and days of the week are of openings and orders here, in the server's time zone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from bookrec.shop.event_counts import DAY_S
from bookrec.shop.selling.order_states import CANCELLED
from bookrec.web.store.snapshot_reader import Snapshot

LEAST_ACTS: Final = 24
"""Acts with a month below which a season is chance."""
LEAST_MONTHS: Final = 12
LEAST_VISITS: Final = 20
"""Openings and orders below which hours and days are not shown."""
_HALF_HOUR_S: Final = 1_800
"""Hours of all time zones begin with a half hour."""
Months = Mapping[int, int]
"""Acts by month, 12 · year + month - 1."""


class BookTimes(msgspec.Struct, frozen=True):
    """Times at which a book is read and bought."""

    acts: int
    """Acts with a month."""
    months: int
    """Months of any data, of all books."""
    season: list[float]
    """[12] seasonal figures, January first; [] where acts or months are too few."""
    visits: int
    """Openings and orders here."""
    weekdays: list[int]
    """[7] from Monday; [] where the visits are too few."""
    hours: list[int]
    """[24]; [] where the visits are too few."""


def all_months(snapshot: Snapshot) -> Months:
    """Acts of all books in the snapshot by month, read once; for a worker thread."""
    return snapshot.keep("months of all books", lambda: _all_months(snapshot))


def _all_months(snapshot: Snapshot) -> dict[int, int]:
    if not snapshot.book_months:
        return {}
    return dict(
        snapshot.slow_rows("select month, sum(interactions) from book_months group by month")
    )


def book_months(snapshot: Snapshot, editions: Sequence[int]) -> Months:
    """Acts of a book, in all its editions, by month; empty for a snapshot without times."""
    if not snapshot.book_months:
        return {}
    rows = snapshot.rows(
        "select month, sum(interactions) from book_months"  # noqa: S608
        f" where book_id in ({','.join('?' * len(editions))}) group by month",
        tuple(editions),
    )
    return dict(rows)


class ShopTimes(msgspec.Struct, frozen=True):
    """Acts on the site."""

    months: dict[int, int]
    """The book's acts since the snapshot."""
    all_months: dict[int, int]
    """Those of all books."""
    weekdays: list[int]
    """[7] openings and orders of the book, from Monday."""
    hours: list[int]
    """[24]"""


_SINCE: Final = """
    select isbn, created_at as at from shop_interaction
    where created_at > :since and kind <> 'deleted'
    union all
    select isbn, created_at from shop_order_line join shop_order using (order_id)
    where user_id is null and state <> :cancelled
"""
"""Interactions that the snapshot does not have, and what guests bought."""


def shop_times(connection: sqlite3.Connection, isbns: Sequence[str], since: float) -> ShopTimes:
    """Read the times of acts on the site.

    Args:
        connection: of the shop's database.
        isbns: the editions of the book.
        since: time of the snapshot, which counts the interactions before.
    """
    names = {f"isbn{n}": isbn for n, isbn in enumerate(isbns)}
    values = {"since": since, "cancelled": CANCELLED, **names}
    of_book = f"isbn in ({', '.join(f':{name}' for name in names)})"
    days = f"select at / {DAY_S}, count(*) from ({_SINCE})"  # noqa: S608
    visits = connection.execute(
        f"select at / {_HALF_HOUR_S}, count(*) from ("  # noqa: S608
        f" select created_at as at from events where kind = 'view' and {of_book}"
        " union all select created_at from shop_order_line join shop_order using (order_id)"
        f" where {of_book} and state <> :cancelled) group by 1",
        values,
    )
    weekdays, hours = [0] * 7, [0] * 24
    for half_hour, count in visits:
        moment = datetime.fromtimestamp(half_hour * _HALF_HOUR_S).astimezone()
        weekdays[moment.weekday()] += count
        hours[moment.hour] += count
    return ShopTimes(
        _by_month(connection.execute(f"{days} where {of_book} group by 1", values)),
        _by_month(connection.execute(f"{days} group by 1", values)),
        weekdays,
        hours,
    )


def _by_month(days: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Sum numbers of days since 1970 by month."""
    months: dict[int, int] = {}
    for day, count in days:
        date = datetime.fromtimestamp(day * DAY_S, UTC)
        month = 12 * date.year + date.month - 1
        months[month] = months.get(month, 0) + count
    return months


def book_times(months: Months, everything: Months, here: ShopTimes) -> BookTimes:
    """Return the times of a book.

    Args:
        months: of the book in the snapshot, see `book_months`.
        everything: of all books there, see `all_months`.
        here: acts on the site.
    """
    of_book, total = Counter(months), Counter(everything)
    of_book.update(here.months)
    total.update(here.all_months)
    visits = sum(here.hours)
    return BookTimes(
        acts=of_book.total(),
        months=len(total),
        season=_season(of_book, total),
        visits=visits,
        weekdays=here.weekdays if visits >= LEAST_VISITS else [],
        hours=here.hours if visits >= LEAST_VISITS else [],
    )


def _season(of_book: Counter[int], total: Counter[int]) -> list[float]:
    """[12] seasonal figures; [] for too few acts, or where a month of the year has no data."""
    by_month = [sum(n for month, n in total.items() if month % 12 == m) for m in range(12)]
    if of_book.total() < LEAST_ACTS or len(total) < LEAST_MONTHS or not all(by_month):
        return []
    usual = of_book.total() / total.total()
    return [
        sum(n for month, n in of_book.items() if month % 12 == m) / by_month[m] / usual
        for m in range(12)
    ]
