"""Books on the readers' lists of a snapshot: most and never recommended, and the stock they take."""

from __future__ import annotations

import sqlite3
from typing import Final

import msgspec

from bookrec.web.store.catalogue import CatalogueBook, books_by_id, books_by_isbn
from bookrec.web.store.per_snapshot import PerSnapshot
from bookrec.web.store.snapshot_reader import Snapshot

FIRST: Final = 10
"""Places of a list that count as likely to be wanted."""
_MOST_PARAMETERS: Final = 500


class ListCounts(msgspec.Struct, frozen=True):
    """Readers' lists of a snapshot, by book."""

    readers: int
    """Readers with a list."""
    lists: dict[int, int]
    """``book_id`` → readers on whose list the book stands."""
    first: dict[int, int]
    """``book_id`` → readers on whose first `FIRST` places it stands."""
    never: int
    """Books on nobody's list."""
    never_read: list[int]
    """The most read of these, by ``book_id``."""


class CountedBook(msgspec.Struct, frozen=True):
    """A book and a number of readers."""

    book: CatalogueBook
    readers: int


class SellableBook(msgspec.Struct, frozen=True):
    """A book in stock, and the copies that readers are likely to want."""

    book: CatalogueBook
    stock: int | None
    """None = not counted."""
    readers: int
    """Readers on whose first `FIRST` places it stands."""
    copies: int
    """The smaller of stock and readers."""
    value: int
    """Price of these copies, in minor units."""


class SellableStock(msgspec.Struct, frozen=True):
    """Stock that the lists would sell."""

    best: list[SellableBook]
    copies: int
    value: int
    unwanted: int
    """Books in stock on nobody's first places."""


def _count(snapshot: Snapshot) -> ListCounts:
    rows = snapshot.slow_rows(
        f"select book_id, count(*), sum(rank <= {FIRST}) from user_top group by book_id"  # noqa: S608
    )
    ((readers,),) = snapshot.slow_rows("select count(distinct reader_id) from user_top")
    lists = {row[0]: row[1] for row in rows}
    read = snapshot.slow_rows("select book_id from book order by reader_count desc, book_id")
    never = [book_id for (book_id,) in read if book_id not in lists]
    return ListCounts(
        readers, lists, {row[0]: row[2] for row in rows if row[2]}, len(never), never[:20]
    )


list_counts: Final = PerSnapshot(_count)
"""Counts of a snapshot, worked out once."""


def most_listed(snapshot: Snapshot, counts: ListCounts, limit: int) -> list[CountedBook]:
    """Return the books on most lists."""
    best = sorted(counts.lists, key=lambda b: (-counts.lists[b], b))[:limit]
    books = books_by_id(snapshot, best)
    return [CountedBook(books[b], counts.lists[b]) for b in best if b in books]


def never_listed(snapshot: Snapshot, counts: ListCounts, limit: int) -> list[CountedBook]:
    """Return the most read books on nobody's list, with their readers."""
    books = books_by_id(snapshot, counts.never_read[:limit])
    return [
        CountedBook(books[b], books[b].reader_count)
        for b in counts.never_read[:limit]
        if b in books
    ]


def read_stock(connection: sqlite3.Connection, currency: str) -> list[tuple[str, int, int | None]]:
    """Read (isbn, price, stock) of every book that can be bought now."""
    rows = connection.execute(
        "select isbn, price, stock from offer where currency = ? and price is not null"
        " and (stock is null or stock > 0)",
        (currency,),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def sellable_stock(
    snapshot: Snapshot,
    counts: ListCounts,
    offers: list[tuple[str, int, int | None]],
    limit: int,
) -> SellableStock:
    """Return the stock that the lists would sell: of each book, as many copies as readers want it.

    Args:
        snapshot: has the books.
        counts: of its lists.
        offers: see `read_stock`.
        limit: number of books to name, those of the greatest value first.
    """
    isbn_of = _isbns(snapshot, list(counts.first))
    wanted = {isbn_of[book_id]: n for book_id, n in counts.first.items() if book_id in isbn_of}
    rows = []
    for isbn, price, stock in offers:
        readers = wanted.get(isbn, 0)
        copies = readers if stock is None else min(stock, readers)
        rows.append((copies * price, copies, isbn, stock, readers))
    best = sorted((row for row in rows if row[1]), key=lambda row: (-row[0], row[2]))[:limit]
    books = books_by_isbn(snapshot, [row[2] for row in best])
    return SellableStock(
        best=[
            SellableBook(books[isbn], stock, readers, copies, value)
            for value, copies, isbn, stock, readers in best
            if isbn in books
        ],
        copies=sum(row[1] for row in rows),
        value=sum(row[0] for row in rows),
        unwanted=sum(not row[1] for row in rows),
    )


def _isbns(snapshot: Snapshot, book_ids: list[int]) -> dict[int, str]:
    isbns: dict[int, str] = {}
    for start in range(0, len(book_ids), _MOST_PARAMETERS):
        part = book_ids[start : start + _MOST_PARAMETERS]
        marks = ",".join("?" * len(part))
        isbns |= dict(
            snapshot.rows(f"select book_id, isbn from book where book_id in ({marks})", part)  # noqa: S608
        )
    return isbns
