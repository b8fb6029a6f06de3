"""Writer of a snapshot's search index, from its table ``book``."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from bookrec.search.edits import index_keys
from bookrec.search.suggestions import SuggestedBook, suggestion_rows
from bookrec.search.words import (
    author_spellings,
    name_key,
    search_words,
    series_key,
    title_keys,
    title_spellings,
)

_PRIOR_RATINGS: Final = 10
"""Ratings of the catalogue's mean that the shrunk mean adds to each book, so that a single 10 does
not lead: (10 · mean of all ratings + sum of the book's ratings) / (10 + number of its ratings)."""


class _Book(NamedTuple):
    """Columns of ``book`` that the index is made of."""

    book_id: int
    isbn: str
    work_id: int
    title: str
    author: str
    series: str
    readers: int
    rating_mean: float | None
    rating_count: int


def write_index(connection: sqlite3.Connection) -> None:
    """Write the search index of all books; the table ``book`` must be complete."""
    books = [
        _Book(*row)
        for row in connection.execute(
            "select book_id, isbn, work_id, title, author, series, reader_count,"
            " rating_mean, rating_count from book order by reader_count desc, book_id"
        )
    ]
    author_keys = [name_key(book.author) for book in books]
    series_keys = [series_key(book.series) for book in books]
    _write_places(connection, books, author_keys, series_keys)
    _write_words(connection, books)
    connection.executemany("insert or ignore into title_key values (?, ?)", _title_keys(books))
    _write_suggestions(
        connection,
        (
            SuggestedBook(b.isbn, b.work_id, b.title, b.author, author, b.series, series, b.readers)
            for b, author, series in zip(books, author_keys, series_keys, strict=True)
        ),
    )


def _write_places(
    connection: sqlite3.Connection,
    books: list[_Book],
    author_keys: list[str],
    series_keys: list[str],
) -> None:
    """Write the places of books in each order, and the keys of their names."""
    count = sum(book.rating_count for book in books)
    rating_sum = sum((book.rating_mean or 0.0) * book.rating_count for book in books)
    mean = rating_sum / count if count else 0.0

    def shrunk_mean(book: _Book) -> float:
        ratings = (book.rating_mean or 0.0) * book.rating_count
        return (_PRIOR_RATINGS * mean + ratings) / (_PRIOR_RATINGS + book.rating_count)

    by_rating = _places(books, lambda b: (b.rating_mean is None, -shrunk_mean(b), -b.readers))
    titles = {book.book_id: search_words(book.title) for book in books}
    by_title = _places(books, lambda b: titles[b.book_id])
    connection.executemany(
        "update book set place = ?, rating_place = ?, title_place = ?, author_key = ?, series_key = ?"
        " where book_id = ?",
        (
            (place, by_rating[book.book_id], by_title[book.book_id], author, series, book.book_id)
            for place, (book, author, series) in enumerate(
                zip(books, author_keys, series_keys, strict=True), start=1
            )
        ),
    )


def _places(books: list[_Book], key: Callable[[_Book], Any]) -> dict[int, int]:
    """1-based place of each ``book_id`` in an order; ties by ``book_id``."""
    ordered = sorted(books, key=lambda book: (key(book), book.book_id))
    return {book.book_id: place for place, book in enumerate(ordered, start=1)}


def _title_keys(books: list[_Book]) -> Iterator[tuple[str, int]]:
    for place, book in enumerate(books, start=1):
        for key in title_keys(book.title):
            yield key, place


def _write_words(connection: sqlite3.Connection, books: list[_Book]) -> None:
    """Write the full-text index, the vocabulary and its keys of edits."""
    counts: Counter[str] = Counter()
    author_counts: Counter[str] = Counter()
    rows = []
    for place, book in enumerate(books, start=1):
        titles, authors = title_spellings(book.title), author_spellings(book.author)
        names = {word for text in authors for word in text.split()}
        counts.update(names.union(word for text in titles for word in text.split()))
        author_counts.update(names)
        rows.append((place, "\n".join(titles), "\n".join(authors), search_words(book.isbn)))
    connection.executemany(
        "insert into book_search (rowid, title, author, isbn) values (?, ?, ?, ?)", rows
    )
    vocabulary = sorted(counts)
    connection.executemany(
        "insert into search_word values (?, ?, ?, ?)",
        (
            (number, word, counts[word], author_counts[word])
            for number, word in enumerate(vocabulary, start=1)
        ),
    )
    keys = sorted(
        (key, number) for number, word in enumerate(vocabulary, 1) for key in index_keys(word)
    )
    connection.executemany("insert into search_edit values (?, ?)", keys)


def _write_suggestions(connection: sqlite3.Connection, books: Iterable[SuggestedBook]) -> None:
    suggestions = suggestion_rows(books)
    connection.executemany(
        "insert into suggestion values (?, ?, ?, ?, ?)",
        (
            (number, row.kind, row.text, row.isbn, row.readers)
            for number, row in enumerate(suggestions, start=1)
        ),
    )
    connection.executemany(
        "insert into suggestion_search (rowid, text) values (?, ?)",
        ((number, row.words) for number, row in enumerate(suggestions, start=1)),
    )
