"""Checkout, orders and the reader's history of them, as pages."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import Home
from bookrec.shop.selling.order_states import list_orders, move_order
from selling import DUNE, EMMA, in_shop, offer, settings, stock_of
from site_testing import Client, form_token, open_client, register, sign_in

ORIGIN = {"origin": "http://testserver.local"}
GUEST = {
    "name": "Trần Thị Bình",
    "phone": "0912 345 678",
    "email": "",
    "delivery": "pickup",
    "address": "",
    "payment": "cash",
    "note": "<b>gift</b>",
}


@pytest.fixture
def shop(client: Client, home: Home) -> Client:
    offer(home, **{f"i{EMMA}": (85_000, 3), f"i{DUNE}": (120_000, 9)})
    return client


def fill(client: Client, *isbns: str) -> None:
    for isbn in isbns:
        token = ""
        if client.cookies.get("bookrec_session"):
            token = form_token(client.get(f"/books/{isbn}").text)
        data = {"csrf_token": token, "isbn": isbn, "action": "add"}
        assert client.post("/cart", data=data, headers=ORIGIN).status_code == 303


def hidden(page: str) -> dict[str, str]:
    form = page[page.index('<form action="/checkout"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def order(client: Client, **fields: str) -> str:
    """Order what is in the cart; path of the order's page."""
    answer = client.post(
        "/checkout", data={**hidden(client.get("/checkout").text), **GUEST, **fields}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_guest_orders_once_however_often_the_button_is_pressed(shop: Client, home: Home) -> None:
    fill(shop, EMMA, EMMA, DUNE)
    form = {**hidden(shop.get("/checkout").text), **GUEST}
    places = [shop.post("/checkout", data=form).headers["location"] for _ in range(3)]
    assert len(set(places)) == 1
    assert re.fullmatch(r"/orders/[0-9a-f]{24}", places[0])
    assert (stock_of(home, EMMA), stock_of(home, DUNE)) == (1, 8)
    page = shop.get(places[0]).text
    assert "Order 1001" in page
    assert "₫290,000" in page
    assert "Trần Thị Bình" in page
    assert "&lt;b&gt;gift&lt;/b&gt;" in page
    assert "Thank you. We have your order." in page
    assert "Your cart is empty." in shop.get("/cart").text
    assert in_shop(home, lambda c: c.execute("select * from shop_interaction").fetchall()) == []


def test_what_is_missing_is_said_at_its_field(shop: Client, home: Home) -> None:
    settings(home, bank="VCB", bank_account="0071000123456", bank_holder="AN")
    fill(shop, EMMA)
    form = {**hidden(shop.get("/checkout").text), **GUEST}
    wrong = {"name": " ", "phone": "12", "delivery": "delivery", "payment": "gold"}
    answer = shop.post("/checkout", data={**form, **wrong})
    assert answer.status_code == 400
    for sentence in ("your name", "8 to 15 digits", "where to deliver", "how to pay"):
        assert sentence in answer.text
    assert in_shop(home, list_orders) == []
    assert stock_of(home, EMMA) == 3


def test_a_copy_that_someone_else_bought_meanwhile(shop: Client, home: Home) -> None:
    fill(shop, EMMA, EMMA)
    form = {**hidden(shop.get("/checkout").text), **GUEST}
    offer(home, **{f"i{EMMA}": (None, 1)})
    answer = shop.post("/checkout", data=form)
    assert answer.status_code == 409
    assert "Meanwhile only 1 copy of “Emma” is left." in answer.text
    assert "Trần Thị Bình" in answer.text
    assert stock_of(home, EMMA) == 1


def test_a_new_price_is_shown_before_it_is_paid(shop: Client, home: Home) -> None:
    fill(shop, EMMA)
    form = {**hidden(shop.get("/checkout").text), **GUEST}
    offer(home, **{f"i{EMMA}": (95_000, None)})
    answer = shop.post("/checkout", data=form)
    assert answer.status_code == 409
    assert "A price has changed meanwhile" in answer.text
    assert shop.post("/checkout", data={**hidden(answer.text), **GUEST}).status_code == 303


def test_a_transfer_shows_the_bank_and_a_code_until_it_is_packed(shop: Client, home: Home) -> None:
    settings(
        home, bank="VCB", bank_account="0071000123456", bank_holder="TRAN AN", delivery_fee="25000"
    )
    fill(shop, EMMA)
    place = order(shop, payment="transfer", delivery="delivery", address="12 Lê Lợi")
    page = shop.get(place).text
    for text in ("VCB", "0071000123456", "TRAN AN", "DH1001", "₫110,000", '<svg role="img"'):
        assert text in page
    assert "style=" not in page
    in_shop(home, lambda c: move_order(c, 1001, "packed"))
    page = shop.get(place).text
    assert "<svg role" not in page
    assert "Packed" in page
    assert "Cancel this order" not in page


def test_a_reader_buys_and_cancels(shop: Client, home: Home) -> None:
    headers = register(shop, liked_isbns=["0345806786"])
    sign_in(shop)
    fill(shop, EMMA)
    place = order(shop)
    seen = shop.get("/api/v1/me/ratings", headers=headers).json()["items"]
    assert EMMA in {item["book"]["isbn"] for item in seen}
    assert "Order 1001" in shop.get("/orders").text
    listed = shop.get("/api/v1/me/recommendations?limit=100", headers=headers).json()["items"]
    assert EMMA not in {item["book"]["isbn"] for item in listed}
    token = form_token(shop.get(place).text)
    for _ in range(2):
        shop.post(f"{place}/cancel", data={"csrf_token": token})
    assert "Cancelled" in shop.get(place).text
    assert stock_of(home, EMMA) == 3
    seen = shop.get("/api/v1/me/ratings", headers=headers).json()["items"]
    assert EMMA not in {item["book"]["isbn"] for item in seen}
    listed = shop.get("/api/v1/me/recommendations?limit=100", headers=headers).json()["items"]
    assert EMMA in {item["book"]["isbn"] for item in listed}


def test_orders_of_others_are_not_found(shop: Client, home: Home) -> None:
    register(shop, "anna")
    register(shop, "bert")
    sign_in(shop, "anna")
    fill(shop, EMMA)
    place = order(shop)
    with open_client(home) as other:
        assert other.get(place).status_code == 404
        assert other.get("/orders/" + "0" * 24).status_code == 404
        sign_in(other, "bert")
        assert other.get(place).status_code == 404
        assert "not ordered anything" in other.get("/orders").text


def test_an_address_orders_only_so_often(home: Home, snapshot_id: str) -> None:
    offer(home, **{f"i{EMMA}": (85_000, 9)})
    with open_client(home, orders_per_address=2) as client:
        for _ in range(2):
            fill(client, EMMA)
            order(client)
        fill(client, EMMA)
        form = {**hidden(client.get("/checkout").text), **GUEST}
        answer = client.post("/checkout", data=form)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.text
    assert stock_of(home, EMMA) == 7
