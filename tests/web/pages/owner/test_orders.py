"""The owner's pages of orders: states, moves, and what has moved meanwhile."""

from __future__ import annotations

import pytest

from bookrec.settings import Home
from bookrec.shop.selling.order_states import require_order
from bookrec.shop.selling.orders import place_order
from bookrec.shop.selling.shop_settings import read_settings
from owner_pages import send
from selling import EMMA, in_shop, offer, request, stock_of
from site_testing import Client


@pytest.fixture
def ordered(home: Home, owner: Client) -> int:
    offer(home, **{f"i{EMMA}": (85_000, 3)})
    in_shop(home, lambda c: place_order(c, read_settings(c), request({EMMA: 2})))
    return 1001


def test_an_order_is_moved_with_a_note(owner: Client, home: Home, ordered: int) -> None:
    page = owner.get(f"/owner/orders/{ordered}").text
    assert "Trần An" in page
    answer = send(owner, f"/owner/orders/{ordered}", state="ready", note="On the shelf.")
    assert answer.headers["location"] == f"/owner/orders/{ordered}"
    order = in_shop(home, lambda c: require_order(c, ordered))
    assert (order.state, order.steps[-1].note) == ("ready", "On the shelf.")
    assert ">1001</a>" in owner.get("/owner/orders?state=ready").text
    assert ">1001</a>" not in owner.get("/owner/orders?state=new").text


def test_cancelling_returns_the_stock(owner: Client, home: Home, ordered: int) -> None:
    assert stock_of(home, EMMA) == 1
    send(owner, f"/owner/orders/{ordered}", state="cancelled")
    assert stock_of(home, EMMA) == 3
    again = send(owner, f"/owner/orders/{ordered}", state="confirmed")
    assert again.status_code == 409
    assert "moved meanwhile" in again.text


@pytest.mark.parametrize("number", ["999999", "0"])
def test_no_such_order(owner: Client, number: str) -> None:
    assert owner.get(f"/owner/orders/{number}").status_code == 404
    assert send(owner, f"/owner/orders/{number}", state="done").status_code == 404
