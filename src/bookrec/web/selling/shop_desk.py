"""Carts and orders of the site: the shop's core, run in transactions off the event loop."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from bookrec.shop.selling import carts, order_states, orders
from bookrec.shop.selling.carts import CartLine, CartOwner
from bookrec.shop.selling.order_states import StoredOrder
from bookrec.shop.selling.orders import OrderRequest
from bookrec.shop.selling.shop_settings import read_settings
from bookrec.web.selling.order_letter import OrderLetters
from bookrec.web.store.database import ShopDatabase


class ShopDesk:
    """Carts and orders."""

    def __init__(self, database: ShopDatabase, letters: OrderLetters) -> None:
        self._database = database
        self._letters = letters

    async def cart(self, owner: CartOwner) -> list[CartLine]:
        """Return the lines of an owner's cart."""

        def read(connection: sqlite3.Connection) -> list[CartLine]:
            cart_id = carts.find_cart(connection, owner)
            return [] if cart_id is None else carts.cart_lines(connection, cart_id)

        return await self._database.work(read)

    async def add(self, owner: CartOwner, isbn: str, quantity: int) -> None:
        """Add copies of a book. Raises `CartFull`."""
        await self._database.work(lambda c: carts.add_to_cart(c, owner, isbn, quantity))

    async def set_quantity(self, owner: CartOwner, isbn: str, quantity: int) -> None:
        """Set the copies of a book, 0 removes it. Raises `CartFull`."""
        await self._database.work(lambda c: carts.set_quantity(c, owner, isbn, quantity))

    async def replace(self, owner: CartOwner, lines: list[CartLine]) -> None:
        """Replace the whole cart. Raises `CartFull`."""
        await self._database.work(lambda c: carts.replace_cart(c, owner, lines))

    async def merge(self, token: str, user_id: str) -> None:
        """Move a visitor's cart into an account's."""
        await self._database.work(lambda c: carts.merge_carts(c, token, user_id))

    async def wait(self, owner: CartOwner, isbn: str) -> None:
        """Store that the owner waits for a book."""
        await self._database.work(lambda c: carts.wait_for_stock(c, owner, isbn))

    async def end_wait(self, owner: CartOwner, isbn: str) -> None:
        """End the owner's wait for a book."""
        await self._database.work(lambda c: carts.end_wait(c, owner, isbn))

    async def place(
        self, request: OrderRequest, new_isbns: Collection[str], owner: CartOwner
    ) -> StoredOrder:
        """Place an order, take its books out of the buyer's cart, and confirm it by e-mail.

        Raises as `place_order` does.
        """

        def place(connection: sqlite3.Connection) -> StoredOrder:
            settings = read_settings(connection)
            placed = orders.place_order(connection, settings, request, new_isbns)
            if carts.find_cart(connection, owner) is not None:
                for line in orders.lines_of(request.books):
                    carts.set_quantity(connection, owner, line.isbn, 0)
            order = _stored(connection, placed.order_id)
            if placed.is_new:
                self._letters.queue(connection, order, settings)
            return order

        order = await self._database.work(place)
        self._letters.placed()
        return order

    async def order(self, order_id: str) -> StoredOrder | None:
        """Return an order by its id."""
        return await self._database.work(lambda c: order_states.read_order(c, order_id))

    async def orders_of(self, user_id: str, limit: int = 100) -> list[StoredOrder]:
        """Return a reader's latest orders."""
        return await self._database.work(lambda c: order_states.orders_of(c, user_id, limit))

    async def order_by_key(self, request: OrderRequest) -> StoredOrder | None:
        """Return the order that came with a request's key before. Raises `KeyReused`."""

        def read(connection: sqlite3.Connection) -> StoredOrder | None:
            order_id = orders.find_by_key(connection, request)
            return None if order_id is None else _stored(connection, order_id)

        return await self._database.work(read)

    async def cancel(self, order_id: str) -> bool:
        """Cancel an order as its buyer; False when it is too late."""
        return await self._database.work(lambda c: order_states.cancel_as_buyer(c, order_id))


def _stored(connection: sqlite3.Connection, order_id: str) -> StoredOrder:
    order = order_states.read_order(connection, order_id)
    assert order is not None
    return order
