"""Ratings of one book, and those of the readers of the nearest taste."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bookrec.snapshot import SCHEMA, SCHEMA_VERSION
from bookrec.web.store.book_ratings import NearRatings, near_ratings, rating_counts
from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.reader_history import ReaderHistory, SeenBook
from bookrec.web.store.snapshot_reader import Snapshot

LIKED, ALSO_LIKED, DISLIKED, THE_BOOK = 1, 2, 3, 4
# reader: ratings of the books above (None: not seen)
RATINGS = {
    1: (9, 8, 2, None),  # the reader who looks
    2: (8, 9, None, 10),
    3: (10, 7, 9, 8),
    4: (7, 0, None, 3),  # 0 is no rating, so one shared liked book only
    5: (9, 9, None, 7),
    6: (2, 10, None, 10),  # one shared
    7: (8, 8, None, 0),  # near, without a rating of the book
}


def make_snapshot(directory: Path, *, index: bool = True) -> Snapshot:
    directory.mkdir()
    with sqlite3.connect(directory / "snapshot.sqlite") as connection:
        connection.executescript(SCHEMA)
        connection.execute("insert into meta values ('schema_version', ?)", (str(SCHEMA_VERSION),))
        for book_id in (LIKED, ALSO_LIKED, DISLIKED, THE_BOOK):
            connection.execute(
                "insert into book (book_id, isbn, work_id, title, author, publisher, image_url,"
                " rating_mean, rating_count, reader_count)"
                " values (?, ?, ?, 'T', 'A', '', '', 7.0, 5, 6)",
                (book_id, str(book_id), book_id),
            )
        for reader, ratings in RATINGS.items():
            connection.executemany(
                "insert into interaction values (?, ?, ?)",
                [(reader, b, r) for b, r in enumerate(ratings, start=1) if r is not None],
            )
        if not index:
            connection.execute("drop index interaction_by_book")
    connection.close()
    return Snapshot(directory)


def the_book(snapshot: Snapshot) -> CatalogueBook:
    return books_by_id(snapshot, [THE_BOOK])[THE_BOOK]


def history_of(reader_id: int) -> ReaderHistory:
    ratings = enumerate(RATINGS[reader_id], start=1)
    return ReaderHistory(reader_id, {b: SeenBook(b, b, r, False) for b, r in ratings if r})


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return make_snapshot(tmp_path / "20261120T000000Z-00000000")


def test_each_rating_is_counted(snapshot: Snapshot) -> None:
    assert rating_counts(snapshot, the_book(snapshot)) == [0, 0, 1, 0, 0, 0, 1, 1, 0, 2]


def test_near_readers_share_two_liked_books_and_rated_it(snapshot: Snapshot) -> None:
    # Readers 2, 3 and 5 share two liked books and rated it: 10, 8 and 7.
    assert near_ratings(snapshot, history_of(1), the_book(snapshot)) == NearRatings(3, 2)


def test_too_few_readers_say_nothing(snapshot: Snapshot) -> None:
    alone = ReaderHistory(1, {LIKED: SeenBook(LIKED, LIKED, 9, False)})
    assert near_ratings(snapshot, alone, the_book(snapshot)) is None


def test_a_snapshot_without_the_index_has_no_answer(tmp_path: Path) -> None:
    old = make_snapshot(tmp_path / "old", index=False)
    assert rating_counts(old, the_book(old)) == []
    assert near_ratings(old, history_of(1), the_book(old)) is None
