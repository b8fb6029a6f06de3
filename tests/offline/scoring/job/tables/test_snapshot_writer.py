"""The snapshot's tables, row by row, from hand-made lists."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.features.book_statistics import book_statistics
from bookrec.offline.scoring.job.tables.book_rows import BOOK_COLUMNS
from bookrec.offline.scoring.job.tables.snapshot_writer import SnapshotWriter
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.snapshot import DATABASE_NAME, SCHEMA_VERSION, check_structure
from bookrec.text import fold
from small_dataset import small_dataset


def lists(*rows: list[tuple[int, float]]) -> Lists:
    sizes = [len(row) for row in rows]
    return Lists(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.array([book for row in rows for book, _ in row], dtype=np.int32),
        np.array([score for row in rows for _, score in row]),
    )


@pytest.fixture
def database(tmp_path: Path):
    """A written snapshot, open."""
    dataset = small_dataset(rating_max=5)
    statistics = book_statistics(all_interactions(dataset), dataset.n_books)
    with SnapshotWriter(tmp_path) as writer:
        writer.user_top(np.array([0, 3]), lists([(2, 0.9), (5, 0.25)], [(0, 0.125)]))
        writer.similar_top(np.array([3, 5, 1]), lists([(1, 0.5)], [], [(0, 0.75), (2, 0.5)]))
        writer.visit_top(np.arange(2), lists([(4, 1.0), (0, 0.5)], [(5, 1.0)]))
        writer.cosine_top(np.array([2, 4]), lists([(0, 0.25)], [(3, 0.5)]))
        writer.popular_top("all", lists([(1, 1.0), (0, 0.5)]))
        writer.popular_top("65+", lists([(3, 1.0)]))
        source = [None, "precomputed", None, "content", None, None]
        writer.books(dataset, statistics, source)
        writer.readers(dataset)
        writer.interactions(dataset)
        writer.book_months(dataset)
        writer.meta({"snapshot_id": "x", "model_id": "hand-made"})
    check_structure(tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as connection:
        yield connection


def test_ids_are_positions_plus_one_and_ranks_start_at_one(database):
    assert database.execute("select * from user_top").fetchall() == [
        (1, 1, 3, 0.9),
        (1, 2, 6, 0.25),
        (4, 1, 1, 0.125),
    ]
    assert database.execute("select * from similar_top").fetchall() == [
        (2, 1, 1, 0.75),
        (2, 2, 3, 0.5),
        (4, 1, 2, 0.5),
    ]
    assert database.execute("select * from visit_top").fetchall() == [
        (1, 1, 5, 1.0),
        (1, 2, 1, 0.5),
        (2, 1, 6, 1.0),
    ]
    assert database.execute("select * from cosine_top").fetchall() == [
        (3, 1, 1, 0.25),
        (5, 1, 4, 0.5),
    ]
    assert database.execute("select * from popular_top").fetchall() == [
        ("65+", 1, 4, 1.0),
        ("all", 1, 2, 1.0),
        ("all", 2, 1, 0.5),
    ]


def test_books_are_whole_and_unknown_is_null_or_empty(database):
    columns = ", ".join(BOOK_COLUMNS[:12])
    found = database.execute(f"select {columns} from book where book_id in (2, 4, 6)").fetchall()
    assert found == [
        (
            2,
            "014143984X",
            1,
            "Dracula",
            "Bram Stoker",
            2003,
            "Penguin",
            "",
            6.0,
            2,
            3,
            "precomputed",
        ),
        (4, "0441172717", 3, "Dune", "Frank Herbert", 1990, "Ace", "", None, 0, 2, "content"),
        (6, "ml:357", 4, "Beowulf", "", None, "", "", None, 0, 0, None),
    ]


def test_readers_and_own_books(database):
    assert database.execute("select * from reader").fetchall() == [
        (1, "8", 16),
        (2, "99", None),
        (3, "276725", 34),
        (4, "shop:1", 70),
    ]
    own = database.execute("select book_id, rating from interaction where reader_id = 3").fetchall()
    assert own == [(1, 8), (2, 0), (3, 4), (5, 10)]


def test_months_count_the_interactions_with_a_time(tmp_path: Path):
    """In February 1970 one of each of two books; in March two of the first; one has no time."""
    dataset = small_dataset(rating_max=5)
    day = 86_400
    times = [31 * day, 59 * day - 1, 59 * day, 60 * day, None]
    table = dataset.interactions.iloc[:5].copy()
    table["book_idx"] = np.array([0, 2, 0, 0, 1], dtype=np.int32)
    table["timestamp"] = pd.array(times, dtype="Int64")
    with SnapshotWriter(tmp_path) as writer:
        writer.book_months(replace(dataset, interactions=table))
    with contextlib.closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as connection:
        rows = connection.execute("select * from book_months").fetchall()
    assert rows == [(1, 12 * 1970 + 1, 1), (1, 12 * 1970 + 2, 2), (3, 12 * 1970 + 1, 1)]


def test_no_months_without_times(database):
    assert database.execute("select count(*) from book_months").fetchone() == (0,)


@pytest.mark.parametrize(
    ("asked", "book_ids"),
    [
        ("Dracula", [2, 5]),
        ("bronte", [1]),
        ("014143984x", [2]),
        ("dracula signet", [5]),
        ("emm*", [3]),
    ],
)
def test_the_search_index_is_folded(database, asked: str, book_ids: list[int]):
    term = asked if asked.endswith("*") else fold(asked)
    found = database.execute(
        "select book_id from book_search join book on place = book_search.rowid"
        " where book_search match ? order by book_id",
        (term,),
    ).fetchall()
    assert [row[0] for row in found] == book_ids


def test_meta_has_the_schema_version(database):
    assert dict(database.execute("select * from meta")) == {
        "schema_version": str(SCHEMA_VERSION),
        "snapshot_id": "x",
        "model_id": "hand-made",
    }


def test_a_failure_commits_nothing(tmp_path: Path):
    dataset = small_dataset()

    def write() -> None:
        with SnapshotWriter(tmp_path) as writer:
            writer.readers(dataset)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write()
    with (
        contextlib.closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as connection,
        contextlib.suppress(sqlite3.DatabaseError),  # without a journal the file may be torn
    ):
        assert connection.execute("select count(*) from reader").fetchone() == (0,)
