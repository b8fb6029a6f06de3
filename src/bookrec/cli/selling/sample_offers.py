"""Made-up prices and stock for the sample data, so that the demo's shop can sell."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3

from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.selling.offers import StatedOffer, store_offers
from bookrec.shop.selling.shop_settings import read_settings
from bookrec.snapshot import current_snapshot, open_database

_PRICES = {"VND": (45_000, 1_000), "USD": (499, 100)}
"""Currency → lowest price and step, in minor units."""
_STEPS = 180
_MOST_STOCK = 12
_SOLD_OUT_OF = 8
"""One in so many books is out of stock."""


def sample_offer(isbn: str, currency: str) -> StatedOffer:
    """Make up the offer of a book; the same book always has the same one."""
    digest = hashlib.sha256(isbn.encode()).digest()
    lowest, step = _PRICES[currency]
    price = lowest + step * (int.from_bytes(digest[:2], "big") % _STEPS)
    sold_out = digest[2] % _SOLD_OUT_OF == 0
    return StatedOffer(isbn, price, 0 if sold_out else 1 + digest[3] % _MOST_STOCK)


def store_sample_offers(home: Home) -> int:
    """Store made-up offers of all books of the published snapshot; return their number.

    A shop that has offers keeps them, so that what was sold stays sold.
    """
    with contextlib.closing(open_database(current_snapshot(home.snapshots))) as snapshot:
        isbns = [row[0] for row in snapshot.execute("select isbn from book")]

    def store(connection: sqlite3.Connection) -> int:
        if connection.execute("select exists (select 1 from offer)").fetchone()[0]:
            return 0
        currency = read_settings(connection).currency
        store_offers(connection, (sample_offer(isbn, currency) for isbn in isbns), currency)
        return len(isbns)

    with opened(home.shop_database) as connection:
        return in_transaction(connection, store)
