"""Orders: placed from offers and stock in one transaction, so that no copy is sold twice."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bookrec.errors import ShopError
from bookrec.shop.selling.carts import CartLine
from bookrec.shop.selling.offers import read_offer
from bookrec.shop.selling.shop_settings import ShopSettings

PICKUP: Final = "pickup"
DELIVERY: Final = "delivery"
CASH: Final = "cash"
TRANSFER: Final = "transfer"
BUYER: Final = "buyer"
SHOP: Final = "shop"
_FIRST_NUMBER: Final = 1001


class NotEnoughStock(ShopError):
    """Fewer copies of a book are left than the order asks for."""

    def __init__(self, isbn: str, title: str, left: int) -> None:
        super().__init__(
            f"Only {left} copies of {title!r} are left; change the quantity and order again."
            if left
            else f"{title!r} is sold out; take it out of the cart and order again."
        )
        self.isbn = isbn
        self.title = title
        self.left = left


class TotalChanged(ShopError):
    """A price changed after the buyer saw the total."""


class KeyReused(ShopError):
    """An idempotency key came with another order before."""


@dataclass(frozen=True)
class Buyer:
    """Contact and wishes of a buyer, checked by `bookrec.shop.selling.order_checks`."""

    name: str
    phone: str
    email: str
    delivery: str
    address: str
    payment: str
    note: str


@dataclass(frozen=True)
class OrderedBook:
    """A book to order: quantity, and the title and author to print."""

    isbn: str
    title: str
    author: str
    quantity: int


@dataclass(frozen=True)
class OrderRequest:
    """An order to place."""

    user_id: str | None
    """None for a guest."""
    buyer: Buyer
    books: Sequence[OrderedBook]
    language: str
    key: str = ""
    """Idempotency key; '' = none."""
    content: str = ""
    """Request as it was sent; the same key must come with the same one. A form's key is the form's own
    and needs none."""
    seen_total: int | None = None
    """Total in minor units that the buyer agreed to; None = whatever it is."""

    def digest(self) -> str:
        """Digest of the request as it was sent."""
        return hashlib.sha256(self.content.encode()).hexdigest()


@dataclass(frozen=True)
class PlacedOrder:
    """The order that a request led to."""

    order_id: str
    is_new: bool
    """False for the order of an earlier request with the same key."""


def place_order(
    connection: sqlite3.Connection,
    settings: ShopSettings,
    request: OrderRequest,
    new_isbns: Collection[str] = (),
) -> PlacedOrder:
    """Place an order: take the stock, store it, note the purchases.

    Call it inside a transaction (`in_transaction`). A key that came before returns the order of then.

    Args:
        connection: the shop's database.
        settings: of the shop.
        request: the order.
        new_isbns: books outside the reader's history; they become purchases. A rating says more.

    Raises:
        NotEnoughStock: nothing is taken.
        TotalChanged: the total is not the one that the buyer saw.
        KeyReused: the key came with another order.
    """
    earlier = find_by_key(connection, request)
    if earlier is not None:
        return PlacedOrder(earlier, is_new=False)
    prices = [_take(connection, settings.currency, book) for book in request.books]
    goods = sum(price * book.quantity for price, book in zip(prices, request.books, strict=True))
    fee = settings.delivery_fee if request.buyer.delivery == DELIVERY else 0
    if request.seen_total is not None and request.seen_total != goods + fee:
        raise TotalChanged("A price has changed meanwhile; look at the new total and order again.")
    order_id = secrets.token_hex(12)
    _insert(connection, order_id, request, settings.currency, goods, fee)
    for price, book in zip(prices, request.books, strict=True):
        taken_up = book.isbn in new_isbns and _note_purchase(connection, request, book.isbn)
        connection.execute(
            "insert into shop_order_line values (?, ?, ?, ?, ?, ?, ?)",
            (order_id, book.isbn, book.title, book.author, price, book.quantity, taken_up),
        )
    add_state(connection, order_id, "new", BUYER, "")
    forget_live_list(connection, request.user_id)
    return PlacedOrder(order_id, is_new=True)


def find_by_key(connection: sqlite3.Connection, request: OrderRequest) -> str | None:
    """Return the order that came with this key and buyer before; None if there is none.

    Raises:
        KeyReused: it was another order.
    """
    if not request.key:
        return None
    row = connection.execute(
        "select order_id, request_digest from shop_order where idempotency_key = ?",
        (_scoped_key(request),),
    ).fetchone()
    if row is None:
        return None
    if row[1] != request.digest():
        raise KeyReused("This Idempotency-Key came with another order; send a new key.")
    return str(row[0])


def _scoped_key(request: OrderRequest) -> str:
    """The key within its buyer: two readers may send the same one."""
    if not request.key:
        return f"none:{secrets.token_hex(16)}"
    return f"{request.user_id or 'guest'}\n{request.key}"


def _take(connection: sqlite3.Connection, currency: str, book: OrderedBook) -> int:
    """Take the copies of a book out of the stock; return its price."""
    offer = read_offer(connection, book.isbn, currency)
    if offer is None or offer.price is None:
        raise NotEnoughStock(book.isbn, book.title, 0)
    if not offer.can_sell(book.quantity):
        raise NotEnoughStock(book.isbn, book.title, offer.stock or 0)
    connection.execute(
        "update offer set stock = stock - ? where isbn = ? and stock is not null",
        (book.quantity, book.isbn),
    )
    return offer.price


def _insert(
    connection: sqlite3.Connection,
    order_id: str,
    request: OrderRequest,
    currency: str,
    goods: int,
    fee: int,
) -> None:
    (last,) = connection.execute("select max(number) from shop_order").fetchone()
    row = {
        "order_id": order_id,
        "number": _FIRST_NUMBER if last is None else last + 1,
        "user_id": request.user_id,
        "idempotency_key": _scoped_key(request),
        "request_digest": request.digest(),
        "state": "new",
        "currency": currency,
        "goods": goods,
        "delivery_fee": fee,
        "total": goods + fee,
        **asdict(request.buyer),
        "language": request.language,
        "created_at": int(time.time()),
    }
    names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(f"insert into shop_order ({names}) values ({marks})", row)  # noqa: S608


def _note_purchase(connection: sqlite3.Connection, request: OrderRequest, isbn: str) -> bool:
    """Note a purchase in the reader's history, unless it has a word on the book; whether it did."""
    if request.user_id is None:
        return False
    cursor = connection.execute(
        "insert into shop_interaction (user_id, isbn, kind, rating, created_at)"
        " values (?, ?, 'purchase', null, ?) on conflict (user_id, isbn) do update set"
        " kind = excluded.kind, rating = null, created_at = excluded.created_at"
        " where kind = 'deleted'",
        (request.user_id, isbn, int(time.time())),
    )
    return cursor.rowcount > 0


def add_state(
    connection: sqlite3.Connection, order_id: str, state: str, actor: str, note: str
) -> None:
    """Set the state of an order and add it to the order's history."""
    connection.execute("update shop_order set state = ? where order_id = ?", (state, order_id))
    connection.execute(
        "insert into shop_order_state select ?1, count(*) + 1, ?2, ?3, ?4, ?5 from shop_order_state"
        " where order_id = ?1",
        (order_id, state, actor, note, int(time.time())),
    )


def give_back(connection: sqlite3.Connection, order_id: str) -> None:
    """Return the stock of a cancelled order, and take back its purchases."""
    lines = connection.execute(
        "select isbn, quantity, taken_up, user_id from shop_order_line join shop_order"
        " using (order_id) where order_id = ?",
        (order_id,),
    ).fetchall()
    for isbn, quantity, taken_up, user_id in lines:
        connection.execute(
            "update offer set stock = stock + ? where isbn = ? and stock is not null",
            (quantity, isbn),
        )
        if taken_up:
            _take_back(connection, order_id, user_id, isbn)
    if lines:
        forget_live_list(connection, lines[0][3])


def _take_back(connection: sqlite3.Connection, order_id: str, user_id: str, isbn: str) -> None:
    """Remove a purchase, or pass it to another order of the reader that has the book."""
    other = connection.execute(
        "select order_id from shop_order_line join shop_order using (order_id) where user_id = ?"
        " and isbn = ? and order_id <> ? and state <> 'cancelled' order by number",
        (user_id, isbn, order_id),
    ).fetchone()
    connection.execute(
        "update shop_order_line set taken_up = 0 where order_id = ? and isbn = ?", (order_id, isbn)
    )
    if other is not None:
        connection.execute(
            "update shop_order_line set taken_up = 1 where order_id = ? and isbn = ?",
            (other[0], isbn),
        )
        return
    # A tombstone, as the purchase may be in a data set already. A rating given since then stays.
    connection.execute(
        "update shop_interaction set kind = 'deleted', created_at = ?"
        " where user_id = ? and isbn = ? and kind = 'purchase'",
        (int(time.time()), user_id, isbn),
    )


def forget_live_list(connection: sqlite3.Connection, user_id: str | None) -> None:
    """Have a reader's live list made again at the next visit, since their history changed."""
    connection.execute("delete from live_list_state where user_id = ?", (user_id,))


def lines_of(books: Sequence[OrderedBook]) -> list[CartLine]:
    """Return the books as lines of a cart."""
    return [CartLine(book.isbn, book.quantity) for book in books]
