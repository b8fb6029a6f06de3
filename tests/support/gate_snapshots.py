"""Hand-made snapshots for tests of the quality gate: 60 readers, 120 books, lists of 20."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bookrec import snapshot as snapshots
from bookrec.offline.scoring.job import score as scoring
from bookrec.offline.scoring.job.score_settings import ScoreSettings
from bookrec.settings import Home

READERS, BOOKS, PLACES = 60, 120, 20
GERMAN = 30
"""The last books, in German, and the last readers, who have one of them each."""


def lists_of(*, one_first: bool = False) -> list[list[int]]:
    """Books (from 1) of each reader's list: all of the reader's language, none of them the reader's.

    English readers get books 1–49, German ones 91–120; the own book of a reader is never listed.

    Args:
        one_first: whether book 50 is the first of every list.
    """
    lists = []
    for reader in range(READERS):
        english = reader < READERS - GERMAN
        shelf = range(1, 50) if english else range(BOOKS - GERMAN + 1, BOOKS + 1)
        books = [shelf[(reader + 1 + place) % len(shelf)] for place in range(PLACES)]
        lists.append([50, *books[:-1]] if one_first else books)
    return lists


def own_book(reader: int) -> int:
    """The only book of a reader (from 0): an English or a German one."""
    return reader + 1 if reader < READERS - GERMAN else BOOKS - READERS + reader + 1


def fill(
    directory: Path, snapshot_id: str, lists: list[list[int]], meta: dict[str, str] | None = None
) -> None:
    """Write the database of a snapshot with these lists into ``directory``."""
    with contextlib.closing(sqlite3.connect(directory / snapshots.DATABASE_NAME)) as database:
        database.executescript(snapshots.SCHEMA)
        isbns = [
            f"{'0' if book <= BOOKS - GERMAN else '3'}{book:09}" for book in range(1, BOOKS + 1)
        ]
        database.executemany(
            "insert into book (book_id, isbn, work_id, title, author, publisher, image_url,"
            " rating_mean, rating_count, reader_count) values (?, ?, ?, ?, 'A', '', '', 8, 1, 1)",
            [(book, isbn, book, f"Book {book}") for book, isbn in enumerate(isbns, start=1)],
        )
        readers = range(READERS)
        database.executemany(
            "insert into reader values (?, ?, null)", [(r + 1, str(r)) for r in readers]
        )
        database.executemany(
            "insert into interaction values (?, ?, 9)", [(r + 1, own_book(r)) for r in readers]
        )
        database.executemany(
            "insert into user_top values (?, ?, ?, .5)",
            [
                (reader + 1, rank, book)
                for reader, books in enumerate(lists)
                for rank, book in enumerate(books, start=1)
            ],
        )
        database.executemany(
            "insert into popular_top values ('all', ?, ?, .5)", [(n, n) for n in range(1, 21)]
        )
        values = {
            "snapshot_id": snapshot_id,
            "schema_version": str(snapshots.SCHEMA_VERSION),
            "model_id": "hand-made",
        }
        database.executemany("insert into meta values (?, ?)", (values | (meta or {})).items())
        database.commit()


def build_instead(monkeypatch: pytest.MonkeyPatch, lists: list[list[int]]) -> None:
    """Let `score` build a snapshot of these lists, whatever the model and the data set."""

    def build(run: Any, metadata: dict[str, str], again: str) -> None:
        with snapshots.building(run.home.snapshots, run.job.snapshot_id) as staging:
            fill(staging, run.job.snapshot_id, lists)

    manifest = {"model_id": "hand-made", "preset": "default", "files": {}, "metrics": {}}
    monkeypatch.setattr(scoring.ScoreRun, "build", build)
    monkeypatch.setattr(scoring, "read_manifest", lambda *_: manifest)
    monkeypatch.setattr(scoring, "check_files", lambda *_: None)
    monkeypatch.setattr(scoring, "_check_fit", lambda *_: None)


def score_hand_made(home: Home, dataset: Any, lines: list[str], *, accept: bool = False) -> str:
    """Run `score` after `build_instead`; the id of what it published."""
    return scoring.score(home, None, dataset, ScoreSettings(accept=accept), lines.append)
