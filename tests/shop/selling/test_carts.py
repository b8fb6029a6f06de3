"""Carts: owners, bounds, merging at sign-in, waits for stock."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.shop.connections import opened
from bookrec.shop.selling import carts
from bookrec.shop.selling.carts import CartFull, CartLine, CartOwner

VISITOR = CartOwner(None, "a-token")
READER = CartOwner("shop:1", "")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with opened(tmp_path / "shop.sqlite") as connection:
        yield connection


def lines(shop: sqlite3.Connection, owner: CartOwner) -> list[CartLine]:
    cart_id = carts.find_cart(shop, owner)
    return [] if cart_id is None else carts.cart_lines(shop, cart_id)


def test_copies_add_up_and_are_bounded(shop: sqlite3.Connection) -> None:
    carts.add_to_cart(shop, VISITOR, "A", 2)
    carts.add_to_cart(shop, VISITOR, "B", 1)
    carts.add_to_cart(shop, VISITOR, "A", 98)
    assert lines(shop, VISITOR) == [CartLine("A", 99), CartLine("B", 1)]
    carts.set_quantity(shop, VISITOR, "A", 0)
    assert lines(shop, VISITOR) == [CartLine("B", 1)]
    assert lines(shop, CartOwner(None, "another-token")) == []
    assert b"a-token" not in shop.execute("select token_hash from cart").fetchone()[0]


def test_a_cart_has_a_most(shop: sqlite3.Connection) -> None:
    for number in range(carts.MOST_LINES):
        carts.add_to_cart(shop, VISITOR, f"B{number}", 1)
    with pytest.raises(CartFull):
        carts.add_to_cart(shop, VISITOR, "one more", 1)
    carts.add_to_cart(shop, VISITOR, "B3", 1)
    assert len(lines(shop, VISITOR)) == carts.MOST_LINES


def test_signing_in_keeps_both_carts_and_doubles_nothing(shop: sqlite3.Connection) -> None:
    carts.add_to_cart(shop, READER, "A", 1)
    carts.add_to_cart(shop, READER, "B", 5)
    carts.add_to_cart(shop, VISITOR, "A", 3)
    carts.add_to_cart(shop, VISITOR, "C", 2)
    carts.wait_for_stock(shop, VISITOR, "D")
    carts.merge_carts(shop, VISITOR.token, "shop:1")
    carts.merge_carts(shop, VISITOR.token, "shop:1")
    assert lines(shop, READER) == [CartLine("A", 3), CartLine("B", 5), CartLine("C", 2)]
    cart_id = carts.find_cart(shop, READER)
    assert cart_id is not None
    assert carts.waits(shop, cart_id) == ["D"]
    assert shop.execute("select count(*) from cart").fetchone() == (1,)


def test_old_carts_of_visitors_are_deleted_and_accounts_keep_theirs(
    shop: sqlite3.Connection,
) -> None:
    carts.add_to_cart(shop, VISITOR, "A", 1)
    carts.add_to_cart(shop, READER, "A", 1)
    shop.execute("update cart set used_at = 5")
    carts.add_to_cart(shop, CartOwner(None, "a-later-token"), "B", 1)
    assert lines(shop, VISITOR) == []
    assert lines(shop, READER) == [CartLine("A", 1)]
    assert shop.execute("select count(*) from cart_line").fetchone() == (2,)


def test_a_wait_ends_when_the_book_goes_into_the_cart(shop: sqlite3.Connection) -> None:
    carts.wait_for_stock(shop, READER, "A")
    carts.wait_for_stock(shop, READER, "B")
    cart_id = carts.find_cart(shop, READER)
    assert cart_id is not None
    carts.add_to_cart(shop, READER, "A", 1)
    assert carts.waits(shop, cart_id) == ["B"]
    carts.end_wait(shop, READER, "B")
    assert carts.waits(shop, cart_id) == []
