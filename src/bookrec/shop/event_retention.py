"""Retention of events: rows older than a number of days become counts of their day, without names."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from bookrec.shop.event_counts import DAY_S

_MOST_ROWS: Final = 20_000
"""Rows of one table that one call thins: the site's other writes wait for its transaction."""


@dataclass(frozen=True)
class Thinned:
    """Rows that became counts of a day."""

    events: int
    impressions: int

    @property
    def complete(self) -> bool:
        """Whether nothing older is left."""
        return max(self.events, self.impressions) < _MOST_ROWS


def is_due(connection: sqlite3.Connection, now: int) -> bool:
    """Whether nobody has thinned today; the caller's transaction then has the turn."""
    claimed = connection.execute(
        "update event_upkeep set thinned_at = ? where thinned_at <= ?", (now, now - DAY_S)
    )
    return claimed.rowcount > 0


def thin_events(connection: sqlite3.Connection, keep_days: int, now: int) -> Thinned:
    """Turn rows older than ``keep_days`` whole days into counts, the oldest first.

    Call it inside a transaction, again while the result is not `Thinned.complete`.
    """
    before = (now // DAY_S - keep_days) * DAY_S
    events, impressions = _oldest("events", "event_id"), _oldest("impressions", "impression_id")
    connection.execute(
        "insert into event_days (day, kind, isbn, shelf, position, events, seconds)"  # noqa: S608
        " select created_at / 86400, kind, coalesce(isbn, ''), coalesce(shelf, ''),"
        " coalesce(position, 0), count(*), coalesce(sum(seconds), 0)"
        f" from events where event_id in ({events}) group by 1, 2, 3, 4, 5"
        " on conflict (day, kind, isbn, shelf, position) do update set"
        " events = events + excluded.events, seconds = seconds + excluded.seconds",
        (before, _MOST_ROWS),
    )
    connection.execute(
        "insert into impression_days (day, shelf, size, lists)"  # noqa: S608
        " select created_at / 86400, shelf, size, count(*)"
        f" from impressions where impression_id in ({impressions}) group by 1, 2, 3"
        " on conflict (day, shelf, size) do update set lists = lists + excluded.lists",
        (before, _MOST_ROWS),
    )
    return Thinned(
        _delete(connection, "events", "event_id", events, before),
        _delete(connection, "impressions", "impression_id", impressions, before),
    )


def _oldest(table: str, key: str) -> str:
    """Return the query of the rows before a time, the oldest first (index ``…_by_time``)."""
    return f"select {key} from {table} where created_at < ? order by created_at, {key} limit ?"  # noqa: S608


def _delete(connection: sqlite3.Connection, table: str, key: str, rows: str, before: int) -> int:
    deleted = connection.execute(
        f"delete from {table} where {key} in ({rows})",  # noqa: S608
        (before, _MOST_ROWS),
    )
    return deleted.rowcount
