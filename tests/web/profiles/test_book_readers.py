"""Readers of a book as groups: known counts, and none of fewer than five."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from bookrec.files import read_pointer
from bookrec.settings import Home
from bookrec.snapshot import DATABASE_NAME
from bookrec.web.profiles.book_readers import BookReaders, Group, book_readers
from bookrec.web.store.catalogue import editions, find_book
from bookrec.web.store.snapshot_reader import Snapshot

DUNE, EMMA, CARRIE, RED = "0441172717", "0141439580", "0743412281", "6045553120"


@pytest.fixture
def snapshot(home: Home, published_snapshot: Path) -> Snapshot:
    """Eleven readers of Dune: 7 are 30, 4 are 70 years old; 6 have Emma, 4 Carrie, 5 Vietnamese."""
    shutil.copytree(published_snapshot, home.snapshots)
    directory = home.snapshots / str(read_pointer(home.snapshots))
    with contextlib.closing(sqlite3.connect(directory / DATABASE_NAME)) as connection, connection:
        connection.execute("delete from interaction")
        ids = dict(connection.execute("select isbn, book_id from book").fetchall())
        for n in range(11):
            reader = 100 + n
            age = 30 if n < 7 else 70
            connection.execute("insert into reader values (?, ?, ?)", (reader, f"r{n}", age))
            isbns = [DUNE, *([EMMA] * (n < 6)), *([CARRIE] * (n < 4)), *([RED] * (n >= 6))]
            connection.executemany(
                "insert into interaction values (?, ?, 8)", [(reader, ids[i]) for i in isbns]
            )
        # Of these, five have more Vietnamese books than English ones.
        connection.executemany(
            "insert into interaction values (?, ?, 8)",
            [(100 + n, ids[i]) for n in range(6, 11) for i in ("6042086437",)],
        )
    return Snapshot(directory)


def readers_of(snapshot: Snapshot, isbn: str) -> BookReaders:
    book = find_book(snapshot, isbn)
    assert book is not None
    ids = [book.book_id, *(other.book_id for other in editions(snapshot, book))]
    return book_readers(snapshot, book, ids)


def test_groups_of_five_and_more(snapshot: Snapshot) -> None:
    readers = readers_of(snapshot, DUNE)
    assert (readers.readers, readers.looked_at) == (11, 11)
    assert readers.ages == [Group("25-34", 7)]
    assert readers.languages == [Group("en", 6), Group("vi", 5)]
    assert readers.authors == [
        Group("Jane Austen", 6),
        Group("Đoàn Giỏi", 5),
        Group("Vũ Trọng Phụng", 5),
    ]


def test_nothing_is_shown_of_fewer_than_five_readers(snapshot: Snapshot) -> None:
    readers = readers_of(snapshot, CARRIE)
    assert readers == BookReaders(4, 0, [], [], [])
    assert not readers.shown


def test_more_readers_than_are_looked_at(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bookrec.web.profiles.book_readers.MOST_READERS", 6)
    monkeypatch.setattr("bookrec.web.profiles.book_readers._PART", 4)
    readers = readers_of(snapshot, DUNE)
    assert (readers.readers, readers.looked_at) == (11, 6)
    assert readers.authors == [Group("Jane Austen", 6)]
    assert readers.ages == [Group("25-34", 6)]
