"""History of one reader on the site: interactions of the data set and of the shop.

The shop has the last word on a book: its rating overrides the data set's, its tombstone removes it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bookrec.inference.history import POSITIVE_RATING
from bookrec.web.store.catalogue import books_by_isbn
from bookrec.web.store.rows import Row
from bookrec.web.store.snapshot_reader import Snapshot

DELETED: Final = "deleted"
"""Kind of a shop's row that is a tombstone: the book leaves the history."""
IMPLICIT: Final = 0
"""Rating of an interaction without a rating."""

INTERACTIONS_QUERY: Final = (
    "select isbn, kind, rating from shop_interaction where user_id = ? order by created_at, isbn"
)
"""The shop's rows for `build_history` (primary key of ``shop_interaction``)."""


class SeenBook(msgspec.Struct, frozen=True):
    """A book of a reader's history."""

    book_id: int
    work_id: int
    rating: int
    """1–10, or 0 without a rating."""
    from_shop: bool
    """True for an interaction on this site, False for one of the data set."""

    @property
    def positive(self) -> bool:
        """Whether it is a like, a purchase, an interaction without a rating, or rated at least 7."""
        return self.rating == IMPLICIT or self.rating >= POSITIVE_RATING


class ReaderHistory(msgspec.Struct, frozen=True):
    """All seen books of a reader that this snapshot's catalogue has."""

    reader_id: int | None
    """The reader's number in this snapshot; None when it does not know them."""
    books: dict[int, SeenBook]
    """By ``book_id``; the shop's, latest first, before the data set's."""

    @property
    def works(self) -> set[int]:
        """Works of the seen books; no edition of one is recommended."""
        return {book.work_id for book in self.books.values()}


def build_history(snapshot: Snapshot, user_id: str, shop_rows: list[Row]) -> ReaderHistory:
    """Join a reader's interactions of the snapshot and of the shop.

    Args:
        snapshot: has the data set's interactions.
        user_id: the reader, as the outside knows them.
        shop_rows: (isbn, kind, rating) rows, oldest first, see `INTERACTIONS_QUERY`.
    """
    reader = snapshot.row("select reader_id from reader where user_id = ?", (user_id,))
    reader_id: int | None = reader[0] if reader else None
    known = books_by_isbn(snapshot, [row[0] for row in shop_rows]) if shop_rows else {}
    books: dict[int, SeenBook] = {}
    deleted: set[int] = set()
    for isbn, kind, rating in reversed(shop_rows):
        book = known.get(isbn)
        if book is None or book.book_id in books or book.book_id in deleted:
            continue  # left the catalogue, or an older row under another spelling
        if kind == DELETED:
            deleted.add(book.book_id)
        else:
            books[book.book_id] = SeenBook(book.book_id, book.work_id, rating or IMPLICIT, True)
    if reader_id is not None:
        for book_id, work_id, rating in snapshot.rows(
            "select book_id, work_id, rating from interaction join book using (book_id)"
            " where reader_id = ? order by rating desc, book_id",
            (reader_id,),
        ):
            if book_id not in books and book_id not in deleted:
                books[book_id] = SeenBook(book_id, work_id, rating, False)
    return ReaderHistory(reader_id, books)
