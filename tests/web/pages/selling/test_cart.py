"""The cart: a visitor's, bounds by stock, merging at sign-in, waits, forms of other sites."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import Home
from selling import DUNE, EMMA, PERSUASION, offer, settings
from site_testing import Client, form_token, register, sign_in

ORIGIN = {"origin": "http://testserver.local"}


@pytest.fixture
def shop(client: Client, home: Home) -> Client:
    """A shop that sells Emma (3 copies), Dune (sold out) and Persuasion (as many as one likes)."""
    offer(
        home,
        **{f"i{EMMA}": (85_000, 3), f"i{DUNE}": (120_000, 0), f"i{PERSUASION}": (99_500, None)},
    )
    return client


def change(client: Client, isbn: str, action: str, **fields: object):
    data = {"csrf_token": "", "isbn": isbn, "action": action, **fields}
    return client.post("/cart", data=data, headers=ORIGIN)


def quantities(client: Client) -> dict[str, int]:
    page = client.get("/cart").text
    isbns = re.findall(r'name="isbn" value="([^"]+)"', page)
    values = re.findall(r'name="quantity" value="(\d+)"', page)
    return dict(zip(isbns, map(int, values), strict=True))


def test_a_book_page_has_price_stock_and_a_button(shop: Client) -> None:
    page = shop.get(f"/books/{EMMA}").text
    assert "₫85,000" in page
    assert "Only 3 copies left" in page
    assert "Add to the cart" in page
    vietnamese = shop.get(f"/books/{EMMA}", headers={"accept-language": "vi"}).text
    assert "85.000\xa0₫" in vietnamese
    assert "Chỉ còn 3 cuốn" in vietnamese
    assert "Tell me when it is back" in shop.get(f"/books/{DUNE}").text
    assert "In stock" in shop.get(f"/books/{PERSUASION}").text
    assert 'action="/cart"' not in shop.get("/books/0345806786").text


def test_a_visitor_fills_a_cart_without_a_token(shop: Client) -> None:
    answer = change(shop, EMMA, "add")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    change(shop, PERSUASION, "add", quantity="4")
    change(shop, "978-0-14-143958-7", "add")
    assert quantities(shop) == {EMMA: 2, PERSUASION: 4}
    assert "₫568,000" in shop.get("/cart").text
    change(shop, PERSUASION, "set", quantity="1")
    change(shop, EMMA, "remove")
    assert quantities(shop) == {PERSUASION: 1}
    change(shop, PERSUASION, "set", quantity="0")
    assert "Your cart is empty." in shop.get("/cart").text


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://evil.example"}, {"origin": "null"}], ids=str
)
def test_other_sites_put_nothing_into_a_cart(shop: Client, headers: dict[str, str]) -> None:
    data = {"csrf_token": "", "isbn": EMMA, "action": "add"}
    assert shop.post("/cart", data=data, headers=headers).status_code == 403
    assert "bookrec_cart" not in shop.cookies


def test_a_signed_in_reader_needs_the_token_all_the_same(shop: Client) -> None:
    register(shop)
    sign_in(shop)
    assert change(shop, EMMA, "add").status_code == 403
    token = form_token(shop.get(f"/books/{EMMA}").text)
    data = {"csrf_token": token, "isbn": EMMA, "action": "add"}
    assert shop.post("/cart", data=data).status_code == 303
    assert quantities(shop) == {EMMA: 1}


def test_a_cart_takes_no_more_than_there_is(shop: Client, home: Home) -> None:
    change(shop, EMMA, "add", quantity="9")
    assert "your cart has all that are left" in shop.get("/cart").text
    assert quantities(shop) == {EMMA: 3}
    assert change(shop, DUNE, "add").headers["location"] == f"/books/{DUNE}"
    assert quantities(shop) == {EMMA: 3}
    offer(home, **{f"i{EMMA}": (None, 1)})
    page = shop.get("/cart").text
    assert "Only 1 copy is left." in page
    assert "/checkout" not in page
    assert shop.get("/checkout").headers["location"] == "/cart"


def test_a_cart_follows_its_owner_through_the_door(shop: Client) -> None:
    register(shop)
    change(shop, EMMA, "add", quantity="2")
    assert sign_in(shop).status_code == 303
    assert not shop.cookies.get("bookrec_cart")
    assert quantities(shop) == {EMMA: 2}
    token = form_token(shop.get("/me").text)
    shop.post("/logout", data={"csrf_token": token})
    assert "Your cart is empty." in shop.get("/cart").text
    sign_in(shop)
    assert quantities(shop) == {EMMA: 2}


def test_a_visitor_with_a_cart_gets_pages_of_their_own(shop: Client) -> None:
    assert shop.get("/").headers["cache-control"].startswith("public")
    change(shop, EMMA, "add")
    shop.get("/cart")
    answer = shop.get("/books")
    assert answer.headers["cache-control"] == "private, no-store"
    assert 'class="count">1<' in answer.text


def test_who_waits_is_told_at_the_next_visit(shop: Client, home: Home) -> None:
    change(shop, DUNE, "wait")
    shop.get("/")
    assert "We shall tell you here" in shop.get(f"/books/{DUNE}").text
    assert "is back in stock" not in shop.get("/").text
    offer(home, **{f"i{DUNE}": (None, 5)})
    register(shop)
    sign_in(shop)
    page = shop.get("/books").text
    assert re.search(r'<a href="/books/0441172717">Dune</a> is back in stock', page)
    token = form_token(page)
    data = {"csrf_token": token, "isbn": DUNE, "action": "end_wait", "next": "/books"}
    assert shop.post("/cart", data=data).headers["location"] == "/books"
    shop.get("/books")
    assert "is back in stock" not in shop.get("/books").text


def test_tags_follow_prices_stock_and_settings(shop: Client, home: Home) -> None:
    pages = ["/", f"/books/{EMMA}", f"/api/v1/books/{EMMA}", "/api/v1/books/popular"]
    tags = [shop.get(path).headers["etag"] for path in pages]
    again = [
        shop.get(path, headers={"if-none-match": tag}).status_code
        for path, tag in zip(pages, tags, strict=True)
    ]
    assert again == [304] * 4
    offer(home, **{f"i{EMMA}": (None, 2)})
    offered = [shop.get(path).headers["etag"] for path in pages]
    settings(home, name="Cây Bàng")
    named = [shop.get(path).headers["etag"] for path in pages]
    for path, *three in zip(pages, tags, offered, named, strict=True):
        assert len(set(three)) == 3, path


def test_a_shop_without_prices_looks_as_before(client: Client) -> None:
    page = client.get(f"/books/{EMMA}").text
    assert "/cart" not in page
    assert "₫" not in page
