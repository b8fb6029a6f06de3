"""Books shown to readers, and what followed: opened, kept, bought, by place and by shelf."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from bookrec.shop.event_counts import DAY_S, PlaceCount, count_by_place, count_searches


class Shown(msgspec.Struct, frozen=True):
    """Books shown at a place or on a shelf, and what followed."""

    name: str
    shown: int
    opened: int
    kept: int
    """Put on the shelf to read or into the cart, after they were opened there."""
    bought: int

    @property
    def share(self) -> float:
        """Opened per shown; 0 where nothing was shown."""
        return self.opened / self.shown if self.shown else 0.0

    @property
    def kept_share(self) -> float:
        """Kept per opened; 0 where nothing was opened."""
        return self.kept / self.opened if self.opened else 0.0

    @property
    def bought_share(self) -> float:
        """Bought per opened; 0 where nothing was opened."""
        return self.bought / self.opened if self.opened else 0.0


def _span(days: int) -> tuple[int, int]:
    tomorrow = int(time.time()) // DAY_S + 1
    return tomorrow - days, tomorrow


def searches_without_hits(
    connection: sqlite3.Connection, days: int, limit: int
) -> list[tuple[str, int]]:
    """Return what was searched for and not found in the last days, with the number of searches."""
    counts = count_searches(connection, *_span(days), limit, without_hits=True)
    return [(count.query, count.searches) for count in counts]


_KEPT: Final = """
    select shelf, position, sum(events) from (
        select shelf, position, count(*) as events from events
        where created_at >= :since * 86400 and created_at < :until * 86400 and kind = 'want'
        and position > 0 group by 1, 2
        union all
        select shelf, position, sum(events) from event_days
        where day >= :since and day < :until and kind = 'want' and position > 0 group by 1, 2
    ) group by 1, 2
"""
"""Books put on the shelf to read, by the shelf and place where they were opened."""


def places_shown(connection: sqlite3.Connection, days: int) -> list[PlaceCount]:
    """Return what was shown in the last days, by shelf and place; ``carts`` has books to read too."""
    since, until = _span(days)
    wants = {
        (row[0], row[1]): row[2]
        for row in connection.execute(_KEPT, {"since": since, "until": until})
    }
    return [
        replace(count, carts=count.carts + wants.get((count.shelf, count.position), 0))
        for count in count_by_place(connection, since, until)
    ]


_MOST_PLACES: Final = 12


def by_place(counts: list[PlaceCount], shelf: str = "") -> list[Shown]:
    """Sum over a shelf ('': all of them), by place; the first `_MOST_PLACES`."""
    of_shelf = [count for count in counts if shelf in ("", count.shelf)]
    rows = _summed(of_shelf, lambda count: f"{count.position:04}")
    return [msgspec.structs.replace(row, name=str(int(row.name))) for row in rows][:_MOST_PLACES]


def by_shelf(counts: list[PlaceCount]) -> list[Shown]:
    """Sum over all places, by shelf; the shelf that is opened most first."""
    return sorted(_summed(counts, lambda count: count.shelf), key=lambda row: -row.share)


def overall(counts: list[PlaceCount]) -> Shown:
    """Sum over all shelves and places."""
    return Shown(
        "",
        sum(count.shown for count in counts),
        sum(count.clicks for count in counts),
        sum(count.carts for count in counts),
        sum(count.buys for count in counts),
    )


def _summed(counts: list[PlaceCount], name_of: Callable[[PlaceCount], str]) -> list[Shown]:
    sums: dict[str, list[int]] = {}
    for count in counts:
        row = sums.setdefault(name_of(count), [0, 0, 0, 0])
        for n, value in enumerate((count.shown, count.clicks, count.carts, count.buys)):
            row[n] += value
    return [Shown(name, *sums[name]) for name in sorted(sums)]
