"""Business of the last days: orders, revenue and new readers by day, orders by state."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bookrec.shop.owner.day_counts import DELETION, DOWNLOAD, LIST_SOURCE, days_back, read_counts
from bookrec.shop.selling.order_states import CANCELLED

SAMPLE: Final = "sample_business"
"""Row of ``shop_setting`` that marks made-up business, of the demo only."""


@dataclass(frozen=True)
class Business:
    """Figures of a span of days; all lists are by day, in the order of ``days``."""

    days: list[str]
    """``2026-11-27`` and so on, in the server's time zone, the oldest first."""
    orders: list[int]
    """Orders that were not cancelled."""
    revenue: dict[str, list[int]]
    """Totals of these orders in minor units, by currency."""
    new_readers: list[int]
    """New accounts."""
    sources: dict[str, list[int]]
    """Lists that readers were shown, by source: ``precomputed``, ``live``, ``popular``."""
    downloads: list[int]
    """Downloads of own data."""
    deletions: list[int]
    """Deleted accounts."""
    states: dict[str, int]
    """Orders by state, whenever they were placed."""
    sample: bool
    """Whether the demo made it up."""


def read_business(connection: sqlite3.Connection, day_count: int) -> Business:
    """Read the figures of the last ``day_count`` days, today included."""
    days = days_back(day_count)
    orders = connection.execute(
        "select date(created_at, 'unixepoch', 'localtime') as day, currency, count(*), sum(total)"
        " from shop_order where state <> ? and day >= ? group by 1, 2",
        (CANCELLED, days[0]),
    ).fetchall()
    readers = connection.execute(
        "select date(created_at, 'unixepoch', 'localtime') as day, count(*) from account"
        " where day >= ? group by 1",
        (days[0],),
    ).fetchall()
    currencies = sorted({row[1] for row in orders})
    sources = read_counts(connection, LIST_SOURCE, days[0])
    states = connection.execute("select state, count(*) from shop_order group by state").fetchall()
    return Business(
        days=days,
        orders=_by_day(days, [(row[0], row[2]) for row in orders]),
        revenue={
            currency: _by_day(days, [(row[0], row[3]) for row in orders if row[1] == currency])
            for currency in currencies
        },
        new_readers=_by_day(days, readers),
        sources={
            source: _by_day(days, [(c.day, c.count) for c in sources if c.what == source])
            for source in sorted({count.what for count in sources})
        },
        downloads=_counted(connection, days, DOWNLOAD),
        deletions=_counted(connection, days, DELETION),
        states=dict(states),
        sample=is_sample(connection),
    )


def is_sample(connection: sqlite3.Connection) -> bool:
    """Whether the demo made the business up."""
    return (
        connection.execute("select 1 from shop_setting where key = ?", (SAMPLE,)).fetchone()
        is not None
    )


def _counted(connection: sqlite3.Connection, days: Sequence[str], kind: str) -> list[int]:
    counts = read_counts(connection, kind, days[0])
    return _by_day(days, [(count.day, count.count) for count in counts])


def _by_day(days: Sequence[str], rows: Sequence[tuple[str, int]]) -> list[int]:
    """Sum the numbers of each day."""
    sums = dict.fromkeys(days, 0)
    for day, number in rows:
        if day in sums:
            sums[day] += number
    return list(sums.values())
