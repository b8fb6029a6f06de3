"""States of orders, the moves between them, and orders as they are stored."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from bookrec.errors import ShopError
from bookrec.shop.selling.orders import BUYER, DELIVERY, SHOP, add_state, give_back

CANCELLED: Final = "cancelled"
_STAGE: Final = {"new": 0, "confirmed": 1, "packed": 2, "shipped": 3, "ready": 3, "done": 4}
"""State → stage; an order moves to later stages only, or is cancelled before it is done."""
STATES: Final = (*_STAGE, CANCELLED)


@dataclass(frozen=True)
class OrderLine:
    """A book of an order, as it was then."""

    isbn: str
    title: str
    author: str
    price: int
    """Minor units of the order's currency, for one copy."""
    quantity: int

    @property
    def amount(self) -> int:
        """Price of all copies."""
        return self.price * self.quantity


@dataclass(frozen=True)
class OrderStep:
    """A state that an order came to."""

    state: str
    actor: str
    """``buyer`` or ``shop``."""
    note: str
    at: int
    """Seconds since 1970, UTC."""


@dataclass(frozen=True)
class StoredOrder:
    """An order; see ``shop_order`` for its columns."""

    order_id: str
    number: int
    user_id: str | None
    state: str
    currency: str
    goods: int
    delivery_fee: int
    total: int
    name: str
    phone: str
    email: str
    delivery: str
    address: str
    payment: str
    note: str
    language: str
    created_at: int
    lines: list[OrderLine]
    steps: list[OrderStep]

    @property
    def code(self) -> str:
        """Text by which a transfer names the order, e.g. ``DH1001``."""
        return f"DH{self.number}"

    @property
    def next_states(self) -> list[str]:
        """States to which the shop may move it."""
        if self.state not in _STAGE or self.state == "done":
            return []
        stage = _STAGE[self.state]
        wrong = "ready" if self.delivery == DELIVERY else "shipped"
        later = [state for state, number in _STAGE.items() if number > stage and state != wrong]
        return [*later, CANCELLED]


_COLUMNS: Final = ", ".join(list(StoredOrder.__dataclass_fields__)[:-2])


def read_order(connection: sqlite3.Connection, order_id: str) -> StoredOrder | None:
    """Return an order by its id; None when there is none."""
    orders = _read(connection, "order_id = ?", order_id)
    return orders[0] if orders else None


def require_order(connection: sqlite3.Connection, number: int) -> StoredOrder:
    """Return an order by its number.

    Raises:
        ShopError: there is no such order.
    """
    orders = _read(connection, "number = ?", number)
    if not orders:
        raise ShopError(f"There is no order {number}; see 'bookrec shop orders list'.")
    return orders[0]


def orders_of(connection: sqlite3.Connection, user_id: str, limit: int) -> list[StoredOrder]:
    """Return the latest orders of a reader, the newest first."""
    return _read(connection, "user_id = ?", user_id, limit)


def list_orders(
    connection: sqlite3.Connection, state: str | None = None, limit: int = -1
) -> list[StoredOrder]:
    """Return the orders, those of one state if it is given, the newest first."""
    condition = "true" if state is None else "state = ?"
    return _read(connection, condition, state, limit)


def _read(
    connection: sqlite3.Connection, condition: str, value: object, limit: int = -1
) -> list[StoredOrder]:
    parameters = () if condition == "true" else (value,)
    rows = connection.execute(
        f"select {_COLUMNS} from shop_order where {condition} order by number desc limit ?",  # noqa: S608
        (*parameters, limit),
    ).fetchall()
    values = [(*row, _lines(connection, row[0]), _steps(connection, row[0])) for row in rows]
    return [StoredOrder(*order) for order in values]


def _lines(connection: sqlite3.Connection, order_id: str) -> list[OrderLine]:
    rows = connection.execute(
        "select isbn, title, author, price, quantity from shop_order_line where order_id = ?"
        " order by title, isbn",
        (order_id,),
    )
    return [OrderLine(*row) for row in rows]


def _steps(connection: sqlite3.Connection, order_id: str) -> list[OrderStep]:
    rows = connection.execute(
        "select state, actor, note, at from shop_order_state where order_id = ? order by step",
        (order_id,),
    )
    return [OrderStep(*row) for row in rows]


def move_order(
    connection: sqlite3.Connection, number: int, state: str, note: str = ""
) -> StoredOrder:
    """Move an order as the shop, inside a transaction; to its own state changes nothing.

    Raises:
        ShopError: there is no such order, or it cannot come to that state.
    """
    order = require_order(connection, number)
    if order.state == state:
        return order
    if state not in order.next_states:
        possible = ", ".join(order.next_states) or "nothing more"
        raise ShopError(
            f"Order {number} is {order.state} and for {order.delivery}; it can become: {possible}."
        )
    _move(connection, order.order_id, state, SHOP, note)
    return require_order(connection, number)


def cancel_as_buyer(connection: sqlite3.Connection, order_id: str) -> bool:
    """Cancel an order as its buyer, inside a transaction, while it is new; whether it is cancelled."""
    order = read_order(connection, order_id)
    if order is not None and order.state == "new":
        _move(connection, order_id, CANCELLED, BUYER, "")
        return True
    return order is not None and order.state == CANCELLED


def _move(connection: sqlite3.Connection, order_id: str, state: str, actor: str, note: str) -> None:
    add_state(connection, order_id, state, actor, note)
    if state == CANCELLED:
        give_back(connection, order_id)
