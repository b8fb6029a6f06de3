"""Offers: price and stock of each book, as the operator's files state them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Offer:
    """Price and stock of a book."""

    isbn: str
    price: int | None
    """Minor units of the currency; None = not for sale."""
    currency: str
    stock: int | None
    """Copies; None = not counted, always for sale."""

    @property
    def available(self) -> bool:
        """Whether a copy can be bought now."""
        return self.price is not None and self.stock != 0

    def can_sell(self, quantity: int) -> bool:
        """Whether that many copies can be bought now."""
        return self.price is not None and (self.stock is None or self.stock >= quantity)


@dataclass(frozen=True)
class StatedOffer:
    """Price and stock that a file states for a book; None = not stated, the known value stays."""

    isbn: str
    price: int | None
    stock: int | None


@dataclass
class OfferChanges:
    """Changes that an import of prices made."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    examples: list[tuple[Offer | None, Offer]] = field(default_factory=list)
    """Some books: offer before (None = new) and after."""


_MOST_EXAMPLES: Final = 10
_COLUMNS: Final = "isbn, price, currency, stock"


def read_offer(connection: sqlite3.Connection, isbn: str, currency: str) -> Offer | None:
    """Return the offer of a book in the shop's currency; None when it has none."""
    row = connection.execute(
        f"select {_COLUMNS} from offer where isbn = ? and currency = ?",  # noqa: S608
        (isbn, currency),
    ).fetchone()
    return Offer(*row) if row else None


def store_offers(
    connection: sqlite3.Connection, stated: Iterable[StatedOffer], currency: str
) -> OfferChanges:
    """Store the offers of a file, all in the shop's currency; call it inside a transaction.

    A price in another currency than before starts the offer anew. Books that the file does not name
    keep their offers. An offer as before is not written: the same file twice changes nothing.
    """
    known = {
        row[0]: Offer(*row)
        for row in connection.execute(f"select {_COLUMNS} from offer")  # noqa: S608
    }
    changes = OfferChanges()
    now = int(time.time())
    for row in stated:
        before = known.get(row.isbn)
        if before is not None and before.currency != currency:
            before = Offer(row.isbn, None, currency, before.stock)
        after = _merged(before, row, currency)
        if after == known.get(row.isbn):
            changes.unchanged += 1
            continue
        connection.execute(
            "insert into offer (isbn, price, currency, stock, updated_at) values (?, ?, ?, ?, ?)"
            " on conflict (isbn) do update set price = excluded.price, stock = excluded.stock,"
            " currency = excluded.currency, updated_at = excluded.updated_at",
            (after.isbn, after.price, after.currency, after.stock, now),
        )
        if row.isbn in known:
            changes.changed += 1
        else:
            changes.added += 1
        if len(changes.examples) < _MOST_EXAMPLES:
            changes.examples.append((known.get(row.isbn), after))
        known[row.isbn] = after
    return changes


def _merged(before: Offer | None, row: StatedOffer, currency: str) -> Offer:
    price = row.price if row.price is not None or before is None else before.price
    stock = row.stock if row.stock is not None or before is None else before.stock
    return Offer(row.isbn, price, currency, stock)


def count_offers(connection: sqlite3.Connection, currency: str) -> tuple[int, int]:
    """Return the number of offers with a price in a currency, and of those in any other."""
    row = connection.execute(
        "select count(*) filter (where currency = ?1 and price is not null),"
        " count(*) filter (where currency <> ?1) from offer",
        (currency,),
    ).fetchone()
    return int(row[0]), int(row[1])
