"""``POST /api/v1/events``: taken once, refused by index and field, bounded."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

import pytest

from bookrec.settings import Home
from bookrec.web.api.events import MOST_EVENTS
from bookrec.web.events import recorder as recorder_module
from site_testing import Client, register, write_events

DUNE, EMMA, IT = "0441172717", "0141439580", "1501142976"
VISITOR = {"bookrec-visitor": "a-random-text-of-24-char"}


def stored(client: Client, home: Home, columns: str) -> list[Any]:
    write_events(client)
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        return shop.execute(f"select {columns} from events order by event_id").fetchall()


def test_events_are_stored_once_under_the_reader(client: Client, home: Home) -> None:
    headers = register(client, "linh")
    events = [
        {"id": "a1", "kind": "view", "isbn": "978-0-441-17271-9", "seconds": 5},
        {"id": "a2", "kind": "search", "query": "emma", "hits": 2},
        {"id": "a3", "kind": "rate", "isbn": EMMA, "rating": 3},
    ]
    for _ in range(2):
        answer = client.post("/api/v1/events", json=events, headers=headers)
        assert (answer.status_code, answer.json()) == (202, {"accepted": 3})
    client.post("/api/v1/events", json=[{**events[0], "seconds": 31}], headers=headers)
    assert stored(client, home, "user_id, kind, isbn, seconds, rating, query, hits") == [
        ("shop:1", "view", DUNE, 31, None, None, None),
        ("shop:1", "search", None, None, None, "emma", 2),
        ("shop:1", "rate", EMMA, None, 3, None, None),
    ]


def test_a_click_names_the_list_of_an_answer(client: Client, home: Home) -> None:
    headers = register(client, "linh", liked_isbns=[IT])
    listed = client.get("/api/v1/me/recommendations", headers=headers).json()
    third = listed["items"][2]["book"]["isbn"]
    click = {"id": "c", "kind": "click", "isbn": third, "list_id": listed["list_id"]}
    other = {"id": "d", "kind": "click", "isbn": third, "list_id": "not-a-list", "position": 9}
    assert client.post("/api/v1/events", json=[click, other], headers=headers).status_code == 202
    rows = [row for row in stored(client, home, "kind, shelf, position") if row[0] == "click"]
    assert rows == [("click", "api", 3), ("click", None, None)]


def test_visitors_who_agreed_and_those_who_did_not(client: Client, home: Home) -> None:
    event = [{"id": "a", "kind": "view", "isbn": DUNE}]
    assert client.post("/api/v1/events", json=event).status_code == 401
    refused = client.post("/api/v1/events", json=event, headers={"bookrec-visitor": "me"})
    assert refused.json()["invalid_parameters"][0]["name"] == "bookrec-visitor"
    for signal in ({"dnt": "1"}, {"sec-gpc": "1"}):
        answer = client.post("/api/v1/events", json=event, headers=VISITOR | signal)
        assert (answer.status_code, answer.json()) == (202, {"accepted": 0})
    assert stored(client, home, "*") == []
    assert client.post("/api/v1/events", json=event, headers=VISITOR).json() == {"accepted": 1}
    ((user_id, visitor),) = stored(client, home, "user_id, visitor")
    assert user_id is None
    assert VISITOR["bookrec-visitor"] not in visitor


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"id": "b", "kind": "buys", "isbn": DUNE}, "[1].kind"),
        ({"id": "b", "kind": "view"}, "[1].isbn"),
        ({"id": "b", "kind": "view", "isbn": "0000000000"}, "[1].isbn"),
        ({"id": "b", "kind": "view", "isbn": DUNE, "seconds": -1}, "[1].seconds"),
        ({"id": "b", "kind": "cart", "isbn": DUNE, "seconds": 1}, "[1].seconds"),
        ({"id": "b", "kind": "view", "isbn": DUNE, "rating": 9}, "[1].rating"),
        ({"id": "b", "kind": "search", "query": "x", "isbn": DUNE}, "[1].isbn"),
        ({"id": "b", "kind": "search"}, "[1].query"),
        ({"id": "no space", "kind": "view", "isbn": DUNE}, "[1].id"),
        ({"kind": "view", "isbn": DUNE}, "[1].id"),
        ({"id": "b", "kind": "view", "isbn": DUNE, "price": 1}, "[1].price"),
    ],
)
def test_bad_events_are_named_by_index_and_field(
    visitor: Client, event: dict[str, object], name: str
) -> None:
    good = {"id": "a", "kind": "view", "isbn": DUNE}
    answer = visitor.post("/api/v1/events", json=[good, event], headers=VISITOR)
    assert answer.status_code == 400, answer.text
    assert [p["name"] for p in answer.json()["invalid_parameters"]] == [name], answer.text


def test_a_call_is_bounded(visitor: Client) -> None:
    event = {"kind": "view", "isbn": DUNE}
    many = [{"id": str(number), **event} for number in range(MOST_EVENTS + 1)]
    answer = visitor.post("/api/v1/events", json=many, headers=VISITOR)
    assert answer.json()["invalid_parameters"][0]["name"] == "events"
    long = [{"id": "a", "kind": "search", "query": "x" * 150_000}]
    assert visitor.post("/api/v1/events", json=long, headers=VISITOR).status_code == 413


def test_a_flood_is_bounded_and_lookups_answer(
    client: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 600
    monkeypatch.setattr(recorder_module, "WAITING", most)
    recorder = client.app.state.site.recorder
    statuses = []
    for number in range(30):
        events = [
            {"id": f"{number}.{n}", "kind": "view", "isbn": (DUNE, EMMA, IT)[n % 3]}
            for n in range(MOST_EVENTS)
        ]
        headers = {"bookrec-visitor": f"visitor-number-{number // 10:08}"}
        statuses.append(client.post("/api/v1/events", json=events, headers=headers).status_code)
        assert recorder.waiting <= most
        assert client.get(f"/api/v1/books/{DUNE}").status_code == 200
    assert set(statuses) <= {202, 503}
    assert recorder.waiting <= most
    same = {"bookrec-visitor": "visitor-who-never-stops"}
    again = [
        client.post(
            "/api/v1/events",
            json=[{"id": f"s{n}.{m}", "kind": "view", "isbn": DUNE} for m in range(MOST_EVENTS)],
            headers=same,
        )
        for n in range(14)
    ]
    refused = [answer for answer in again if answer.status_code == 429]
    assert refused or any(answer.status_code == 503 for answer in again)
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    taken = (statuses + [answer.status_code for answer in again]).count(202)
    assert stored(client, home, "count(*)") == [(taken * MOST_EVENTS,)], "what was taken is there"
