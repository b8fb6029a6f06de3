"""Books shown to readers, and what followed: opened, kept, bought, by place and by shelf."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Final

import msgspec

from bookrec.shop.event_counts import DAY_S, PlaceCount, count_by_place, count_searches


class Shown(msgspec.Struct, frozen=True):
    """Books shown at a place or on a shelf, and what followed."""

    name: str
    shown: int
    opened: int
    kept: int
    """Put into the cart or on the shelf to read, after they were opened there."""
    bought: int

    @property
    def share(self) -> float:
        """Opened per shown; 0 where nothing was shown."""
        return self.opened / self.shown if self.shown else 0.0


def _span(days: int) -> tuple[int, int]:
    tomorrow = int(time.time()) // DAY_S + 1
    return tomorrow - days, tomorrow


def searches_without_hits(
    connection: sqlite3.Connection, days: int, limit: int
) -> list[tuple[str, int]]:
    """Return what was searched for and not found in the last days, with the number of searches."""
    counts = count_searches(connection, *_span(days), limit, without_hits=True)
    return [(count.query, count.searches) for count in counts]


def places_shown(connection: sqlite3.Connection, days: int) -> list[PlaceCount]:
    """Return what was shown in the last days, by shelf and place."""
    return count_by_place(connection, *_span(days))


_MOST_PLACES: Final = 12


def by_place(counts: list[PlaceCount]) -> list[Shown]:
    """Sum over all shelves, by place; the first `_MOST_PLACES`."""
    rows = _summed(counts, lambda count: f"{count.position:03}")
    return [msgspec.structs.replace(row, name=str(int(row.name))) for row in rows][:_MOST_PLACES]


def by_shelf(counts: list[PlaceCount]) -> list[Shown]:
    """Sum over all places, by shelf; the shelf that is opened most first."""
    return sorted(_summed(counts, lambda count: count.shelf), key=lambda row: -row.share)


def _summed(counts: list[PlaceCount], name_of: Callable[[PlaceCount], str]) -> list[Shown]:
    sums: dict[str, list[int]] = {}
    for count in counts:
        row = sums.setdefault(name_of(count), [0, 0, 0, 0])
        for n, value in enumerate((count.shown, count.clicks, count.carts, count.buys)):
            row[n] += value
    return [Shown(name, *sums[name]) for name in sorted(sums)]
