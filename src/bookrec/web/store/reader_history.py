"""History of one reader on the site: interactions of the data set and of the shop, own shelves.

The shop has the last word on a book: its rating overrides the data set's, its tombstone removes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from bookrec.inference.history import POSITIVE_RATING
from bookrec.web.store.catalogue import CatalogueBook, books_by_id, books_by_isbn
from bookrec.web.store.rejections import NONE, Rejections
from bookrec.web.store.rows import Row
from bookrec.web.store.snapshot_reader import Snapshot

DELETED: Final = "deleted"
"""Kind of a shop's row that is a tombstone: the book leaves the history."""
IMPLICIT: Final = 0
"""Rating of an interaction without a rating."""
_LOWEST_RATING: Final = 1
IN_DATA_SET: Final = "dataset"
"""Kind of an interaction that the data set knows without a rating."""
WANT: Final = "want"
"""Shelf of the books that a reader wants to read."""
DISMISSED: Final = "dismissed"
"""Shelf of the books that are not for a reader: no list shows an edition of their works."""

INTERACTIONS_QUERY: Final = (
    "select isbn, kind, rating from shop_interaction where user_id = ? order by created_at, isbn"
)
"""The shop's rows for `build_history` (primary key of ``shop_interaction``)."""
SHELF_QUERY: Final = (
    "select isbn, shelf, created_at from shelf_book where user_id = ? order by shelf_book_id"
)
"""The rows of a reader's shelves for `build_history`, in the order of putting the books there."""


class SeenBook(msgspec.Struct, frozen=True):
    """A book of a reader's history."""

    book_id: int
    work_id: int
    rating: int
    """1–10, or 0 without a rating."""
    from_shop: bool
    """True for an interaction on this site, False for one of the data set."""
    kind: str = IN_DATA_SET
    """``rating``, ``like``, ``purchase``, ``owned``, or `IN_DATA_SET` without a rating."""

    @property
    def positive(self) -> bool:
        """Whether it is a like, a purchase, an interaction without a rating, or rated at least 7."""
        return self.rating == IMPLICIT or self.rating >= POSITIVE_RATING


class ShelvedBook(msgspec.Struct, frozen=True):
    """A book on a shelf of a reader's own."""

    book_id: int
    work_id: int
    created_at: int
    """Time of putting it there."""


class ReaderHistory(msgspec.Struct, frozen=True):
    """All books of a reader that this snapshot's catalogue has: seen, to read, not for them."""

    reader_id: int | None
    """The reader's number in this snapshot; None when it does not know them."""
    books: dict[int, SeenBook]
    """Seen books by ``book_id``; the shop's, latest first, before the data set's."""
    wanted: dict[int, ShelvedBook] = {}
    """Books to read by ``book_id``, latest first; none of a seen work."""
    dismissed: dict[int, ShelvedBook] = {}
    """Dismissed books by ``book_id``, latest first."""
    rejections: Rejections = NONE
    """Values that are not the reader's taste."""
    rejected: frozenset[int] = frozenset()
    """Seen books and books to read, by ``book_id``, that the rejections cover: they stay the reader's,
    and are no evidence of their taste."""

    @property
    def liked(self) -> list[SeenBook]:
        """Seen books that are evidence of a taste: positive, of no rejected value."""
        return [b for b in self.books.values() if b.positive and b.book_id not in self.rejected]

    @property
    def has_evidence(self) -> bool:
        """Whether any seen book or book to read is evidence of a taste, or against one."""
        return bool((self.books.keys() | self.wanted.keys()) - self.rejected)

    @property
    def works(self) -> set[int]:
        """Works of the seen books; no edition of one is recommended."""
        return {book.work_id for book in self.books.values()}

    @property
    def hidden_works(self) -> set[int]:
        """Works that no list shows the reader: seen ones and dismissed ones."""
        return self.works | {book.work_id for book in self.dismissed.values()}

    @property
    def kept_works(self) -> set[int]:
        """Works that are not recommended: the hidden ones, and those to read already."""
        return self.hidden_works | {book.work_id for book in self.wanted.values()}

    @property
    def evidence(self) -> list[tuple[int, int]]:
        """(book_id, rating) pairs that the ranker learns a reader's taste from.

        A book to read counts like one without a rating. A dismissed one counts like the lowest
        rating: it is never listed, and is no part of the taste. Books of rejected values are left out.
        """
        rated = [(book.book_id, book.rating) for book in self.books.values()]
        wanted = [(book_id, IMPLICIT) for book_id in self.wanted if book_id not in self.books]
        known = self.books.keys() | self.wanted.keys()
        dismissed = [(b, _LOWEST_RATING) for b in self.dismissed if b not in known]
        # The ranker does not know books that the operator added after the snapshot.
        pairs = (*rated, *wanted, *dismissed)
        return [pair for pair in pairs if pair[0] > 0 and pair[0] not in self.rejected]

    def shelf_of(self, book_id: int) -> str | None:
        """Shelf of the reader's own that a book is on: `WANT`, `DISMISSED` or None."""
        if book_id in self.wanted:
            return WANT
        return DISMISSED if book_id in self.dismissed else None


def build_history(
    snapshot: Snapshot,
    user_id: str,
    shop_rows: list[Row],
    shelf_rows: Sequence[Row] = (),
    rejection_rows: Sequence[Row] = (),
) -> ReaderHistory:
    """Join a reader's interactions of the snapshot and of the shop, and their shelves.

    Args:
        snapshot: has the data set's interactions.
        user_id: the reader, as the outside knows them.
        shop_rows: (isbn, kind, rating) rows, oldest first, see `INTERACTIONS_QUERY`.
        shelf_rows: (isbn, shelf, time) rows, oldest first, see `SHELF_QUERY`.
        rejection_rows: see `REJECTIONS_QUERY`.
    """
    reader = snapshot.row("select reader_id from reader where user_id = ?", (user_id,))
    reader_id: int | None = reader[0] if reader else None
    isbns = [row[0] for row in (*shop_rows, *shelf_rows)]
    known = books_by_isbn(snapshot, isbns) if isbns else {}
    books, deleted = _seen_in_shop(known, shop_rows)
    if reader_id is not None:
        for book_id, work_id, rating in snapshot.rows(
            "select book_id, work_id, rating from interaction join book using (book_id)"
            " where reader_id = ? order by rating desc, book_id",
            (reader_id,),
        ):
            if book_id not in books and book_id not in deleted:
                kind = "rating" if rating else IN_DATA_SET
                books[book_id] = SeenBook(book_id, work_id, rating, False, kind)
    seen_works = {book.work_id for book in books.values()}
    wanted, dismissed = dict[int, ShelvedBook](), dict[int, ShelvedBook]()
    for isbn, shelf, created_at in reversed(shelf_rows):
        book = known.get(isbn)
        if book is None or book.book_id in wanted or book.book_id in dismissed:
            continue
        shelved = ShelvedBook(book.book_id, book.work_id, created_at)
        if shelf == DISMISSED:
            dismissed[book.book_id] = shelved
        elif book.work_id not in seen_works:
            wanted[book.book_id] = shelved
    if not rejection_rows:
        return ReaderHistory(reader_id, books, wanted, dismissed)
    rejections = Rejections.of(rejection_rows)
    rejected = rejections.among(books_by_id(snapshot, [*books, *wanted]).values())
    return ReaderHistory(reader_id, books, wanted, dismissed, rejections, rejected)


def _seen_in_shop(
    known: dict[str, CatalogueBook], shop_rows: list[Row]
) -> tuple[dict[int, SeenBook], set[int]]:
    """Seen books of the shop's rows by ``book_id``, latest first, and the removed books."""
    books: dict[int, SeenBook] = {}
    deleted: set[int] = set()
    for isbn, kind, rating in reversed(shop_rows):
        book = known.get(isbn)
        if book is None or book.book_id in books or book.book_id in deleted:
            continue  # left the catalogue, or an older row under another spelling
        if kind == DELETED:
            deleted.add(book.book_id)
        else:
            rating = rating or IMPLICIT
            books[book.book_id] = SeenBook(book.book_id, book.work_id, rating, True, kind)
    return books, deleted
