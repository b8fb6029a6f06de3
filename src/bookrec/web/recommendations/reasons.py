"""Reasons for the books of a reader's list: seen books that they are similar to."""

from __future__ import annotations

from typing import Final

from bookrec.topk import first_of_each
from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.reader_history import ReaderHistory, SeenBook
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_REASONS: Final = 2
_MOST_SEEN: Final = 200
"""Seen books considered, best rated first. It bounds the work for readers with thousands."""


def find_reasons(
    snapshot: Snapshot, history: ReaderHistory, recommended: list[CatalogueBook]
) -> dict[int, list[CatalogueBook]]:
    """Return up to two seen books for each recommended book, by ``book_id``.

    The seen books that list it among their similar books come first (lowest rank in their
    ``similar_top``, then best rated). Without any, seen books of the same author are the reason.
    Books that the reader rated low are no reason.
    """
    liked = [book for book in history.books.values() if book.positive]
    # An unrated book counts as an 8; the sort is stable, so the latest stays first.
    liked.sort(key=lambda book: -(book.rating or 8))
    liked = liked[:_MOST_SEEN]
    if not liked or not recommended:
        return {}
    nearest = _nearest_seen(snapshot, liked, recommended)
    liked_books = books_by_id(snapshot, [book.book_id for book in liked])
    ordered = [liked_books[book.book_id] for book in liked]
    reasons = {}
    for book in recommended:
        sources = [liked_books[book_id] for book_id in nearest.get(book.book_id, [])]
        if not sources and book.author:
            author = book.author.casefold()
            sources = [other for other in ordered if other.author.casefold() == author]
        places = first_of_each([other.work_id for other in sources], _MOST_REASONS)
        reasons[book.book_id] = [sources[place] for place in places]
    return reasons


def _nearest_seen(
    snapshot: Snapshot, liked: list[SeenBook], recommended: list[CatalogueBook]
) -> dict[int, list[int]]:
    """Numbers of seen books by recommended book, nearest first (primary key of ``similar_top``)."""
    liked_ids = [book.book_id for book in liked]
    book_ids = [book.book_id for book in recommended]
    place = {book_id: position for position, book_id in enumerate(liked_ids)}
    rows = snapshot.rows(
        "select similar_book_id, rank, book_id from similar_top"  # noqa: S608
        f" where book_id in ({','.join('?' * len(liked_ids))})"
        f" and similar_book_id in ({','.join('?' * len(book_ids))})",
        (*liked_ids, *book_ids),
    )
    nearest: dict[int, list[int]] = {}
    for similar_id, _, liked_id in sorted(rows, key=lambda row: (row[1], place[row[2]])):
        nearest.setdefault(similar_id, []).append(liked_id)
    return nearest
