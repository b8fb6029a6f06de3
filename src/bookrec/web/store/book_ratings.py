"""Ratings of one book in the snapshot: how many of each, and those of the nearest readers.

Both read the index of ``interaction`` by book. Snapshots published before it existed have no answer.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bookrec.inference.history import POSITIVE_RATING
from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_LIKED: Final = 30
_MOST_ROWS: Final = 5_000
"""Readers of the reader's liked books that are read at most; it bounds the time to milliseconds."""
_NEAREST: Final = 200
"""Readers who count as near: those who liked most of the same books, two at least."""
_LEAST_SHARED: Final = 2
_LEAST_NEAR: Final = 3
"""Fewer near readers of a book say nothing."""
_PLEASED: Final = 8


class NearRatings(msgspec.Struct, frozen=True):
    """Ratings of a book by the readers of the nearest taste."""

    readers: int
    """Near readers who rated the book."""
    pleased: int
    """Those of them who rated it 8 or more."""


def rating_counts(snapshot: Snapshot, book: CatalogueBook) -> list[int]:
    """[10] numbers of readers who rated a book 1, 2, … 10; [] without a rating or the index."""
    if not book.rating_count or not snapshot.interactions_by_book:
        return []
    rows = snapshot.rows(
        "select rating, count(*) from interaction where book_id = ? and rating > 0 group by rating",
        (book.book_id,),
    )
    counts = {row[0]: row[1] for row in rows}
    return [counts.get(rating, 0) for rating in range(1, 11)] if counts else []


def near_ratings(
    snapshot: Snapshot, history: ReaderHistory, book: CatalogueBook
) -> NearRatings | None:
    """Ratings by the readers who liked most of what this reader liked; None when they are too few.

    The reader's own liked books (`ReaderHistory.liked`) are those rated 7 or more, or without a rating.
    Of these the least
    read count first: they say most about a taste.
    """
    if not snapshot.interactions_by_book:
        return None
    liked = _telling_books(snapshot, history, book)
    if len(liked) < _LEAST_SHARED:
        return None
    rows = snapshot.rows(
        "select reader_id, count(*) as shared from interaction"  # noqa: S608
        f" where book_id in ({','.join('?' * len(liked))}) and rating >= ?"
        " and reader_id <> ? group by reader_id having shared >= ?"
        " order by shared desc, reader_id limit ?",
        (*liked, POSITIVE_RATING, history.reader_id or 0, _LEAST_SHARED, _NEAREST),
    )
    near = [row[0] for row in rows]
    ratings = snapshot.rows(
        "select rating from interaction where book_id = ? and rating > 0"  # noqa: S608
        f" and reader_id in ({','.join('?' * len(near))})",
        (book.book_id, *near),
    )
    if len(ratings) < _LEAST_NEAR:
        return None
    return NearRatings(len(ratings), sum(rating >= _PLEASED for (rating,) in ratings))


def _telling_books(snapshot: Snapshot, history: ReaderHistory, book: CatalogueBook) -> list[int]:
    """Numbers of the reader's liked books, the least read first, as far as the budget of rows goes."""
    liked = [seen.book_id for seen in history.liked]
    others = [b for b in books_by_id(snapshot, liked).values() if b.work_id != book.work_id]
    chosen: list[int] = []
    budget = _MOST_ROWS
    for other in sorted(others, key=lambda b: (b.reader_count, b.book_id))[:_MOST_LIKED]:
        budget -= other.reader_count
        if budget < 0:
            break
        chosen.append(other.book_id)
    return chosen
