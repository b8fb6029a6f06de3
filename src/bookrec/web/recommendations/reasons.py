"""Why a book is on a reader's list: own books in whose neighbourhood it stands."""

from __future__ import annotations

from typing import Final

from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.reader_history import OwnBook, ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_REASONS: Final = 2
_MOST_OWN_BOOKS: Final = 200
"""Own books looked at: the best rated ones. Bounds the work for readers of thousands."""


def find_reasons(
    snapshot: Snapshot, history: ReaderHistory, recommended: list[CatalogueBook]
) -> dict[int, list[CatalogueBook]]:
    """Up to two own books for each recommended book, by ``book_id``.

    First the own books nearest to it (lowest rank in their ``similar_top``, then best rated); where
    there are none, own books of the same author. Books the reader rated low are no reason.
    """
    liked = [own for own in history.books.values() if own.positive]
    liked.sort(key=lambda own: -(own.rating or 8))  # unrated counts as an 8; stable: latest first
    liked = liked[:_MOST_OWN_BOOKS]
    if not liked or not recommended:
        return {}
    near = _neighbours(snapshot, liked, recommended)
    own_books = books_by_id(snapshot, [own.book_id for own in liked])
    ordered = [own_books[own.book_id] for own in liked]
    reasons = {}
    for book in recommended:
        found = [own_books[book_id] for book_id in near.get(book.book_id, [])]
        if not found and book.author:
            found = [own for own in ordered if own.author.casefold() == book.author.casefold()]
        reasons[book.book_id] = _different_works(found)
    return reasons


def _neighbours(
    snapshot: Snapshot, liked: list[OwnBook], recommended: list[CatalogueBook]
) -> dict[int, list[int]]:
    """Own books by recommended book, nearest first (primary key of ``similar_top``)."""
    own_ids = [own.book_id for own in liked]
    book_ids = [book.book_id for book in recommended]
    place = {book_id: position for position, book_id in enumerate(own_ids)}
    rows = snapshot.rows(
        "select similar_book_id, rank, book_id from similar_top"  # noqa: S608
        f" where book_id in ({','.join('?' * len(own_ids))})"
        f" and similar_book_id in ({','.join('?' * len(book_ids))})",
        (*own_ids, *book_ids),
    )
    near: dict[int, list[int]] = {}
    for similar_id, _, own_id in sorted(rows, key=lambda row: (row[1], place[row[2]])):
        near.setdefault(similar_id, []).append(own_id)
    return near


def _different_works(books: list[CatalogueBook]) -> list[CatalogueBook]:
    works: dict[int, CatalogueBook] = {}
    for book in books:
        works.setdefault(book.work_id, book)
    return list(works.values())[:_MOST_REASONS]
