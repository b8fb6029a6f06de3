"""Shelves of the home page beside the reader's list."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.shop.schema import migrate
from bookrec.snapshot import current_snapshot
from bookrec.web.recommendations.home_shelves import HomeShelf, newest_books, reader_shelves
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import books_by_isbn, similar_books
from bookrec.web.store.reader_history import build_history
from bookrec.web.store.snapshot_reader import Snapshot

CARRIE, DUNE, FOUNDATION, LEFT_HAND = "0743412281", "0441172717", "0553293354", "0441478123"


@pytest.fixture(scope="module")
def snapshot(published_snapshot: Path) -> Snapshot:
    return Snapshot(current_snapshot(published_snapshot))


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopFront]:
    """A shop without prices."""
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield ShopFront(connection, 1)


def shelves(
    snapshot: Snapshot,
    front: ShopFront,
    *rows: tuple[str, str, int | None],
    opened: tuple[str, ...] = (),
) -> list[HomeShelf]:
    history = build_history(snapshot, "shop:1", list(rows))
    books = list(books_by_isbn(snapshot, opened).values())
    newest = newest_books(snapshot, 2026)
    return list(reader_shelves(snapshot, front, history, [], books, newest, "all"))


def test_two_shelves_are_similar_to_two_books(snapshot: Snapshot, front: ShopFront) -> None:
    rows = [(CARRIE, "rating", 9), (DUNE, "like", None), ("1501142976", "rating", 8)]
    because = [s for s in shelves(snapshot, front, *rows) if s.kind == "because"]
    assert [(s.reason.book.isbn, s.reason.relation) for s in because if s.reason] == [
        (CARRIE, "rated"),
        (DUNE, "liked"),
    ]
    for shelf in because:
        assert shelf.reason
        similar = {item.book.isbn for item in similar_books(snapshot, shelf.reason.book, 100)[1]}
        assert {book.isbn for book in shelf.books} <= similar


def test_authors_have_a_shelf_and_take_turns(snapshot: Snapshot, front: ShopFront) -> None:
    rows = [(CARRIE, "rating", 9), ("0141439580", "rating", 9), ("0062073486", "rating", 9)]
    (shelf,) = [s for s in shelves(snapshot, front, *rows) if s.kind == "authors"]
    authors = [book.author for book in shelf.books[:2]]
    assert len(set(authors)) == 2
    for book in shelf.books:
        reason = shelf.reasons[book.book_id]
        assert reason.relation == "author"
        assert reason.book.author == book.author


def test_low_rated_books_make_no_shelf(snapshot: Snapshot, front: ShopFront) -> None:
    kinds = {s.kind for s in shelves(snapshot, front, (CARRIE, "rating", 3), (DUNE, "rating", 5))}
    assert kinds == {"popular", "new"}


def test_the_newest_come_first_and_no_book_of_the_future(
    snapshot: Snapshot, front: ShopFront
) -> None:
    years = [item.book.year for item in newest_books(snapshot, 2016)]
    assert years[0] == 2016
    assert years == sorted(years, reverse=True)


def test_opened_books_come_first_and_once(snapshot: Snapshot, front: ShopFront) -> None:
    page = shelves(snapshot, front, (CARRIE, "rating", 9), opened=("gb:12", FOUNDATION))
    assert page[0].kind == "opened"
    assert [book.isbn for book in page[0].books] == ["gb:12", FOUNDATION]
    works = [book.work_id for shelf in page for book in shelf.books]
    assert len(works) == len(set(works))
