"""Prices and stock beside the catalogue: a temporary table on the connections that search it.

The catalogue is in the snapshot, prices and stock are in the shop's database. A search needs both in
one statement, so each connection of a snapshot keeps the offers as ``temp.offer``, keyed by the books'
places. When the shop changes, a connection takes over the offers that differ, at its next search.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

_TABLE: Final = """
pragma temp_store = memory;
create temp table offer (
    place integer primary key,
    price integer not null,      -- minor units of the shop's currency
    available integer not null   -- 0 = out of stock
);
create index temp.offer_by_price on offer (price, place);
"""


@dataclass(frozen=True, eq=False)
class OfferTable:
    """All offers of the shop at one version."""

    version: Hashable
    """Equal for equal offers."""
    offers: dict[str, tuple[int, bool]]
    """ISBN → price in minor units, and whether a copy can be bought now."""


NO_OFFERS: Final = OfferTable(None, {})
"""Offers of a shop that sells nothing."""


def create_offer_table(connection: sqlite3.Connection) -> None:
    """Create ``temp.offer`` on a connection of a snapshot, empty."""
    connection.executescript(_TABLE)


def change_offer_table(
    connection: sqlite3.Connection, before: OfferTable, after: OfferTable
) -> None:
    """Bring ``temp.offer`` of a connection from one version to another."""
    changed = after.offers.items() - before.offers.items()
    removed = before.offers.keys() - after.offers.keys()
    connection.execute("begin")
    connection.executemany(
        "delete from temp.offer where place = (select place from book where isbn = ?)",
        ((isbn,) for isbn in removed),
    )
    connection.executemany(
        "insert or replace into temp.offer select place, ?, ? from book where isbn = ?",
        ((price, available, isbn) for isbn, (price, available) in changed),
    )
    connection.execute("commit")
