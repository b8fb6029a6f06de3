"""Counts over events and impressions of a span of days: by kind, by shelf and position, of searches.

Rows that `thin_events` has turned into counts of a day are counted as well. Days are whole days since
1970, UTC; a span includes its first day and ends before its last.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

DAY_S: Final = 86_400


@dataclass(frozen=True)
class DayCount:
    """Events of one kind on one day."""

    day: int
    kind: str
    events: int


@dataclass(frozen=True)
class PlaceCount:
    """A place of a shelf: how often a book was shown there, opened from there, and what followed."""

    shelf: str
    position: int
    """1-based."""
    shown: int
    clicks: int
    carts: int
    """Books put into the cart after a click there, like ``buys``."""
    buys: int

    @property
    def clickthrough(self) -> float:
        """Clicks per time shown; 0 where nothing was shown."""
        return self.clicks / self.shown if self.shown else 0.0


@dataclass(frozen=True)
class SearchCount:
    """A text that was searched for, folded to lower case."""

    query: str
    searches: int
    hits: int
    """Books that the latest search had."""


@dataclass(frozen=True)
class BookCount:
    """A book's events of one kind."""

    isbn: str
    events: int
    seconds: int
    """Looked at; 0 but for views."""


_DAYS: Final = """
    select created_at / 86400 as day, kind, coalesce(isbn, '') as isbn, coalesce(shelf, '') as shelf,
        coalesce(position, 0) as position, count(*) as events, coalesce(sum(seconds), 0) as seconds
    from events where created_at >= :since * 86400 and created_at < :until * 86400
    group by 1, 2, 3, 4, 5
    union all
    select day, kind, isbn, shelf, position, events, seconds
    from event_days where day >= :since and day < :until
"""
"""Events of a span, stored (index ``events_by_time``) and thinned (primary key of ``event_days``)."""
_LISTS: Final = """
    select shelf, size, count(*) as lists
    from impressions where created_at >= :since * 86400 and created_at < :until * 86400
    group by 1, 2
    union all
    select shelf, size, lists from impression_days where day >= :since and day < :until
"""


def count_by_day(connection: sqlite3.Connection, since: int, until: int) -> list[DayCount]:
    """Count the events of each day and kind; days without events are left out."""
    rows = connection.execute(
        f"select day, kind, sum(events) from ({_DAYS}) group by 1, 2 order by 1, 2",  # noqa: S608
        {"since": since, "until": until},
    )
    return [DayCount(*row) for row in rows]


def count_by_place(connection: sqlite3.Connection, since: int, until: int) -> list[PlaceCount]:
    """Count lists shown, clicks, carts and purchases by shelf and position, in this order.

    A list of n books shows one at each position from 1 to n.
    """
    span = {"since": since, "until": until}
    shown: dict[tuple[str, int], int] = {}
    for shelf, size, lists in connection.execute(
        f"select shelf, size, sum(lists) from ({_LISTS}) group by 1, 2",  # noqa: S608
        span,
    ):
        for position in range(1, size + 1):
            shown[shelf, position] = shown.get((shelf, position), 0) + lists
    acts: dict[tuple[str, int], dict[str, int]] = {}
    for shelf, position, kind, events in connection.execute(
        f"select shelf, position, kind, sum(events) from ({_DAYS})"  # noqa: S608
        " where position > 0 and kind in ('click', 'cart', 'buy') group by 1, 2, 3",
        span,
    ):
        acts.setdefault((shelf, position), {})[kind] = events
    return [
        PlaceCount(
            shelf,
            position,
            shown.get((shelf, position), 0),
            *(acts.get((shelf, position), {}).get(kind, 0) for kind in ("click", "cart", "buy")),
        )
        for shelf, position in sorted(shown.keys() | acts.keys())
    ]


def count_searches(
    connection: sqlite3.Connection,
    since: int,
    until: int,
    limit: int,
    *,
    without_hits: bool = False,
) -> list[SearchCount]:
    """Return the most frequent searches of a span; those that found nothing with ``without_hits``.

    Texts of searches are not kept beyond the retention.
    """
    # SQLite takes ``hits`` from the row with the greatest event_id.
    condition = "where hits = 0" if without_hits else ""
    rows = connection.execute(
        "select text, searches, hits from ("  # noqa: S608
        " select lower(trim(query)) as text, count(*) as searches, hits, max(event_id) from events"
        " where created_at >= ? and created_at < ? and kind = 'search' and query <> '' group by 1)"
        f" {condition} order by searches desc, text limit ?",
        (since * DAY_S, until * DAY_S, limit),
    )
    return [SearchCount(*row) for row in rows]


def count_books(
    connection: sqlite3.Connection, since: int, until: int, kind: str, limit: int
) -> list[BookCount]:
    """Return the books with most events of a kind in a span."""
    rows = connection.execute(
        f"select isbn, sum(events), sum(seconds) from ({_DAYS}) where kind = :kind and isbn <> ''"  # noqa: S608
        " group by 1 order by 2 desc, 1 limit :limit",
        {"since": since, "until": until, "kind": kind, "limit": limit},
    )
    return [BookCount(*row) for row in rows]
