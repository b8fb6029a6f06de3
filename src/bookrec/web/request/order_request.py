"""Orders of pages and API: the books of a cart, and which of them are new to the reader."""

from __future__ import annotations

from bookrec.shop.selling.orders import OrderedBook
from bookrec.web.accounts.accounts import Account
from bookrec.web.request.site import Site
from bookrec.web.selling.cart_prices import PricedCart
from bookrec.web.store.snapshot_reader import Snapshot


def ordered_books(cart: PricedCart) -> list[OrderedBook]:
    """Return the books of a cart, as an order names them."""
    return [
        OrderedBook(line.book.isbn, line.book.title, line.book.author, line.quantity)
        for line in cart.lines
    ]


async def new_purchases(
    site: Site, snapshot: Snapshot, account: Account | None, cart: PricedCart
) -> set[str]:
    """Return the ISBNs that are not among the reader's books yet; a guest has none.

    A purchase says less than the rating that a book of the reader's may have.
    """
    if account is None:
        return set()
    history = await site.lists.history(snapshot, account)
    return {line.book.isbn for line in cart.lines if line.book.book_id not in history.books}
