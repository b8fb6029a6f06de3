"""Events of a visitor move to the reader who signs in."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.shop.connections import opened
from bookrec.shop.events import Actor, Event, Impression, write_batch
from bookrec.shop.visitor_events import move_events

VISITOR, OTHER, LINH = Actor(visitor="4f1d"), Actor(visitor="77aa"), Actor(user_id="shop:1")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A shop's database with a reader, two visitors and their events."""
    with opened(tmp_path / "shop.sqlite") as connection:
        connection.execute(
            "insert into account (user_id, username, username_folded, password_hash, created_at)"
            " values ('shop:1', 'linh', 'linh', 'x', 0)"
        )
        events = [
            Event(VISITOR, "view", 100, isbn="A"),
            Event(VISITOR, "view", 200, isbn="B", client_id="same", seconds=5),
            Event(OTHER, "view", 300, isbn="C"),
            Event(LINH, "view", 200, isbn="B", client_id="same", seconds=9),
        ]
        shown = [
            Impression(who, f"list-{place}", "popular", "/", ("A", "C"), 90)
            for place, who in enumerate((VISITOR, OTHER))
        ]
        write_batch(connection, events, shown)
        yield connection


def rows(shop: sqlite3.Connection, table: str, columns: str) -> list[tuple[object, ...]]:
    with contextlib.closing(shop.execute(f"select {columns} from {table} order by 1, 2, 3")) as c:
        return c.fetchall()


def test_events_and_lists_of_the_visitor_become_the_readers(shop: sqlite3.Connection) -> None:
    assert move_events(shop, VISITOR, "shop:1") == 1
    assert rows(shop, "events", "created_at, isbn, user_id, visitor, seconds") == [
        (100, "A", "shop:1", None, None),
        (200, "B", "shop:1", None, 9),  # the reader's own row of that name stays
        (300, "C", None, "77aa", None),
    ]
    assert rows(shop, "impressions", "list_id, user_id, visitor") == [
        ("list-0", "shop:1", None),
        ("list-1", None, "77aa"),
    ]


def test_a_view_that_the_reader_has_keeps_the_longer_time(shop: sqlite3.Connection) -> None:
    events = [
        Event(VISITOR, "view", 400, isbn="D", client_id="longer", seconds=20),
        Event(LINH, "view", 390, isbn="D", client_id="longer", seconds=7),
        Event(VISITOR, "view", 400, isbn="E", client_id="no time yet", seconds=3),
        Event(LINH, "view", 390, isbn="E", client_id="no time yet"),
        Event(VISITOR, "view", 400, isbn="F", client_id="other book", seconds=50),
        Event(LINH, "view", 390, isbn="G", client_id="other book", seconds=1),
    ]
    write_batch(shop, events, [])
    move_events(shop, VISITOR, "shop:1")
    seconds = {isbn: s for isbn, s, _ in rows(shop, "events", "isbn, seconds, user_id")}
    assert seconds == {"A": None, "B": 9, "C": None, "D": 20, "E": 3, "G": 1}


@pytest.mark.parametrize("reader", ["records nothing", "is gone"])
def test_nothing_moves_to_an_account_that(shop: sqlite3.Connection, reader: str) -> None:
    if reader == "is gone":
        shop.execute("delete from account")
    else:
        shop.execute("update account set records_events = 0")
    before = rows(shop, "events", "created_at, isbn, user_id, visitor")
    assert move_events(shop, VISITOR, "shop:1") == 0
    assert rows(shop, "events", "created_at, isbn, user_id, visitor") == before
    assert rows(shop, "impressions", "list_id, user_id, visitor")[0] == ("list-0", None, "4f1d")
