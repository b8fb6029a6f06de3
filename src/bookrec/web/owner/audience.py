"""Audience of a book on the site: readers of the snapshot who are likely to want it, best first.

Two steps, like a list: readers on whose list the book stands, and readers who liked its similar books,
are the candidates; the ranker of the lists scores the book for each. ``bookrec audience`` scores every
reader.
"""

from __future__ import annotations

import csv
import io
import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np

from bookrec.ages import age_band
from bookrec.arrays import map_array
from bookrec.errors import SnapshotError
from bookrec.inference.history import POSITIVE_RATING, make_history
from bookrec.inference.recommender import Reader, Recommender
from bookrec.snapshot import ROWS_NAME
from bookrec.web.kit.log import get_logger
from bookrec.web.store.catalogue import CatalogueBook
from bookrec.web.store.per_snapshot import PerSnapshot
from bookrec.web.store.rejections import values_of
from bookrec.web.store.snapshot_reader import Snapshot

logger = get_logger(__name__)

MOST: Final = 100
"""Readers of an audience."""
_CANDIDATES: Final = 200
"""Readers of each of the two kinds: scoring takes a few milliseconds each."""
_SIMILAR: Final = 30
_COLUMNS: Final = ("rank", "reader", "email", "age", "score")


class Member(msgspec.Struct, frozen=True):
    """A reader of an audience."""

    rank: int
    user_id: str
    age: int | None
    score: float
    """Probability that they take it up and like it."""
    email: str = ""
    """'' for a reader who has left none."""


def _load(snapshot: Snapshot) -> Recommender | None:
    if not snapshot.has_model:
        return None
    try:
        return Recommender.load(snapshot.ranker_directory)
    except SnapshotError:
        logger.exception("ranker not loaded", directory=str(snapshot.ranker_directory))
        return None


recommender_of: Final = PerSnapshot(_load)
"""The ranker of a snapshot; None without one that runs here."""


def find_audience(
    snapshot: Snapshot, recommender: Recommender, book: CatalogueBook, out: Iterable[str]
) -> list[Member]:
    """Return up to `MOST` readers of a book; for a worker thread, as it takes seconds.

    Readers who have an edition of its work are left out.

    Args:
        snapshot: has the readers.
        recommender: its ranker.
        book: of its catalogue.
        out: ids of further readers to leave out.
    """
    if book.book_id < 0 or (
        recommender.left_out is not None and recommender.left_out[book.book_id - 1]
    ):
        return []
    left_out = set(out)
    scored = snapshot.keep(("audience", book.book_id), lambda: _scored(snapshot, recommender, book))
    members = [member for member in scored if member.user_id not in left_out][:MOST]
    return [
        msgspec.structs.replace(member, rank=rank) for rank, member in enumerate(members, start=1)
    ]


def _scored(snapshot: Snapshot, recommender: Recommender, book: CatalogueBook) -> list[Member]:
    """Candidates without an edition of the book's work, with their scores, best first."""
    editions = recommender.editions(np.array([book.book_id - 1], dtype=np.int32)) + 1
    scored = []
    for reader_id, user_id, age in _candidates(snapshot, book.book_id):
        rows = snapshot.slow_rows(
            "select book_id, rating from interaction where reader_id = ?", (reader_id,)
        )
        if not np.isin([row[0] for row in rows], editions).any():
            score = _score(snapshot, recommender, book, reader_id, age, rows)
            scored.append((-score, reader_id, Member(0, user_id, age, score)))
    return [member for _, _, member in sorted(scored, key=lambda row: row[:2])]


def _score(
    snapshot: Snapshot,
    recommender: Recommender,
    book: CatalogueBook,
    reader_id: int,
    age: int | None,
    rows: list[tuple[int, int]],
) -> float:
    books = np.array([row[0] - 1 for row in rows], dtype=np.int32)
    ratings = np.array([row[1] for row in rows], dtype=np.int8)
    path = snapshot.ranker_directory / ROWS_NAME
    known = map_array(path)[reader_id - 1] if path.exists() else None
    reader = Reader(make_history(books, ratings), age_band(age), known)
    position = np.array([book.book_id - 1], dtype=np.int32)
    return float(recommender.scores(recommender.logits(recommender.profile(reader), position))[0])


def _candidates(snapshot: Snapshot, book_id: int) -> list[tuple[int, str, int | None]]:
    """Readers on whose list the book stands, then those who liked most of its similar books."""
    listed = snapshot.slow_rows(
        "select reader_id from user_top where book_id = ? order by score desc, reader_id limit ?",
        (book_id, _CANDIDATES),
    )
    shared: Counter[int] = Counter()
    if snapshot.interactions_by_book:
        for (similar,) in snapshot.slow_rows(
            "select similar_book_id from similar_top where book_id = ? order by rank limit ?",
            (book_id, _SIMILAR),
        ):
            shared.update(
                row[0]
                for row in snapshot.slow_rows(
                    "select reader_id from interaction where book_id = ?"
                    " and (rating = 0 or rating >= ?)",
                    (similar, POSITIVE_RATING),
                )
            )
    likely = [r for r, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))]
    chosen = list(dict.fromkeys([*(row[0] for row in listed), *likely[:_CANDIDATES]]))
    marks = ",".join("?" * len(chosen))
    rows = snapshot.slow_rows(
        f"select reader_id, user_id, age from reader where reader_id in ({marks})",  # noqa: S608
        chosen,
    )
    return [(row[0], row[1], row[2]) for row in rows]


def readers_to_leave_out(connection: sqlite3.Connection, book: CatalogueBook) -> list[str]:
    """Readers who have, dismissed or rejected a book on the site, and disabled accounts."""
    values = [part for value in values_of(book) for part in value]
    rejecting = " or ".join(["(facet = ? and value = ?)"] * (len(values) // 2)) or "false"
    rows = connection.execute(
        "select user_id from shop_interaction where isbn = ? and kind <> 'deleted'"  # noqa: S608
        " union select user_id from shelf_book where isbn = ? and shelf = 'dismissed'"
        f" union select user_id from taste_correction where {rejecting}"
        " union select user_id from account where disabled_at is not null",
        (book.isbn, book.isbn, *values),
    )
    return [row[0] for row in rows]


def with_addresses(connection: sqlite3.Connection, members: list[Member]) -> list[Member]:
    """Return an audience with the e-mail addresses of those who have left one."""
    emails = dict(
        connection.execute("select user_id, email from account where email is not null").fetchall()
    )
    return [msgspec.structs.replace(m, email=emails.get(m.user_id, "")) for m in members]


def audience_csv(members: list[Member]) -> str:
    """Return an audience as CSV: a header, then a line per reader; no text is a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for m in members:
        age = "" if m.age is None else m.age
        writer.writerow((m.rank, _cell(m.user_id), _cell(m.email), age, f"{m.score:.4f}"))
    return buffer.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
