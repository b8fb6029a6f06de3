"""Seconds of a page, as its script sends them."""

from __future__ import annotations

import contextlib
import re
import sqlite3

from bookrec.settings import Home
from site_testing import Client, form_token, register, sign_in, write_events

DUNE, EMMA = "0441172717", "0141439580"


def test_seconds_reach_the_view_and_what_does_not_fit_is_left_out(
    client: Client, home: Home
) -> None:
    register(client, "linh")
    sign_in(client, "linh")
    page = client.get(f"/books/{DUNE}").text
    view = re.search(r'data-view="([\w-]{12})" data-isbn="(\w+)"', page)
    assert view
    fields = {"csrf_token": form_token(page), "view": view[1], "isbn": view[2]}
    for seconds in ("7", "31", "-1", "x", "", "9999999"):
        sent = client.post("/seconds", data={**fields, "seconds": seconds})
        assert (sent.status_code, sent.content) == (204, b"")
    for wrong in ({"isbn": EMMA}, {"isbn": "none"}, {"view": "short"}):
        sent = client.post("/seconds", data={**fields, "seconds": "90", **wrong})
        assert sent.status_code == 204
    assert client.post("/seconds", data={"view": view[1]}).status_code == 403
    write_events(client)
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        rows = shop.execute("select isbn, seconds from events where kind = 'view'").fetchall()
    assert rows == [(DUNE, 31)]


def test_nobody_elses_seconds(client: Client, home: Home) -> None:
    headers = {"origin": "http://testserver.local"}
    data = {"csrf_token": "", "view": "abcdefghijkl", "isbn": DUNE, "seconds": "5"}
    assert client.post("/seconds", data=data, headers=headers).status_code == 204
    write_events(client)
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        assert shop.execute("select * from events").fetchall() == []
