"""Carts: a visitor's, found by a cookie, or an account's; and waits for books out of stock.

Bounded: lines of a cart, copies of a book, age and number of visitors' carts.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import time
from dataclasses import dataclass
from typing import Final

from bookrec.errors import ShopError

MOST_LINES: Final = 50
MOST_COPIES: Final = 99
VISITOR_CART_S: Final = 60 * 86_400
"""Seconds without use after which a visitor's cart is deleted."""
_MOST_VISITOR_CARTS: Final = 100_000


class CartFull(ShopError):
    """The cart has `MOST_LINES` different books already."""


@dataclass(frozen=True)
class CartOwner:
    """Owner of a cart: an account, else the visitor of a cookie."""

    user_id: str | None
    token: str
    """Value of the visitor's cookie; '' when there is none."""


@dataclass(frozen=True)
class CartLine:
    """A book of a cart."""

    isbn: str
    quantity: int


def new_token() -> str:
    """Make the cookie value of a visitor's cart."""
    return secrets.token_urlsafe(16)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def find_cart(connection: sqlite3.Connection, owner: CartOwner) -> int | None:
    """Return the number of an owner's cart; None when there is none."""
    if owner.user_id is None and not owner.token:
        return None
    column = "user_id" if owner.user_id is not None else "token_hash"
    value = owner.user_id if owner.user_id is not None else _hash(owner.token)
    row = connection.execute(
        f"select cart_id from cart where {column} = ?",  # noqa: S608
        (value,),
    ).fetchone()
    return int(row[0]) if row else None


def open_cart(connection: sqlite3.Connection, owner: CartOwner) -> int:
    """Return the owner's cart, a new one if need be. Call it and all below inside a transaction."""
    now = int(time.time())
    cart_id = find_cart(connection, owner)
    if cart_id is not None:
        connection.execute("update cart set used_at = ? where cart_id = ?", (now, cart_id))
        return cart_id
    if owner.user_id is None:
        _delete_old_carts(connection, now)
    token_hash = None if owner.user_id is not None else _hash(owner.token)
    cursor = connection.execute(
        "insert into cart (token_hash, user_id, used_at) values (?, ?, ?)",
        (token_hash, owner.user_id, now),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _delete_old_carts(connection: sqlite3.Connection, now: int) -> None:
    connection.execute(
        "delete from cart where user_id is null and used_at < ?", (now - VISITOR_CART_S,)
    )
    connection.execute(
        "delete from cart where cart_id in (select cart_id from cart where user_id is null"
        " order by used_at desc limit -1 offset ?)",
        (_MOST_VISITOR_CARTS,),
    )


def cart_lines(connection: sqlite3.Connection, cart_id: int) -> list[CartLine]:
    """Return the books of a cart, in the order in which they were added."""
    rows = connection.execute(
        "select isbn, quantity from cart_line where cart_id = ? order by added_at, isbn", (cart_id,)
    )
    return [CartLine(*row) for row in rows]


def add_to_cart(connection: sqlite3.Connection, owner: CartOwner, isbn: str, quantity: int) -> None:
    """Add copies of a book, up to `MOST_COPIES`; a wait for it ends.

    Raises:
        CartFull: the cart has too many different books.
    """
    cart_id = open_cart(connection, owner)
    before = {line.isbn: line.quantity for line in cart_lines(connection, cart_id)}
    set_quantity(connection, owner, isbn, before.get(isbn, 0) + quantity)


def set_quantity(
    connection: sqlite3.Connection, owner: CartOwner, isbn: str, quantity: int
) -> None:
    """Set the copies of a book, at most `MOST_COPIES`; 0 removes it.

    Raises:
        CartFull: the cart has too many different books.
    """
    cart_id = open_cart(connection, owner)
    if quantity <= 0:
        connection.execute("delete from cart_line where cart_id = ? and isbn = ?", (cart_id, isbn))
        return
    lines = cart_lines(connection, cart_id)
    if len(lines) >= MOST_LINES and all(line.isbn != isbn for line in lines):
        raise CartFull(f"A cart holds at most {MOST_LINES} different books; order these first.")
    connection.execute(
        "insert into cart_line (cart_id, isbn, quantity, added_at) values (?, ?, ?, ?)"
        " on conflict (cart_id, isbn) do update set quantity = excluded.quantity",
        (cart_id, isbn, min(quantity, MOST_COPIES), time.time_ns() // 1_000),
    )
    end_wait(connection, owner, isbn)


def replace_cart(connection: sqlite3.Connection, owner: CartOwner, lines: list[CartLine]) -> None:
    """Make ``lines`` the whole cart. Raises as `set_quantity` does."""
    cart_id = open_cart(connection, owner)
    connection.execute("delete from cart_line where cart_id = ?", (cart_id,))
    for line in lines:
        set_quantity(connection, owner, line.isbn, line.quantity)


def merge_carts(connection: sqlite3.Connection, token: str, user_id: str) -> None:
    """Move a visitor's cart and waits into an account's, at sign-in.

    Of a book in both the larger quantity stays, so signing in twice doubles nothing. Books beyond
    `MOST_LINES` are left out.
    """
    visitor = find_cart(connection, CartOwner(None, token))
    if visitor is None:
        return
    cart_id = open_cart(connection, CartOwner(user_id, ""))
    connection.execute(
        "insert into cart_line (cart_id, isbn, quantity, added_at)"
        " select ?, isbn, quantity, added_at from cart_line where cart_id = ?"
        " on conflict (cart_id, isbn) do update set quantity = max(quantity, excluded.quantity)",
        (cart_id, visitor),
    )
    connection.execute(
        "delete from cart_line where cart_id = ?1 and isbn in (select isbn from cart_line"
        " where cart_id = ?1 order by added_at, isbn limit -1 offset ?2)",
        (cart_id, MOST_LINES),
    )
    connection.execute(
        "insert or ignore into stock_wait select ?, isbn, created_at from stock_wait"
        " where cart_id = ?",
        (cart_id, visitor),
    )
    connection.execute("delete from cart where cart_id = ?", (visitor,))


def wait_for_stock(connection: sqlite3.Connection, owner: CartOwner, isbn: str) -> None:
    """Store that the owner waits for a book; a wait beyond `MOST_LINES` ends the oldest one."""
    cart_id = open_cart(connection, owner)
    connection.execute(
        "insert or ignore into stock_wait values (?, ?, ?)", (cart_id, isbn, int(time.time()))
    )
    connection.execute(
        "delete from stock_wait where cart_id = ?1 and isbn in (select isbn from stock_wait"
        " where cart_id = ?1 order by created_at desc, isbn limit -1 offset ?2)",
        (cart_id, MOST_LINES),
    )


def end_wait(connection: sqlite3.Connection, owner: CartOwner, isbn: str) -> None:
    """End the owner's wait for a book, if there is one."""
    cart_id = find_cart(connection, owner)
    connection.execute("delete from stock_wait where cart_id = ? and isbn = ?", (cart_id, isbn))


def waits(connection: sqlite3.Connection, cart_id: int) -> list[str]:
    """Return the books a cart's owner waits for, the oldest wait first."""
    rows = connection.execute(
        "select isbn from stock_wait where cart_id = ? order by created_at, isbn", (cart_id,)
    )
    return [row[0] for row in rows]
