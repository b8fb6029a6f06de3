"""Offers, buyers and orders for tests of selling."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.selling.offers import Offer, StatedOffer, read_offer, store_offers
from bookrec.shop.selling.orders import Buyer, OrderedBook, OrderRequest
from bookrec.shop.selling.shop_settings import set_setting

T = TypeVar("T")

EMMA = "0141439580"
DUNE = "0441172717"
PERSUASION = "014143984X"
BUYER = Buyer("Trần An", "0912345678", "", "pickup", "", "cash", "")


def in_shop(home: Home, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run work in one transaction on the shop's database of a home."""
    with opened(home.shop_database) as connection:
        return in_transaction(connection, work)


def offer(home: Home, currency: str = "VND", **offers: tuple[int | None, int | None]) -> None:
    """Store offers: ``offer(home, i0141439580=(85_000, 3))``; the ``i`` makes the ISBN a name."""
    stated = [StatedOffer(name[1:], *values) for name, values in offers.items()]
    in_shop(home, lambda c: store_offers(c, stated, currency))


def stock_of(home: Home, isbn: str, currency: str = "VND") -> int | None:
    """Copies in stock."""
    stored: Offer | None = in_shop(home, lambda c: read_offer(c, isbn, currency))
    assert stored is not None
    return stored.stock


def settings(home: Home, **values: str) -> None:
    """Set settings of the shop."""
    for key, value in values.items():
        in_shop(home, lambda c, key=key, value=value: set_setting(c, key, value))


def request(
    books: dict[str, int], user_id: str | None = None, key: str = "", **fields: object
) -> OrderRequest:
    """An order of copies by ISBN."""
    ordered = [OrderedBook(isbn, f"Title {isbn}", "Author", n) for isbn, n in books.items()]
    return OrderRequest(user_id, BUYER, ordered, "en", key, **fields)  # type: ignore[arg-type]
