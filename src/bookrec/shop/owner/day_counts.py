"""Counts of days: sums without any person, for the owner's pages. They are kept for `KEPT_DAYS`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

LIST_SOURCE: Final = "list_source"
"""Lists that readers were shown; ``what`` is ``precomputed``, ``live`` or ``popular``."""
DOWNLOAD: Final = "data_download"
"""Downloads of a reader's own data."""
DELETION: Final = "data_deletion"
"""Deletions of accounts."""
KEPT_DAYS: Final = 400
COUNT_ONE: Final = (
    "insert into day_count values (?, ?, ?, 1)"
    " on conflict (day, kind, what) do update set count = count + 1"
)
"""Statement that counts one more of (day, kind, what)."""


@dataclass(frozen=True)
class DayCount:
    """A count of a day."""

    day: str
    what: str
    count: int


def today(now: datetime | None = None) -> str:
    """Return the day of a time (default: now) as ``2026-11-27``, in the server's time zone."""
    return (now or datetime.now(UTC)).astimezone().date().isoformat()


def days_back(count: int, last: str | None = None) -> list[str]:
    """Return the last ``count`` days, oldest first, ending with ``last`` (default: today)."""
    end = date.fromisoformat(last or today())
    return [(end - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]


def add_counts(
    connection: sqlite3.Connection, day: str, counts: Mapping[tuple[str, str], int]
) -> None:
    """Add counts by (kind, what) to those of a day, and forget days beyond `KEPT_DAYS`."""
    oldest = days_back(KEPT_DAYS, day)[0]
    connection.execute("delete from day_count where day < ?", (oldest,))
    for (kind, what), count in counts.items():
        connection.execute(
            "insert into day_count values (?, ?, ?, ?)"
            " on conflict (day, kind, what) do update set count = count + excluded.count",
            (day, kind, what, count),
        )


def read_counts(connection: sqlite3.Connection, kind: str, since: str) -> list[DayCount]:
    """Read the counts of a kind from a day on, oldest first."""
    rows = connection.execute(
        "select day, what, count from day_count where kind = ? and day >= ? order by day, what",
        (kind, since),
    )
    return [DayCount(*row) for row in rows]
