"""Writer of a snapshot's database: one method per table, all in one transaction."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bookrec import __version__
from bookrec.arrays import Array
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.features.book_statistics import BookStatistics
from bookrec.offline.scoring.job.tables.book_rows import BOOK_COLUMNS, book_rows
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.search.index import write_index
from bookrec.snapshot import DATABASE_NAME, SCHEMA, SCHEMA_VERSION

_MONTHS_TO_1970: Final = 12 * 1970

SqlRow: TypeAlias = tuple[str | int | float | None, ...]
"""Values of one row of a table."""


class SnapshotWriter:
    """Writer of a new ``snapshot.sqlite`` in a staging directory; a context manager."""

    def __init__(self, staging: Path, published: Path | None = None) -> None:
        """Create the database.

        Args:
            staging: directory of the new snapshot.
            published: directory of a snapshot whose lists may be taken over.
        """
        # No journal: the file is built aside and thrown away when anything fails.
        self.connection = sqlite3.connect(
            (staging / DATABASE_NAME).absolute().as_uri(), uri=True, isolation_level=None
        )
        self.connection.execute("pragma journal_mode = off")
        self.connection.execute("pragma synchronous = off")
        self.connection.executescript(SCHEMA)
        if published is not None:
            there = (published / DATABASE_NAME).absolute().as_uri()
            self.connection.execute(
                "attach database ? as published", (f"{there}?mode=ro&immutable=1",)
            )
        self.connection.execute("begin")

    def __enter__(self) -> SnapshotWriter:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        with contextlib.closing(self.connection):
            if failure is None:
                self.connection.execute("commit")
                self.connection.execute("analyze main")
                # Gaps left by building close up, and pages lie in the order they are read.
                self.connection.execute("vacuum main")

    def meta(self, values: Mapping[str, str]) -> None:
        """Write table ``meta``, with the schema's version."""
        rows = {"schema_version": str(SCHEMA_VERSION), **values}
        self._insert("meta", 2, rows.items())

    def books(
        self, dataset: Dataset, statistics: BookStatistics, similar_source: list[str | None]
    ) -> None:
        """Write the catalogue and its search index."""
        columns = ", ".join(BOOK_COLUMNS)
        marks = ", ".join("?" * len(BOOK_COLUMNS))
        self.connection.executemany(
            f"insert into book ({columns}) values ({marks})",  # noqa: S608
            book_rows(dataset, statistics, similar_source),
        )
        write_index(self.connection)

    def readers(self, dataset: Dataset) -> None:
        """Write every reader of the data set."""
        ages = dataset.readers["age"].astype(object).where(dataset.readers["age"].notna(), None)
        rows = zip(range(1, dataset.n_readers + 1), dataset.readers["user_id"], ages, strict=True)
        self._insert("reader", 3, ((i, str(u), None if a is None else int(a)) for i, u, a in rows))

    def interactions(self, dataset: Dataset) -> None:
        """Write the seen books, ratings on the scale 1–10."""
        table = dataset.interactions
        rows = zip(
            (table["reader_idx"].to_numpy() + 1).tolist(),
            (table["book_idx"].to_numpy() + 1).tolist(),
            dataset.ratings10().tolist(),
            strict=True,
        )
        self._insert("interaction", 3, rows)

    def book_months(self, dataset: Dataset) -> None:
        """Write the number of interactions of each book in each month, of those with a time."""
        table = dataset.interactions
        timed = table[table["timestamp"].notna()]
        seconds = timed["timestamp"].to_numpy(np.int64)
        months = seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
        pairs = np.stack([timed["book_idx"].to_numpy(np.int64) + 1, months + _MONTHS_TO_1970])
        (books, months), counts = np.unique(pairs, axis=1, return_counts=True)
        rows = zip(books.tolist(), months.tolist(), counts.tolist(), strict=True)
        self._insert("book_months", 3, rows)

    def user_top(self, readers: NDArray[np.integer], lists: Lists) -> None:
        """Write lists of readers, given by position."""
        self._insert("user_top", 4, _list_rows(readers + 1, lists))

    def similar_top(self, books: NDArray[np.integer], lists: Lists) -> None:
        """Write similar books of books, given by position."""
        self._insert("similar_top", 4, _list_rows(books + 1, lists))

    def visit_top(self, books: NDArray[np.integer], lists: Lists) -> None:
        """Write the books that visits go to from books, given by position."""
        self._insert("visit_top", 4, _list_rows(books + 1, lists))

    def cosine_top(self, books: NDArray[np.integer], lists: Lists) -> None:
        """Write the books most co-liked with books, given by position."""
        self._insert("cosine_top", 4, _list_rows(books + 1, lists))

    def popular_top(self, segment: str, lists: Lists) -> None:
        """Write the popular list of a segment."""
        self._insert("popular_top", 4, _list_rows(np.array([segment]), lists))

    def keep_user_top(self, published_id: NDArray[np.int64]) -> None:
        """Take over lists of readers.

        Args:
            published_id: [n_readers] ``reader_id`` in the published snapshot; 0 for readers whose
                lists are new.
        """
        kept = np.flatnonzero(published_id)
        self.connection.execute(
            "create temp table kept_reader (reader_id integer primary key, published_id integer)"
        )
        rows = zip((kept + 1).tolist(), published_id[kept].tolist(), strict=True)
        self.connection.executemany("insert into kept_reader values (?, ?)", rows)
        self.connection.execute(
            "insert into user_top select k.reader_id, t.rank, t.book_id, t.score"
            " from kept_reader k cross join published.user_top t on t.reader_id = k.published_id"
            " order by k.reader_id, t.rank"
        )

    def keep_similar_top(self, books: NDArray[np.integer]) -> list[str | None]:
        """Take over similar books of books, given by position; returns the source of each list."""
        self.connection.execute("create temp table kept_book (book_id integer primary key)")
        rows = ((number,) for number in (books + 1).tolist())
        self.connection.executemany("insert into kept_book values (?)", rows)
        self.connection.execute(
            "insert into similar_top select t.* from kept_book cross join published.similar_top t"
            " using (book_id) order by t.book_id, t.rank"
        )
        query = (
            "select similar_source from kept_book join published.book using (book_id)"
            " order by book_id"
        )
        return [source for (source,) in self.connection.execute(query)]

    def _insert(self, table: str, columns: int, rows: Iterable[SqlRow]) -> None:
        marks = ", ".join("?" * columns)
        self.connection.executemany(f"insert into {table} values ({marks})", rows)  # noqa: S608


def dataset_meta(dataset: Dataset) -> dict[str, str]:
    """Make the rows of table ``meta`` that say what a snapshot was made from."""
    return {
        "bookrec_version": __version__,
        "dataset_id": dataset.dataset_id,
        "dataset_digest": dataset.digest,
        "readers": str(dataset.n_readers),
        "books": str(dataset.n_books),
        "interactions": str(len(dataset.interactions)),
        "rating_max": str(dataset.rating_max),
        "sample": str(int(bool(dataset.manifest.get("sample", False)))),
    }


def add_meta(staging: Path, values: Mapping[str, str]) -> None:
    """Add rows to table ``meta`` of a written database, such as figures measured from it."""
    database = (staging / DATABASE_NAME).absolute().as_uri()
    with contextlib.closing(sqlite3.connect(database, uri=True)) as connection, connection:
        connection.executemany("insert into meta values (?, ?)", values.items())


def _list_rows(keys: Array, lists: Lists) -> Iterable[SqlRow]:
    """(key, rank, book_id, score) of every place of every list."""
    sizes = np.diff(lists.start)
    ranks = np.arange(len(lists.book)) - np.repeat(lists.start[:-1], sizes) + 1
    columns = (np.repeat(keys, sizes), ranks, lists.book + 1, lists.score)
    return zip(*(column.tolist() for column in columns), strict=True)
