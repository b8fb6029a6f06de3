"""Writing of events and impressions: lists they came from, repeated names, seconds."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bookrec.shop.connections import opened
from bookrec.shop.events import Actor, Event, Impression, delete_recorded, write_batch

LINH = Actor(user_id="shop:1")
AN = Actor(user_id="276725")
VISITOR = Actor(visitor="4f1d")
NOW = 1_000_000


def add_readers(connection: sqlite3.Connection) -> None:
    for user_id in ("shop:1", "276725"):
        connection.execute(
            "insert into account (user_id, username, username_folded, password_hash, created_at)"
            " values (?1, ?1, ?1, 'x', 0)",
            (user_id,),
        )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A shop's database with two readers."""
    with opened(tmp_path / "shop.sqlite") as connection:
        add_readers(connection)
        yield connection


def shown(actor: Actor, page: str, *isbns: str, shelf: str = "yours", at: int = NOW) -> Impression:
    return Impression(actor, f"{shelf}-{page}-{at}", shelf, page, isbns, at)


def rows(shop: sqlite3.Connection, columns: str) -> list[Any]:
    with contextlib.closing(shop.execute(f"select {columns} from events order by event_id")) as c:
        return c.fetchall()


def test_a_view_from_a_page_with_a_list_of_the_book_is_a_click_on_that_list(
    shop: sqlite3.Connection,
) -> None:
    view = Event(LINH, "view", NOW + 60, isbn="C", came_from="/")
    lists = [
        shown(LINH, "/", "A", "B", "C"),
        shown(LINH, "/", "C", shelf="because", at=NOW - 5_000),
        shown(LINH, "/books?q=x", "C", "A", shelf="search", at=NOW + 50),
        shown(AN, "/", "X", "C", at=NOW + 55),
    ]
    write_batch(shop, [view], lists)
    assert rows(shop, "kind, isbn, shelf, position, list_id") == [
        ("click", "C", "yours", 3, f"yours-/-{NOW}"),
        ("view", "C", "yours", 3, f"yours-/-{NOW}"),
    ]
    # Coming back to the book's page from the same list is a view, not a second click.
    write_batch(shop, [view], [])
    assert [row[0] for row in rows(shop, "kind")] == ["click", "view", "view"]


@pytest.mark.parametrize(
    ("came_from", "at"),
    [(None, NOW + 60), ("/other", NOW + 60), ("/", NOW + 7 * 3_600), ("/books?q=x", NOW + 60)],
)
def test_other_views_are_no_clicks(
    shop: sqlite3.Connection, came_from: str | None, at: int
) -> None:
    lists = [shown(LINH, "/", "A", "C"), shown(VISITOR, "/books?q=x", "C")]
    write_batch(shop, [Event(LINH, "view", at, isbn="C", came_from=came_from)], lists)
    assert rows(shop, "kind, shelf, position") == [("view", None, None)]


def test_what_follows_a_click_belongs_to_its_list(shop: sqlite3.Connection) -> None:
    click = Event(VISITOR, "view", NOW, isbn="B", came_from="/")
    write_batch(shop, [click], [shown(VISITOR, "/", "A", "B")])
    later = [
        Event(VISITOR, "cart", NOW + 100, isbn="B"),
        Event(VISITOR, "buy", NOW + 8 * 86_400, isbn="B"),
        Event(VISITOR, "cart", NOW + 100, isbn="A"),
        Event(LINH, "cart", NOW + 100, isbn="B"),
    ]
    write_batch(shop, later, [])
    assert rows(shop, "kind, shelf, position")[2:] == [
        ("cart", "yours", 2),
        ("buy", None, None),
        ("cart", None, None),
        ("cart", None, None),
    ]


def test_a_name_counts_once_for_each_actor(shop: sqlite3.Connection) -> None:
    first = Event(LINH, "want", NOW, isbn="A", client_id="e1")
    again = Event(LINH, "dismiss", NOW + 1, isbn="B", client_id="e1")
    other = Event(AN, "want", NOW, isbn="A", client_id="e1")
    write_batch(shop, [first, again, other], [])
    write_batch(shop, [first], [])
    assert rows(shop, "user_id, kind, isbn") == [
        ("shop:1", "want", "A"),
        ("276725", "want", "A"),
    ]


def test_the_seconds_of_a_view_only_grow(shop: sqlite3.Connection) -> None:
    def view(seconds: int | None, isbn: str = "A") -> Event:
        return Event(LINH, "view", NOW, isbn=isbn, client_id="v1", seconds=seconds)

    for seconds, stored in ((None, None), (12, 12), (5, 12), (40, 40), (99_999, 7_200)):
        write_batch(shop, [view(seconds)], [])
        assert rows(shop, "seconds") == [(stored,)]
    write_batch(shop, [view(90_000, isbn="B")], [])
    assert rows(shop, "isbn, seconds") == [("A", 7_200)], "the name is of another book's view"


def test_a_visitor_who_withdraws_leaves_nothing(shop: sqlite3.Connection) -> None:
    events = [
        Event(VISITOR, "search", NOW, query="dune" * 100, hits=2),
        Event(LINH, "view", NOW, isbn="A"),
    ]
    write_batch(shop, events, [shown(VISITOR, "/", "A"), shown(LINH, "/", "A")])
    assert rows(shop, "visitor, length(query), hits")[0] == ("4f1d", 200, 2)
    delete_recorded(shop, VISITOR)
    assert rows(shop, "user_id") == [("shop:1",)]
    assert shop.execute("select user_id from impressions").fetchall() == [("shop:1",)]


def test_readers_who_left_or_switched_off_are_left_out(shop: sqlite3.Connection) -> None:
    shop.execute("delete from account where user_id = '276725'")
    shop.execute("update account set records_events = 0 where user_id = 'shop:1'")
    events = [Event(actor, "view", NOW, isbn="A") for actor in (LINH, AN, VISITOR)]
    write_batch(shop, events, [shown(LINH, "/", "A"), shown(AN, "/", "A")])
    assert rows(shop, "user_id, visitor") == [(None, "4f1d")]
    assert shop.execute("select count(*) from impressions").fetchone() == (0,)


def test_nobody_and_two_are_no_actor(shop: sqlite3.Connection) -> None:
    for actor in (Actor(), Actor("shop:1", "4f1d")):
        with pytest.raises(sqlite3.IntegrityError):
            write_batch(shop, [Event(actor, "view", NOW, isbn="A")], [])
