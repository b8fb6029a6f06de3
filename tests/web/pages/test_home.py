"""The home page: shelves that differ, no work twice, every heading true."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import Home
from site_testing import Client, open_client, register, sign_in
from small_snapshot import LISTED_READER

SHINING, CARRIE, DUNE = "0345806786", "0743412281", "0441172717"


def shelves(page: str) -> dict[str, list[str]]:
    """ISBNs of the covers of each section, by its heading."""
    result = {}
    for section in re.findall(r"<section aria-labelledby=.*?</section>", page, re.DOTALL):
        heading = re.search(r"<h[12][^>]*>(.*?)</h[12]>", section, re.DOTALL)
        assert heading
        name = re.sub(r"<[^>]+>", "", heading[1]).strip()
        result[name] = re.findall(r'class="book-link" href="/books/([^"]+)"', section)
    return result


def home_of(client: Client, **fields: object) -> dict[str, list[str]]:
    register(client, "anna", **fields)
    assert sign_in(client, "anna").status_code == 303
    return shelves(client.get("/").text)


def works(client: Client, isbns: list[str]) -> list[tuple[str, str]]:
    books = [client.get(f"/api/v1/books/{isbn}").json() for isbn in isbns]
    titles = [re.sub(r" \(.*", "", book["title"]) for book in books]
    return [(t, b["author"].split()[-1]) for t, b in zip(titles, books, strict=True)]


@pytest.mark.parametrize("liked", [[], [SHINING, DUNE], [SHINING, CARRIE, DUNE, "0141439580"]])
def test_no_work_stands_on_the_page_twice(client: Client, liked: list[str]) -> None:
    page = home_of(client, liked_isbns=liked, age=30)
    shown = [isbn for isbns in page.values() for isbn in isbns]
    assert len(shown) >= 12
    assert len(set(works(client, shown))) == len(shown)
    assert not set(liked) & set(shown)


def test_a_visitor_sees_no_book_twice_and_nothing_personal(visitor: Client) -> None:
    page = shelves(visitor.get("/").text)
    assert {"Popular with our readers", "New here"} <= page.keys()
    shown = [isbn for isbns in page.values() for isbn in isbns]
    assert len(shown) == len(set(shown))


def test_dismissed_books_are_on_no_shelf(client: Client) -> None:
    headers = register(client, "anna", liked_isbns=[SHINING])
    sign_in(client, "anna")
    before = [isbn for isbns in shelves(client.get("/").text).values() for isbn in isbns]
    gone = before[::3]
    for isbn in gone:
        client.get(f"/books/{isbn}")  # opened, too
        client.put(f"/api/v1/me/dismissed/{isbn}", headers=headers)
    after = [isbn for isbns in shelves(client.get("/").text).values() for isbn in isbns]
    assert not set(gone) & set(after)
    assert len(after) >= 12


def test_what_was_opened_is_at_hand(client: Client) -> None:
    home_of(client, liked_isbns=[SHINING])
    client.get("/books/gb:12")
    assert shelves(client.get("/").text)["Recently opened"] == ["gb:12"]


def test_popular_books_are_those_of_the_readers_age(client: Client) -> None:
    page = home_of(client, liked_isbns=["6042086437"], age=30)
    assert "Popular with readers of 25–34" in page


@pytest.mark.slow
def test_home_of_the_sample_data_is_small_and_varied(sample_home_copy: Home) -> None:
    with open_client(sample_home_copy) as client:
        popular = client.get("/api/v1/books/popular?limit=40").json()["items"]
        liked = [item["book"]["isbn"] for item in popular[::13]]
        page = home_of(client, liked_isbns=liked, age=30)
        text = client.get("/").text
    assert len(text.encode()) <= 150_000
    assert len(page) >= 5
    shown = [isbn for isbns in page.values() for isbn in isbns]
    assert len(set(shown)) == len(shown) >= 30
    assert LISTED_READER not in text
