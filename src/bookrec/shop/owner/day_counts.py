"""Counts of days: sums without any person, for the owner's pages. They are kept for `KEPT_DAYS`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

NO_HITS: Final = "no_hits"
"""Searches without an exact hit; ``what`` is the folded query."""
LIST_SOURCE: Final = "list_source"
"""Lists that readers were shown; ``what`` is ``precomputed``, ``live`` or ``popular``."""
DOWNLOAD: Final = "data_download"
"""Downloads of a reader's own data."""
DELETION: Final = "data_deletion"
"""Deletions of accounts."""
KEPT_DAYS: Final = 400
_MOST_QUERIES: Final = 2_000
"""Different queries of a day that are kept, so that nobody can fill the disk."""


@dataclass(frozen=True)
class DayCount:
    """A count of a day."""

    day: str
    what: str
    count: int


def today(now: datetime | None = None) -> str:
    """Return the day of a time (default: now) as ``2026-11-27``, UTC."""
    return (now or datetime.now(UTC)).date().isoformat()


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
    (queries,) = connection.execute(
        "select count(*) from day_count where day = ? and kind = ?", (day, NO_HITS)
    ).fetchone()
    for (kind, what), count in counts.items():
        if kind == NO_HITS and queries >= _MOST_QUERIES:
            continue
        queries += kind == NO_HITS
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


def most_counted(
    connection: sqlite3.Connection, kind: str, since: str, limit: int
) -> list[tuple[str, int]]:
    """Read what was counted most from a day on, with its sum, the largest first."""
    rows = connection.execute(
        "select what, sum(count) from day_count where kind = ? and day >= ?"
        " group by what order by sum(count) desc, what limit ?",
        (kind, since, limit),
    )
    return [(row[0], int(row[1])) for row in rows]
