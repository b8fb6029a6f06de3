"""The audience's page: joining, reacting, and what is noted of whom."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

import pytest

from bookrec.settings import Home
from bookrec.shop.live import members
from bookrec.web.live import hub
from selling import DUNE, EMMA, offer
from site_testing import PASSWORD, Client, register, write_events

CARRIE, SHINING = "0743412281", "0345806786"


def rows(home: Home, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        return shop.execute(query).fetchall()


def test_a_visitor_joins_by_pressing_the_button(session, home: Home) -> None:
    someone = session.someone()
    page = someone.get(session.link).text
    assert "By joining you agree" in page
    assert rows(home, "select count(*) from live_member") == [(0,)]
    answer = someone.post(f"{session.link}/join", session.link)
    assert answer.headers["location"] == session.link
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "bookrec_live" in c)
    assert f"Path={session.link}" in cookie
    assert "HttpOnly" in cookie
    assert "Max-Age" not in cookie  # it ends with the browser
    value = cookie.split("=")[1].split(";")[0]
    ((user_id, visitor),) = rows(home, "select user_id, visitor from live_member")
    assert user_id is None
    assert value not in visitor
    assert "The first book is on its way" in someone.get(session.link).text
    someone.post(f"{session.link}/join", session.link)
    assert rows(home, "select count(*) from live_member") == [(1,)]


def test_a_link_in_other_letters_leads_to_the_same_page(session) -> None:
    code = session.link.rpartition("/")[2]
    answer = session.someone().get(f"/live/{code.upper()}")
    assert answer.headers["location"] == session.link
    assert session.someone().get("/live/nosuch00").status_code == 404


def test_reactions_are_shown_as_pressed(session, home: Home) -> None:
    offer(home, **{f"i{EMMA}": (85_000, 3)})
    member = session.member()
    session.act("stage", EMMA)
    assert member.get(session.link).text.count('aria-pressed="false"') == 4
    for kind in ("like", "cart"):
        assert session.react(member, kind, EMMA).headers["location"] == session.link
    page = member.get(session.link).text
    assert page.count('aria-pressed="true"') == 2
    assert "In the cart" in page
    session.react(member, "dismiss", EMMA)
    assert member.get(session.link).text.count('aria-pressed="true"') == 2  # no longer liked
    cart = member.get("/cart").text
    assert "Emma" in cart
    assert session.member().get(session.link).text.count('aria-pressed="true"') == 0


def test_the_script_gets_the_parts_alone(session) -> None:
    member = session.member()
    session.act("stage", CARRIE)
    answer = session.react(member, "like", CARRIE, script="1")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    assert answer.text.count('aria-pressed="true"') == 1
    assert "csrf_token" not in answer.text


def test_a_book_without_stock_has_no_cart(session, home: Home) -> None:
    offer(home, **{f"i{DUNE}": (120_000, 0)})
    member = session.member()
    session.act("stage", DUNE)
    assert 'name="cart"' not in member.get(session.link).text
    session.react(member, "cart", DUNE)
    assert rows(home, "select count(*) from live_event where kind = 'cart'") == [(0,)]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"like": DUNE}, 404),  # not on stage
        ({"like": CARRIE, "want": CARRIE}, 400),
        ({}, 400),
        ({"question": CARRIE, "text": "x" * 301}, 400),
        ({"question": CARRIE, "text": "  "}, 303),  # nothing was asked
    ],
)
def test_what_cannot_be_taken_is_refused(session, home: Home, fields, status) -> None:
    member = session.member()
    session.act("stage", CARRIE)
    assert member.post(f"{session.link}/react", session.link, **fields).status_code == status
    assert rows(home, "select count(*) from live_event where member_id is not null") == [(1,)]


def test_only_members_react(session, home: Home) -> None:
    session.act("stage", CARRIE)
    assert session.react(session.someone(), "like", CARRIE).headers["location"] == session.link
    assert rows(home, "select count(*) from live_event where kind = 'like'") == [(0,)]


def test_nobody_reacts_too_often(session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_REACTIONS", 2)
    member, other = session.member(), session.member()
    session.act("stage", CARRIE)
    statuses = [session.react(member, "like", CARRIE).status_code for _ in range(3)]
    assert statuses == [303, 303, 429]
    assert session.react(other, "like", CARRIE).status_code == 303


def test_a_full_session_says_so(session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST_MEMBERS", 1)
    session.member()
    answer = session.someone().post(f"{session.link}/join", session.link)
    assert answer.status_code == 409
    assert "no room for more" in answer.text
    assert "bookrec_live" not in str(answer.headers)


def test_leaving_and_coming_back(session) -> None:
    member = session.member()
    session.member()
    member.post(f"{session.link}/leave", session.link)
    assert "By joining you agree" in member.get(session.link).text
    assert "of 2 who joined" in session.host.get(session.path).text
    assert "<strong>1</strong>" in session.host.get(session.path).text
    member.post(f"{session.link}/join", session.link)
    assert "<strong>2</strong>" in session.host.get(session.path).text


def test_reactions_of_recorded_people_go_into_the_shop_events(
    session, client: Client, home: Home
) -> None:
    register(client, "anna")
    reader = session.someone()
    reader.post("/login", "/login", username="anna", password=PASSWORD, next="/")
    reader.post(f"{session.link}/join", session.link)
    agreed, silent, refusing = session.someone(), session.member(), session.someone()
    agreed.post("/consent", session.link, answer="yes", next="/")
    agreed.post(f"{session.link}/join", session.link)
    refusing.post(f"{session.link}/join", session.link)
    session.act("stage", CARRIE)
    session.react(reader, "want", CARRIE)
    session.react(reader, "like", CARRIE)
    session.react(agreed, "dismiss", CARRIE)
    session.react(silent, "like", CARRIE)
    write_events(client)
    number = rows(home, "select min(event_id) from live_event where kind = 'staged'")[0][0]
    noted = rows(
        home, "select user_id, kind, isbn, shelf, position, list_id from events order by 1, 2"
    )
    list_id = f"live.1.{number}"
    assert noted == [
        (None, "dismiss", CARRIE, "live", 1, list_id),
        ("shop:2", "like", CARRIE, "live", 1, list_id),
        ("shop:2", "want", CARRIE, "live", 1, list_id),
    ]
    assert rows(home, "select user_id, isbn, shelf from shelf_book") == [("shop:2", CARRIE, "want")]
    report = session.host.get(f"{session.path}/report").text
    assert "to the shop: 3. People behind them: 2." in report


def test_whoever_signals_refusal_joins_and_is_not_recorded(
    session, client: Client, home: Home
) -> None:
    register(client, "anna")
    reader = session.someone()
    reader.post("/login", "/login", username="anna", password=PASSWORD, next="/")
    client.headers["sec-gpc"] = "1"
    reader.post(f"{session.link}/join", session.link)
    session.act("stage", CARRIE)
    assert session.react(reader, "want", CARRIE).status_code == 303
    del client.headers["sec-gpc"]
    write_events(client)
    assert rows(home, "select count(*) from events where shelf = 'live'") == [(0,)]
    assert rows(home, "select count(*) from shelf_book") == [(0,)]
    assert rows(home, "select kind from live_event where member_id is not null") == [
        ("joined",),
        ("want",),
    ]


def test_a_reader_who_leaves_the_shop_stays_a_number(session, client: Client, home: Home) -> None:
    headers = register(client, "anna")
    reader = session.someone()
    reader.post("/login", "/login", username="anna", password=PASSWORD, next="/")
    reader.post(f"{session.link}/join", session.link)
    session.act("stage", CARRIE)
    session.react(reader, "question", CARRIE, text="My secret?")
    data = client.get("/api/v1/me/data", headers=headers).json()["tables"]
    assert [row["text"] for row in data["live_event"]] == ["", "My secret?"]
    assert len(data["live_member"]) == 1
    client.delete("/api/v1/me", headers=headers)
    assert rows(home, "select user_id from live_member") == [(None,)]
    assert rows(home, "select kind, text from live_event where member_id is not null") == [
        ("joined", ""),
        ("question", ""),
    ]
