"""Cart and orders of the API: prices, keys, refusals, and 200 buyers of the last ten copies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bookrec.settings import Home
from bookrec.shop.selling.order_states import list_orders
from selling import DUNE, EMMA, PERSUASION, in_shop, offer, settings, stock_of
from site_testing import Client, Server, register

BUYER = {"name": "An", "phone": "0912345678"}


@pytest.fixture
def shop(client: Client, home: Home) -> Client:
    offer(
        home,
        **{f"i{EMMA}": (85_000, 3), f"i{DUNE}": (120_000, 0), f"i{PERSUASION}": (99_500, None)},
    )
    return client


def test_books_have_prices_where_the_shop_has(shop: Client) -> None:
    book = shop.get(f"/api/v1/books/{EMMA}").json()
    assert (book["price"], book["currency"], book["stock"]) == (85_000, "VND", 3)
    book = shop.get(f"/api/v1/books/{PERSUASION}").json()
    assert "stock" not in book
    assert book["price"] == 99_500
    assert not {"price", "currency", "stock"} & set(shop.get("/api/v1/books/0345806786").json())


def test_dollars_are_counted_in_cents(client: Client, home: Home) -> None:
    offer(home, **{f"i{EMMA}": (85_000, 3)})
    settings(home, currency="USD")
    offer(home, "USD", **{f"i{DUNE}": (1_250, 2)})
    assert client.get(f"/api/v1/books/{DUNE}").json()["price"] == 1_250
    assert "price" not in client.get(f"/api/v1/books/{EMMA}").json()
    assert "$12.50" in client.get(f"/books/{DUNE}").text
    page = client.get(f"/books/{DUNE}", headers={"accept-language": "vi"}).text
    assert "12,50\xa0US$" in page


def test_the_cart_is_put_as_a_whole(shop: Client) -> None:
    headers = register(shop)
    assert shop.get("/api/v1/cart").status_code == 401
    items = [
        {"isbn": EMMA, "quantity": 2},
        {"isbn": "9780141439587", "quantity": 3},
        {"isbn": DUNE},
    ]
    answer = shop.put("/api/v1/cart", json={"items": items}, headers=headers).json()
    lines = [(x["book"]["isbn"], x["quantity"], x["amount"], x["problem"]) for x in answer["items"]]
    assert lines == [(EMMA, 5, 425_000, "too_many"), (DUNE, 1, 120_000, "sold_out")]
    assert (answer["currency"], answer["total"]) == ("VND", 545_000)
    assert shop.get("/api/v1/cart", headers=headers).json() == answer
    shop.put("/api/v1/cart", json={"items": []}, headers=headers)
    assert shop.get("/api/v1/cart", headers=headers).json()["items"] == []


@pytest.mark.parametrize(
    ("items", "status"),
    [
        ([{"isbn": EMMA, "quantity": 0}], 400),
        ([{"isbn": EMMA, "quantity": 100}], 400),
        ([{"isbn": "0000000000"}], 404),
        ([{"isbn": EMMA}] * 51, 400),
    ],
)
def test_bad_carts_are_refused(shop: Client, items: list[dict], status: int) -> None:
    headers = register(shop)
    answer = shop.put("/api/v1/cart", json={"items": items}, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_order_of_the_cart_with_a_key(shop: Client, home: Home) -> None:
    headers = register(shop)
    shop.put("/api/v1/cart", json={"items": [{"isbn": EMMA, "quantity": 2}]}, headers=headers)
    keyed = {**headers, "idempotency-key": "abc"}
    answers = [shop.post("/api/v1/orders", json=BUYER, headers=keyed) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    first = answers[0].json()
    assert all(answer.json() == first for answer in answers)
    assert (first["number"], first["total"], first["state"]) == (1001, 170_000, "new")
    assert first["items"] == [{"isbn": EMMA, "title": "Emma", "price": 85_000, "quantity": 2}]
    assert stock_of(home, EMMA) == 1
    other = shop.post("/api/v1/orders", json={**BUYER, "note": "x"}, headers=keyed)
    assert other.status_code == 409
    assert "Idempotency-Key" in other.json()["detail"]
    assert shop.get("/api/v1/cart", headers=headers).json()["items"] == []
    assert [o["id"] for o in shop.get("/api/v1/me/orders", headers=headers).json()["items"]] == [
        first["id"]
    ]
    again = shop.post("/api/v1/orders", json=BUYER, headers=headers)
    assert again.status_code == 400
    assert "cart is empty" in again.json()["detail"]


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"items": [{"isbn": EMMA, "quantity": 4}]}, 409, "Only 3 copies of 'Emma' are left"),
        ({"items": [{"isbn": DUNE}]}, 409, "'Dune' is sold out"),
        ({"items": [{"isbn": "0345806786"}]}, 409, "sold out"),
        ({"total": 84_999}, 409, "price has changed"),
        ({"phone": ""}, 400, "phone"),
        ({"delivery": "delivery"}, 400, "address"),
        ({"delivery": "moon"}, 400, "delivery"),
        ({"payment": "transfer"}, 400, "payment"),
        ({"items": []}, 400, ""),
    ],
)
def test_orders_that_cannot_be(
    shop: Client, home: Home, change: dict, status: int, sentence: str
) -> None:
    headers = register(shop)
    body = {**BUYER, "items": [{"isbn": EMMA}], **change}
    answer = shop.post("/api/v1/orders", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["detail"]
    assert in_shop(home, list_orders) == []


@pytest.mark.slow
def test_two_hundred_buyers_at_once_get_the_last_ten_copies(
    home: Home, snapshot_id: str, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Behind a proxy each buyer has an address of their own, as in a shop.
    monkeypatch.setenv("BOOKREC_BEHIND_PROXY", "1")
    offer(home, **{f"i{EMMA}": (85_000, 10)})
    address = serve(2).address

    def buy(number: int) -> str:
        visitor = {"x-forwarded-for": f"10.0.{number // 250}.{number % 250}"}
        sent = {**visitor, "origin": address}
        # Without `verify` each client would read all certificates of the system.
        with httpx.Client(base_url=address, headers=sent, verify=False) as client:
            client.timeout = httpx.Timeout(120)
            client.post("/cart", data={"csrf_token": "", "isbn": EMMA, "action": "add"})
            page = client.get("/checkout")
            if page.status_code == 303:
                return "sold out before the order"
            form = _hidden(page.text) | {**BUYER, "delivery": "pickup", "payment": "cash"}
            answer = client.post("/checkout", data=form)
            if answer.status_code == 303 and answer.headers["location"].startswith("/orders/"):
                return "ordered"
            if answer.status_code == 303:
                return "sold out before the order"
            assert "Meanwhile only 0 copies of “Emma” are left." in answer.text, answer.text
            return "told so"

    with ThreadPoolExecutor(40) as pool:
        outcomes = Counter(pool.map(buy, range(200)))
    assert outcomes["ordered"] == 10, outcomes
    assert outcomes.total() == 200
    assert stock_of(home, EMMA) == 0
    orders = in_shop(home, list_orders)
    assert sum(line.quantity for order in orders for line in order.lines) == 10


def _hidden(page: str) -> dict[str, str]:
    form = page[page.index('<form action="/checkout"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
