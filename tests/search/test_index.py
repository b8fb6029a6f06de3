"""The search index of a small snapshot, table by table."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest

from bookrec.search.index import write_index
from bookrec.snapshot import SCHEMA

BOOKS = [
    # book_id, isbn, work_id, title, author, year, rating_mean, rating_count, reader_count, series
    (1, "014143984X", 1, "Zoo: Dracula", "Stoker, Bram", 2003, 10.0, 1, 2, ""),
    (2, "0451524934", 2, "1984", "George Orwell", 1990, 8.0, 40, 50, ""),
    (3, "0553293354", 3, "Émile", "J. J. Rousseau", None, None, 0, 0, "The Tutors"),
]


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        connection.executemany(
            "insert into book (book_id, isbn, work_id, title, author, year, rating_mean,"
            " rating_count, reader_count, series, publisher, image_url)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '')",
            BOOKS,
        )
        write_index(connection)
        yield connection


def column(database: sqlite3.Connection, query: str, *parameters: object) -> list[object]:
    return [row[0] for row in database.execute(query, parameters)]


def test_places_of_the_orders(database: sqlite3.Connection) -> None:
    assert column(database, "select book_id from book order by place") == [2, 1, 3]
    assert column(database, "select book_id from book order by title_place") == [2, 3, 1]
    # One 10 does not lead 40 ratings of 8 on the mean; books without ratings are last.
    by_rating = column(database, "select book_id from book order by rating_place")
    assert by_rating == [1, 2, 3]
    assert column(database, "select author_key from book order by book_id") == [
        "bramstoker",
        "georgeorwell",
        "jjrousseau",
    ]
    assert column(database, "select series_key from book order by book_id") == ["", "", "tutors"]


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("dracula", 2),
        ("nineteen AND eighty AND four", 1),
        ("jj AND rousseau", 3),
        ("emile", 3),
        ("author : bram", 2),
        ("emi*", 3),
    ],
)
def test_the_full_text_index(database: sqlite3.Connection, expression: str, place: int) -> None:
    query = "select rowid from book_search where book_search match ?"
    assert column(database, query, expression) == [place]


def test_whole_titles(database: sqlite3.Connection) -> None:
    query = "select place from title_key where key = ?"
    assert column(database, query, "zoodracula") == [2]
    assert column(database, query, "zoo") == [2]
    assert column(database, query, "nineteeneightyfour") == [1]


def test_the_vocabulary_counts_books(database: sqlite3.Connection) -> None:
    words = dict(database.execute("select word, books from search_word"))
    assert words["dracula"] == words["jj"] == 1
    assert "014143984x" not in words
    names = dict(database.execute("select word, author_books from search_word"))
    assert (names["bram"], names["dracula"]) == (1, 0)


def test_every_word_has_keys(database: sqlite3.Connection) -> None:
    missing = column(
        database,
        "select word from search_word where word_id not in (select word_id from search_edit)",
    )
    assert missing == []


def test_suggestions_are_in_the_order_of_their_readers(database: sqlite3.Connection) -> None:
    readers = column(database, "select readers from suggestion order by suggestion_id")
    assert readers == sorted(readers, reverse=True)  # type: ignore[type-var]
    assert column(
        database,
        "select suggestion.text from suggestion_search join suggestion"
        " on suggestion_id = suggestion_search.rowid where suggestion_search match 'tut*'",
    ) == ["The Tutors"]
