"""Promoted books: the shop's own picks, marked as such wherever readers see them."""

from __future__ import annotations

import sqlite3
import time
from typing import Final

from bookrec.errors import ShopError

MOST: Final = 12
"""Books that may be promoted at a time."""


def read_promotions(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Read the promoted books' ISBNs, the latest first."""
    rows = connection.execute("select isbn from promotion order by promoted_at desc, isbn")
    return tuple(row[0] for row in rows)


def promote(connection: sqlite3.Connection, isbn: str) -> None:
    """Promote a book; call it inside a transaction.

    Raises:
        ShopError: `MOST` books are promoted already.
    """
    promoted = read_promotions(connection)
    if isbn in promoted:
        return
    if len(promoted) >= MOST:
        raise ShopError(f"{MOST} books are promoted already; take one out first.")
    connection.execute("insert into promotion values (?, ?)", (isbn, int(time.time())))


def end_promotion(connection: sqlite3.Connection, isbn: str) -> bool:
    """Promote a book no longer; whether it was promoted."""
    return connection.execute("delete from promotion where isbn = ?", (isbn,)).rowcount > 0
