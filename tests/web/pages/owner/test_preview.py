"""Previews: the site's own lists, nothing stored, nothing counted."""

from __future__ import annotations

import re

from bookrec.settings import Home
from selling import EMMA, in_shop
from site_testing import Client, bearer, register, write_events

TABLES = ("live_list", "live_list_state", "events", "impressions", "day_count", "shop_interaction")


def rows(owner: Client, home: Home) -> dict[str, int]:
    write_events(owner)
    return in_shop(
        home,
        lambda c: {
            name: c.execute(f"select count(*) from {name}").fetchone()[0] for name in TABLES
        },
    )


def listed(page: str) -> list[str]:
    section = re.search(r'<section aria-labelledby="yours">.*?</section>', page, re.DOTALL)
    assert section
    return re.findall(r'<a class="book-link" href="/books/([^"]+)"', section[0])


def test_a_readers_preview_is_their_own_list(owner: Client, home: Home) -> None:
    reader = register(owner, "binh", liked_isbns=[EMMA, "0141439661"])
    expected = owner.get("/api/v1/me/recommendations?limit=12", headers=reader).json()["items"]
    before = rows(owner, home)
    for name in ("binh", "shop:2"):
        page = owner.get(f"/owner/preview?reader={name}").text
        assert listed(page) == [item["book"]["isbn"] for item in expected]
    assert "Preview: the home page of shop:2" in page
    assert 'form="keep"' not in page.partition("owner-preview")[2]
    assert rows(owner, home) == before


def test_a_new_readers_preview_follows_from_the_liked_books(owner: Client, home: Home) -> None:
    before = rows(owner, home)
    page = owner.get("/owner/preview", params={"liked": f"{EMMA}\nsense and sensibility"}).text
    after = rows(owner, home)
    books = listed(page)
    assert EMMA not in books
    new = register(owner, "chi", liked_isbns=[EMMA, "0141439661"])
    answer = owner.get("/api/v1/me/recommendations?limit=12", headers=new).json()
    assert books == [item["book"]["isbn"] for item in answer["items"]]
    assert after == before


def test_a_reader_of_the_data_set_without_an_account(owner: Client) -> None:
    page = owner.get("/owner/preview?reader=276725")
    assert page.status_code == 200
    assert listed(page.text)


def test_unknown_names_are_named(owner: Client) -> None:
    nobody = owner.get("/owner/preview?reader=<nobody>")
    assert nobody.status_code == 400
    assert "&lt;nobody&gt;" in nobody.text
    no_book = owner.get("/owner/preview", params={"liked": "zzzzqqq"})
    assert no_book.status_code == 400
    assert "zzzzqqq" in no_book.text
    assert bearer(owner, "the-owner")
