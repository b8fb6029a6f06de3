"""Books corrected, added and promoted: readers see it at once, in pages and API."""

from __future__ import annotations

import contextlib
import re
import sqlite3

from bookrec.settings import Home
from bookrec.snapshot import DATABASE_NAME
from owner_pages import OWNER, send
from selling import DUNE, EMMA
from site_testing import Client, bearer, form_token, register, sign_in
from small_snapshot import build_snapshot

FIELDS = {
    "title": "Emma",
    "author": "Jane Austen",
    "publisher": "Penguin Books",
    "year": "2003",
}


def promoted_on(page: str) -> list[str]:
    section = re.search(r'<section class="promoted".*?</section>', page, re.DOTALL)
    return re.findall(r'href="/books/([^"]+)"', section[0]) if section else []


def test_a_correction_is_seen_at_once_and_taken_back(owner: Client) -> None:
    tag = owner.get(f"/api/v1/books/{EMMA}").headers["etag"]
    typed = FIELDS | {"title": "Emma & co", "year": ""}
    assert send(owner, "/owner/book", isbn=EMMA, action="save", **typed).status_code == 303
    answer = owner.get(f"/api/v1/books/{EMMA}")
    assert answer.headers["etag"] != tag
    assert (answer.json()["title"], answer.json()["year"]) == ("Emma & co", None)
    assert "Emma &amp; co" in owner.get(f"/books/{EMMA}").text
    assert "Your data say: Emma" in owner.get(f"/owner/book?isbn={EMMA}").text
    send(owner, "/owner/book", isbn=EMMA, action="remove")
    assert owner.get(f"/api/v1/books/{EMMA}").json()["title"] == "Emma"


def test_a_field_that_is_not_taken_keeps_what_was_typed(owner: Client) -> None:
    typed = FIELDS | {"title": "Other", "year": "long ago"}
    answer = send(owner, "/owner/book", isbn=EMMA, action="save", **typed)
    assert answer.status_code == 400
    assert 'value="long ago"' in answer.text
    assert owner.get(f"/api/v1/books/{EMMA}").json()["title"] == "Emma"


def test_an_added_book_can_be_found_rated_and_bought(owner: Client) -> None:
    new = {"isbn": "978-604-1-23456-7", "title": "Đất rừng", "author": "Đoàn Giỏi"}
    answer = send(owner, "/owner/book/new", **new, price="85000", stock="2")
    isbn = answer.headers["location"].rpartition("=")[2]
    page = owner.get(f"/books/{isbn}")
    assert page.status_code == 200
    assert "₫85,000" in page.text
    assert "Đất rừng" in owner.get("/books?q=dat+rung").text
    reader = bearer(owner, OWNER)
    rated = owner.put(f"/api/v1/me/ratings/{isbn}", json={"rating": 9}, headers=reader)
    assert rated.status_code == 200
    assert owner.get("/api/v1/me/recommendations", headers=reader).status_code == 200
    assert owner.get("/me").status_code == 200
    again = send(owner, "/owner/book/new", **new)
    assert again.headers["location"] == f"/owner/book?isbn={isbn}"
    send(owner, "/owner/book", isbn=isbn, action="remove")
    assert owner.get(f"/books/{isbn}").status_code == 404


def test_a_new_book_needs_a_title(owner: Client) -> None:
    answer = send(owner, "/owner/book/new", isbn="VH/1", title=" ")
    assert answer.status_code == 400
    assert "“Title”" in answer.text


def test_a_promoted_book_is_marked_and_stands_apart(owner: Client, home: Home) -> None:
    for isbn in (EMMA, DUNE):
        send(owner, "/owner/book", isbn=isbn, action="promote")
    assert owner.get(f"/api/v1/books/{EMMA}").json()["promoted"] is True
    assert "promoted" not in owner.get("/api/v1/books/0345806786").json()
    owner.cookies.clear()
    visitor = owner.get("/").text
    assert set(promoted_on(visitor)) == {EMMA, DUNE}
    assert visitor.count("Promoted by the shop</span>") == 2
    links = re.findall(r'<a class="book-link" href="/books/([^"]+)"', visitor)
    assert len(links) == len(set(links)), "no book is on the page twice"

    # Emma is the reader's, Dune is dismissed.
    reader = register(owner, liked_isbns=[EMMA])
    owner.put(f"/api/v1/me/dismissed/{DUNE}", headers=reader)
    sign_in(owner)
    assert promoted_on(owner.get("/").text) == []

    owner.cookies.clear()
    sign_in(owner, OWNER)
    send(owner, "/owner/book", isbn=EMMA, action="end_promotion")
    owner.cookies.clear()
    assert promoted_on(owner.get("/").text) == [DUNE]


def test_a_book_has_the_opinion_of_its_readers_by_cosine(owner: Client, home: Home) -> None:
    heading = "Readers who liked this also liked (cosine)"
    assert heading not in owner.get(f"/owner/book?isbn={DUNE}").text
    database = home.snapshots / build_snapshot(home) / DATABASE_NAME
    dune, emma = (f"(select book_id from book where isbn = '{isbn}')" for isbn in (DUNE, EMMA))
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"insert into cosine_top values ({dune}, 1, {emma}, 0.5)")
    page = owner.get(f"/owner/book?isbn={DUNE}").text
    section = page[page.index(heading) :]
    assert re.findall(r"/owner/book\?isbn=(\w+)", section) == [EMMA]


def test_forms_without_a_token_change_nothing(owner: Client) -> None:
    assert form_token(owner.get("/owner/settings").text)
    answer = owner.post("/owner/book", data={"isbn": EMMA, "action": "promote"})
    assert answer.status_code == 403
    assert "promoted" not in owner.get(f"/api/v1/books/{EMMA}").json()


def test_a_promoted_book_leaves_the_readers_own_list_for_its_place(owner: Client) -> None:
    reader = register(owner, "hoa", liked_isbns=["0345342968"])
    best = owner.get("/api/v1/me/recommendations?limit=1", headers=reader).json()["items"][0]
    isbn = best["book"]["isbn"]
    send(owner, "/owner/book", isbn=isbn, action="promote")
    owner.cookies.clear()
    sign_in(owner, "hoa")
    page = owner.get("/").text
    links = re.findall(r'<a class="book-link" href="/books/([^"]+)"', page)
    assert promoted_on(page) == [isbn]
    assert links.count(isbn) == 1
    own = re.search(r'<section aria-labelledby="yours">.*?</section>', page, re.DOTALL)
    assert own
    assert own[0].count('class="book-link"') == 12
    # The API's list is the model's own; the book is marked there.
    again = owner.get("/api/v1/me/recommendations?limit=1", headers=reader).json()["items"][0]
    assert again["book"]["promoted"] is True
