"""A cart with the books and prices of this moment."""

from __future__ import annotations

import msgspec

from bookrec.shop.selling.carts import CartLine
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import CatalogueBook, books_by_isbn
from bookrec.web.store.snapshot_reader import Snapshot

SOLD_OUT = "sold_out"
TOO_MANY = "too_many"
NOT_FOR_SALE = "not_for_sale"


class PricedLine(msgspec.Struct, frozen=True):
    """A book of a cart."""

    book: CatalogueBook
    quantity: int
    price: int
    """Price of one copy in minor units; 0 for a book that is not for sale any more."""
    problem: str
    """'' or why it cannot be bought: `SOLD_OUT`, `TOO_MANY`, `NOT_FOR_SALE`."""
    left: int
    """Copies that can be bought."""


class PricedCart(msgspec.Struct, frozen=True):
    """A cart with its total."""

    lines: list[PricedLine]
    currency: str

    @property
    def total(self) -> int:
        """Price of all copies, in minor units."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def orderable(self) -> bool:
        """Whether all of it can be ordered."""
        return bool(self.lines) and not any(line.problem for line in self.lines)


def price_cart(snapshot: Snapshot, front: ShopFront, lines: list[CartLine]) -> PricedCart:
    """Return the books of a cart with their prices; books that left the catalogue are left out."""
    books = books_by_isbn(snapshot, [line.isbn for line in lines])
    priced = [_priced(front, books[line.isbn], line) for line in lines if line.isbn in books]
    return PricedCart(priced, front.settings.currency)


def _priced(front: ShopFront, book: CatalogueBook, line: CartLine) -> PricedLine:
    offer = front.offer(book.isbn)
    if offer is None or offer.price is None:
        return PricedLine(book, line.quantity, 0, NOT_FOR_SALE, 0)
    left = line.quantity if offer.stock is None else offer.stock
    problem = "" if offer.can_sell(line.quantity) else (TOO_MANY if left else SOLD_OUT)
    return PricedLine(book, line.quantity, offer.price, problem, left)
