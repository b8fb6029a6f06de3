"""Events of pages: views, clicks, searches, lists; of readers and consenting visitors only."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from typing import Any

import pytest

from bookrec.settings import Home
from bookrec.web.request.page_events import page_key
from site_testing import Client, register, sign_in, write_events

DUNE, EMMA, IT = "0441172717", "0141439580", "1501142976"
HERE = "http://testserver.local"
LINK = re.compile(r'class="book-link" href="/books/([^"]+)"')


def stored(client: Client, home: Home, query: str) -> list[Any]:
    write_events(client)
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        return shop.execute(query).fetchall()


def agree(client: Client, answer: str = "yes", page: str = "/") -> None:
    sent = client.post(
        "/consent",
        data={"answer": answer, "next": page, "csrf_token": ""},
        headers={"origin": HERE},
    )
    assert (sent.status_code, sent.headers["location"]) == (303, page)


def open_from(client: Client, page: str, before: str) -> str:
    answer = client.get(page, headers={"referer": HERE + before})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/", "/"),
        ("/books?q=a%20b&lang=vi", "/books?q=a+b"),
        ("/books/vh%2F00013", "/books/vh/00013"),
        ("/authors/Tô Hoài", "/authors/Tô Hoài"),
        ("/authors/T%C3%B4%20Ho%C3%A0i", "/authors/Tô Hoài"),
    ],
)
def test_one_spelling_of_an_address(address: str, key: str) -> None:
    assert page_key(address) == key


def test_a_visitor_who_did_not_agree_leaves_nothing(client: Client, home: Home) -> None:
    assert "May the shelves follow your visit?" in client.get("/").text
    open_from(client, f"/books/{DUNE}", "/")
    client.get("/books?q=dune")
    agree(client, "no")
    page = client.get("/")
    assert "May the shelves follow" not in page.text
    assert "Nothing of your visit is noted." in page.text
    assert page.headers["cache-control"].startswith("public"), "it is the same for all who refused"
    open_from(client, f"/books/{DUNE}", "/")
    client.cookies.clear()
    for signal in ({"dnt": "1"}, {"sec-gpc": "1"}):
        asked = client.get("/", headers=signal)
        assert "follow your visit" not in asked.text
        assert asked.headers["etag"] != page.headers["etag"]
    for table in ("events", "impressions"):
        assert stored(client, home, f"select * from {table}") == []


def test_a_visitor_who_agreed_and_took_it_back(client: Client, home: Home) -> None:
    agree(client)
    shelf = LINK.findall(client.get("/").text)
    fourth = shelf[3]
    page = open_from(client, f"/books/{fourth}", "/")
    assert f'data-isbn="{fourth}"' in page
    open_from(client, "/books?q=emma", f"/books/{fourth}")
    client.get(f"/books/{EMMA}", headers={"referer": f"https://elsewhere.example/books/{fourth}"})
    client.get(f"/books/{EMMA}", headers={"sec-purpose": "prefetch"})
    events = stored(client, home, "select kind, isbn, shelf, position, query, hits from events")
    assert events == [
        ("click", fourth, "popular", 4, None, None),
        ("view", fourth, "popular", 4, None, None),
        ("search", None, None, None, "emma", 1),
        ("view", EMMA, None, None, None, None),
    ]
    shown = dict(stored(client, home, "select shelf || page, isbns from impressions"))
    assert shown["popular/"].split("\n") == shelf[:12]
    assert shown["search/books?q=emma"] == EMMA
    assert f"similar/books/{fourth}" in shown
    agree(client, "no")
    assert "What was noted of your visits is deleted." in client.get("/").text
    for table in ("events", "impressions"):
        assert stored(client, home, f"select * from {table}") == []


def test_pages_of_a_recorded_visitor_are_private(client: Client) -> None:
    agree(client)
    for page in ("/", f"/books/{DUNE}", "/books"):
        assert client.get(page).headers["cache-control"] == "private, no-store"


def test_a_reader_is_recorded_under_the_account(client: Client, home: Home) -> None:
    register(client, "linh", liked_isbns=[IT])
    sign_in(client, "linh")
    home_page = client.get("/").text
    first = LINK.findall(home_page)[0]
    page = open_from(client, f"/books/{first}", "/")
    token = re.search(r'name="csrf_token" value="(\w+)"', page)
    assert token
    keep = {"csrf_token": token[1], "next": f"/books/{first}", "want": first}
    client.post("/keep", data=keep)
    open_from(client, f"/books/{first}", f"/books/{first}")
    events = stored(client, home, "select user_id, kind, isbn, shelf, position from events")
    assert events == [
        ("shop:1", "like", IT, None, None),
        ("shop:1", "click", first, "yours", 1),
        ("shop:1", "view", first, "yours", 1),
        ("shop:1", "want", first, "yours", 1),
    ], "coming back to the page after its form is no second view"
    client.get("/", headers={"dnt": "1"})
    assert len(stored(client, home, "select 1 from impressions where page = '/'")) == len(
        re.findall(r'<ol class="shelf', home_page)
    )


def test_a_view_costs_no_write_on_the_path_of_the_request(client: Client, home: Home) -> None:
    agree(client)
    with contextlib.closing(sqlite3.connect(home.shop_database, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert client.get(f"/books/{DUNE}").status_code == 200
        assert client.get("/books?q=emma").status_code == 200
        assert client.get("/").status_code == 200
        other.execute("rollback")
    assert len(stored(client, home, "select 1 from events")) == 2
