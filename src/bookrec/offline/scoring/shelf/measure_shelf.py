"""Measurement of a snapshot's lists taken together, from its database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.features.book_statistics import BookStatistics
from bookrec.offline.metrics.coverage import coverage, distinct_books, gini, times_listed
from bookrec.offline.scoring.shelf.own_language import languages, own_language_shares
from bookrec.offline.scoring.shelf.shelf import (
    BESTSELLERS,
    FIRST,
    FIRST_SIMILAR,
    Shelf,
)
from bookrec.offline.scoring.shelf.snapshot_works import doubled_works


def measure_shelf(connection: sqlite3.Connection) -> Shelf:
    """Measure the lists of a snapshot: seconds for 75,000 readers.

    Args:
        connection: to its database; read-only is enough.
    """
    isbns = [isbn for (isbn,) in connection.execute("select isbn from book order by book_id")]
    statistics = _statistics(connection)
    readers, lists = read_lists(connection)
    places = lists[lists >= 0]
    rated = places[statistics.rating_count[places] > 0]
    spoken = languages(read_interactions(connection), readers, isbns)
    in_own_language, of_others = own_language_shares(spoken, lists)
    commonest_first, first_book = _commonest(lists[:, :1], len(isbns))
    commonest, book = _commonest(lists, len(isbns))
    repeats = doubled_works(connection, n_examples=0)
    return Shelf(
        badly_rated=_mean(statistics.badly_rated[places]),
        commonest_first=commonest_first,
        commonest_first_title=_title(connection, first_book),
        commonest=commonest,
        commonest_title=_title(connection, book),
        own_language=in_own_language,
        own_language_others=of_others,
        readers_offered_own=repeats.readers_offered_own,
        readers_offered_twice=repeats.readers_offered_twice,
        books_beside_themselves=repeats.books_beside_themselves,
        distinct=distinct_books(lists),
        coverage=coverage(lists, len(isbns)) if isbns else None,
        rating_mean=_mean(statistics.rating_mean[rated].astype(np.float64)),
        gini=gini(lists, len(isbns)) if len(places) else None,
        bestsellers=_bestsellers(connection),
    )


def _statistics(connection: sqlite3.Connection) -> BookStatistics:
    rows = connection.execute(
        "select ifnull(rating_mean, 0), rating_count, reader_count from book order by book_id"
    ).fetchall()
    mean, ratings, readers = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return BookStatistics(
        mean.astype(np.float32), ratings.astype(np.int32), readers.astype(np.int32)
    )


def read_lists(connection: sqlite3.Connection) -> tuple[Ints, Ints]:
    """Read the first `FIRST` places of all lists.

    Returns:
        [R] ``reader_id`` of the readers with a list, ascending, and [R, `FIRST`] positions of books,
        -1 after the end of a list.
    """
    rows = _rows(
        connection,
        "select reader_id, rank - 1, book_id - 1 from user_top where rank <= ?",
        3,
        [FIRST],
    )
    readers, row = np.unique(rows[:, 0], return_inverse=True)
    lists = np.full((len(readers), FIRST), -1, dtype=np.int32)
    lists[row, rows[:, 1]] = rows[:, 2]
    return readers, lists


def read_interactions(connection: sqlite3.Connection) -> Ints:
    """Read the interactions: [n, 2] ``reader_id`` and position of the book."""
    return _rows(connection, "select reader_id, book_id - 1 from interaction", 2)


def _rows(
    connection: sqlite3.Connection, query: str, columns: int, parameters: Sequence[int] = ()
) -> Ints:
    """[n, columns] integers that a query selects, read without a list of tuples in memory."""
    row = np.dtype((np.int32, columns))
    selected: Ints = np.fromiter(connection.execute(query, parameters), row)
    return selected.reshape(-1, columns)


def _commonest(lists: Ints, n_books: int) -> tuple[float | None, int]:
    """Share of the lists that contain the commonest book, and its position, the lowest of equals.

    None and -1 without lists.
    """
    count = times_listed(lists, n_books)
    if not count.any():
        return None, -1
    return float(count.max() / len(lists)), int(count.argmax())


def _title(connection: sqlite3.Connection, book: int) -> str:
    row = connection.execute("select title from book where book_id = ?", [book + 1]).fetchone()
    return "" if row is None else str(row[0])


def _bestsellers(connection: sqlite3.Connection) -> float | None:
    (share,) = connection.execute(
        """select avg(similar_book_id in (select book_id from book where reader_count > 0
                                          order by reader_count desc, book_id limit ?))
           from similar_top where rank <= ?""",
        [BESTSELLERS, FIRST_SIMILAR],
    ).fetchone()
    return None if share is None else float(share)


def _mean(values: NDArray[np.bool_] | NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None
