"""Addresses of books with codes of any characters, in process and on a real server."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from bookrec.settings import Home
from bookrec.snapshot import current_snapshot
from bookrec.web.kit.addresses import book_path, id_in_path, id_of_parameter, whole_id_path
from bookrec.web.kit.cookies import RECENT, recent_cookie, recent_isbns
from site_testing import Client, Server, form_token, open_client, register, sign_in

CODES = {
    "0141439513": "VH/00013",
    "0141439580": "#15",
    "0141439661": "SÁCH 01",
    "0141441143": "50%2F?A",
    "0141439556": "A//B/",
    "0141439564": "VH-14",
}
"""ISBNs of the small snapshot → codes of a shop in their places."""


@pytest.fixture
def coded_home(home: Home, snapshot_id: str) -> Home:
    """A home whose catalogue has codes of a shop among its ISBNs."""
    path = current_snapshot(home.snapshots) / "snapshot.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for isbn, code in CODES.items():
            connection.execute("update book set isbn = ? where isbn = ?", (code, isbn))
    return home


@pytest.mark.parametrize("code", [*CODES.values(), "0306406152~2", "made:0a1b2c3d4e5f", "ml:357"])
def test_an_address_leads_back_to_its_id(code: str) -> None:
    for end in ("", "/rating", "/rating/delete"):
        path = whole_id_path(unquote(book_path(code)) + end)
        segment = path.removeprefix("/books/").removesuffix(end)
        assert "/" not in segment
        assert id_of_parameter(segment) == code
    assert not set(id_in_path(code)) & set("/?# ")


def test_other_addresses_stay() -> None:
    for path in ("/", "/books", "/books/0141439513", "/api/v1/books/popular", "/claim/a%b"):
        assert whole_id_path(path) == path
    assert whole_id_path("/api/v1/books/VH/1/similar") == "/api/v1/books/VH%2F1/similar"
    assert whole_id_path("/covers/VH/1.svg") == "/covers/VH%2F1.svg"


def test_a_cookie_holds_ids_of_any_characters() -> None:
    jar: dict[str, str] = {}
    for code in CODES.values():
        value = recent_cookie(jar, code, secure=False).value
        assert value is not None
        assert value.isascii()
        assert not set(value) & set('/;," ')
        jar = {RECENT: value}
    assert recent_isbns(jar) == list(CODES.values())[::-1]


@pytest.mark.slow
def test_books_with_codes_on_a_real_server(
    serve: Callable[..., Server], coded_home: Home, tmp_path: Path
) -> None:
    address = serve().address
    api = f"{address}/api/v1"
    for code in CODES.values():
        page = httpx.get(address + book_path(code))
        assert page.status_code == 200, code
        assert f'action="{book_path(code)}/rating"' in page.text or "/login?next=" in page.text
        answer = httpx.get(f"{api}/books/{id_in_path(code)}")
        assert answer.json()["isbn"] == code
        assert httpx.get(f"{api}/books/{id_in_path(code)}/similar").status_code == 200
        assert httpx.get(f"{address}/covers/{id_in_path(code)}.svg").status_code == 200
        assert [b["isbn"] for b in httpx.get(f"{api}/books", params={"q": code}).json()["items"]][
            :1
        ] == [code]
    missing = httpx.get(f"{api}/books/NO%2FBOOK%23")
    assert (missing.status_code, missing.json()["instance"]) == (404, "/api/v1/books/NO%2FBOOK%23")
    translated = httpx.get(f"{address}{book_path('#15')}?lang=vi")
    assert translated.headers["location"] == book_path("#15")


def test_a_reader_rates_books_with_codes(coded_home: Home) -> None:
    # Litestar's test client decodes a path twice, which no server does.
    codes = [code for code in CODES.values() if "%" not in code]
    with open_client(coded_home) as client:
        headers = register(client, "anna", liked_isbns=["vh-14"])
        for code in codes:
            path = f"/api/v1/me/ratings/{id_in_path(code)}"
            assert client.put(path, headers=headers, json={"rating": 8}).status_code == 200
        rated = client.get("/api/v1/me/ratings", headers=headers).json()["items"]
        assert {item["book"]["isbn"] for item in rated} == set(codes)
        path = f"/api/v1/me/ratings/{id_in_path('VH/00013')}"
        assert client.delete(path, headers=headers).status_code == 204
        _rate_by_form(client, "VH/00013")
        assert {book_path(code) for code in codes} <= set(_links(client.get("/me").text))


def _rate_by_form(client: Client, code: str) -> None:
    sign_in(client)
    page = client.get(book_path(code))
    assert f'action="{book_path(code)}/rating"' in page.text
    form = {"csrf_token": form_token(page.text), "rating": "9"}
    answer = client.post(f"{book_path(code)}/rating", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, book_path(code))
    late = client.post(f"{book_path(code)}/rating/delete", data=form)
    assert late.headers["location"] == book_path(code)
    client.post(f"{book_path(code)}/rating", data=form)


def _links(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('href="')[1:]]


@pytest.mark.parametrize(
    "spelling",
    [
        "014143984X",
        "014143984x",
        "0-14-143984-x",
        "9780141439846",
        "978-0-14-143984-6",
        "978 0 14 143984 6",
        " 014143984X",
        "\u200b014143984X",
        "９７８０１４１４３９８４６",
        '="014143984X"',
    ],
)
def test_every_door_takes_every_spelling_of_an_isbn(visitor: Client, spelling: str) -> None:
    segment = id_in_path(spelling)
    assert visitor.get(f"/api/v1/books/{segment}").json()["isbn"] == "014143984X"
    assert visitor.get(f"/books/{segment}").status_code == 200
    assert visitor.get(f"/books/{segment}/").status_code == 200
    assert visitor.get(f"/covers/{segment}.svg").status_code == 200
    assert visitor.get(f"/api/v1/books/{segment}/similar").status_code == 200
    items = visitor.get("/api/v1/books", params={"q": spelling}).json()["items"]
    assert [book["isbn"] for book in items] == ["014143984X"]
