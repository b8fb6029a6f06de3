"""JSON API of live sessions: both sides, and what is refused."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

import pytest

from bookrec.settings import Home
from bookrec.snapshot import DATABASE_NAME
from bookrec.web.accounts.cli import create_account
from selling import DUNE, EMMA, offer
from site_testing import PASSWORD, Client, bearer, register, sign_in
from small_snapshot import build_snapshot

CARRIE = "0743412281"
VISITOR = {"bookrec-visitor": "a-random-text-of-24-char"}


@pytest.fixture
def host(client: Client, home: Home) -> dict[str, str]:
    """Headers of an operator."""
    create_account(home, "the-owner", PASSWORD, operator=True)
    return bearer(client, "the-owner")


@pytest.fixture
def session(client: Client, host: dict[str, str]) -> dict[str, Any]:
    """A session that is open."""
    answer = client.post("/api/v1/host", json={"name": "Friday"}, headers=host)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_session_over_the_api(client: Client, host, session, home: Home) -> None:
    offer(home, **{f"i{EMMA}": (85_000, 3), f"i{CARRIE}": (60_000, 9)})
    path, link = f"/api/v1/host/{session['session']}", f"/api/v1/live/{session['code']}"
    assert (session["rule"], session["ended_at"]) == ("fair", None)
    reader = register(client, "anna")
    for headers in (reader, VISITOR):
        assert client.post(f"{link}/members", headers=headers).status_code == 204
    view = client.get(path, headers=host).json()
    assert (view["here"], view["readers"], view["served"], view["stage"]) == (2, 1, 0, None)
    assert {item["book"]["isbn"] for item in view["next"]} == {EMMA, CARRIE}
    shares = [item["share"] for item in view["next"]]
    assert shares == sorted(shares, reverse=True)

    staged = client.post(
        f"{path}/actions", json={"action": "stage", "isbn": "978-0-14-143958-7"}, headers=host
    )
    assert staged.status_code == 201, staged.text
    stage = client.get(link, headers=VISITOR).json()
    assert (stage["book"]["isbn"], stage["joined"], stage["reactions"]) == (EMMA, True, [])
    assert stage["book"]["price"] == 85_000
    for headers, kind, text in ((reader, "like", ""), (VISITOR, "question", "Why?")):
        answer = client.post(
            f"{link}/reactions", json={"kind": kind, "isbn": EMMA, "text": text}, headers=headers
        )
        assert answer.json()["event"] > staged.json()["event"]
    assert client.get(link, headers=reader).json()["reactions"] == ["like"]
    client.post(f"{path}/actions", json={"action": "queue", "isbn": DUNE}, headers=host)
    view = client.get(path, headers=host).json()
    assert (view["stage"]["like"], view["stage"]["question"], view["unserved"]) == (1, 1, 1)
    assert view["questions"] == [{"text": "Why?", "title": "Emma"}]
    assert [item["book"]["isbn"] for item in view["queue"]] == [DUNE]
    assert view["queue"][0]["share"] is None  # without stock it was no candidate
    assert [item["book"]["isbn"] for item in view["next"]] == [CARRIE]

    client.delete(f"{link}/members", headers=VISITOR)
    assert client.get(path, headers=host).json()["here"] == 1
    assert client.delete(path, headers=host).status_code == 204
    assert client.post(f"{link}/members", headers=VISITOR).status_code == 409
    late = client.post(f"{link}/reactions", json={"kind": "like", "isbn": EMMA}, headers=reader)
    assert late.status_code == 409
    assert "over" in late.json()["detail"]
    report = client.get(f"{path}/report", headers=host).json()
    assert report["session"]["ended_at"]
    assert [(b["isbn"], b["like"], b["question"]) for b in report["shown"]] == [(EMMA, 1, 1)]
    assert client.get("/api/v1/host", headers=host).json()["items"] == [report["session"]]


def test_the_host_has_a_second_opinion_by_cosine(client: Client, host, session, home: Home) -> None:
    database = home.snapshots / build_snapshot(home) / DATABASE_NAME
    book_id = "(select book_id from book where isbn = '{}')".format
    rows = (
        f"({book_id(DUNE)}, 1, {book_id(EMMA)}, 0.5), ({book_id(DUNE)}, 2, {book_id(CARRIE)}, 0.2)"
    )
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"insert into cosine_top values {rows}")
    path, link = f"/api/v1/host/{session['session']}", f"/api/v1/live/{session['code']}"

    def by_cosine() -> list[str]:
        return [book["isbn"] for book in client.get(path, headers=host).json()["by_cosine"]]

    client.post(f"{link}/members", headers=VISITOR)
    client.post(f"{path}/actions", json={"action": "stage", "isbn": DUNE}, headers=host)
    assert by_cosine() == []
    client.post(f"{link}/reactions", json={"kind": "like", "isbn": DUNE}, headers=VISITOR)
    assert by_cosine() == [EMMA, CARRIE]
    client.post(f"{path}/actions", json={"action": "queue", "isbn": EMMA}, headers=host)
    assert by_cosine() == [CARRIE]
    sign_in(client, "the-owner")
    page = client.get(f"/host/{session['session']}").text
    assert f'show next: <a href="/books/{CARRIE}">Carrie</a>' in page


def test_readers_are_no_hosts(client: Client, session) -> None:
    reader = register(client, "anna")
    path = f"/api/v1/host/{session['session']}"
    for method, where in (("GET", path), ("GET", f"{path}/stream"), ("DELETE", path)):
        answer = client.request(method, where, headers=reader)
        assert answer.status_code == 403, where
        assert "operators" in answer.json()["detail"]
    assert client.get(path).status_code == 401


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"action": "stage", "isbn": "0000000000"}, "isbn"),
        ({"action": "move", "isbn": EMMA}, "place"),
        ({"action": "queue", "isbn": EMMA, "place": 1}, "place"),
        ({"action": "sell", "isbn": EMMA}, "action"),
    ],
)
def test_an_action_that_makes_no_sense_is_named(client: Client, host, session, body, name) -> None:
    answer = client.post(f"/api/v1/host/{session['session']}/actions", json=body, headers=host)
    assert answer.status_code == 400
    assert [p["name"] for p in answer.json()["invalid_parameters"]] == [name]


def test_a_reaction_that_makes_no_sense_is_refused(client: Client, host, session) -> None:
    link = f"/api/v1/live/{session['code']}"

    def react(**body: str) -> int:
        answer = client.post(f"{link}/reactions", json=body, headers=VISITOR)
        return int(answer.status_code)

    assert react(kind="like", isbn=EMMA) == 400  # has not joined
    client.post(f"{link}/members", headers=VISITOR)
    assert react(kind="like", isbn=EMMA) == 404  # not on stage
    client.post(
        f"/api/v1/host/{session['session']}/actions",
        json={"action": "stage", "isbn": EMMA},
        headers=host,
    )
    assert react(kind="like", isbn=EMMA, text="why") == 400
    assert react(kind="question", isbn=EMMA, text=" ") == 400
    assert react(kind="love", isbn=EMMA) == 400
    assert react(kind="like", isbn=EMMA) == 201
    assert client.get(f"{link}", headers={"bookrec-visitor": "short"}).status_code == 400
    assert client.get(f"{link}").status_code == 401
    assert client.get("/api/v1/live/nosuch00", headers=VISITOR).status_code == 404
    assert client.get("/api/v1/host/77", headers=host).status_code == 404
