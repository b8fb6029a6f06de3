"""Books that go with a book: similar ones, those bought in the same order, those opened next."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec

from bookrec.shop.selling.order_states import CANCELLED
from bookrec.web.store.catalogue import CatalogueBook, books_by_id, books_by_isbn, similar_books
from bookrec.web.store.snapshot_reader import Snapshot

MOST: Final = 8


class Companion(msgspec.Struct, frozen=True):
    """A book that goes with another."""

    book: CatalogueBook
    number: float
    """Orders with both; else the score of the list, 0–1."""


def similar_companions(snapshot: Snapshot, book: CatalogueBook) -> tuple[str, list[Companion]]:
    """Return the source of the similar books and the first of them."""
    source, listed = similar_books(snapshot, book, MOST)
    return source, [Companion(item.book, item.score) for item in listed]


def opened_next(snapshot: Snapshot, book: CatalogueBook) -> list[Companion]:
    """Return the books that visits go to from a book; [] where the snapshot knows of no visits."""
    if not snapshot.visit_top:
        return []
    rows = snapshot.rows(
        "select next_book_id, score from visit_top where book_id = ? order by rank limit ?",
        (book.book_id, MOST),
    )
    books = books_by_id(snapshot, [row[0] for row in rows])
    return [Companion(books[row[0]], row[1]) for row in rows if row[0] in books]


def orders_together(connection: sqlite3.Connection, isbns: Sequence[str]) -> list[tuple[str, int]]:
    """Return (isbn, orders) of the books in orders with any of those books, the most first.

    Cancelled orders do not count.
    """
    marks = ",".join("?" * len(isbns))
    rows = connection.execute(
        "select other.isbn, count(distinct other.order_id) as orders"  # noqa: S608
        " from shop_order_line line join shop_order using (order_id)"
        " join shop_order_line other on other.order_id = line.order_id"
        f" where line.isbn in ({marks}) and other.isbn not in ({marks}) and state <> ?"
        " group by 1 order by 2 desc, 1 limit ?",
        (*isbns, *isbns, CANCELLED, MOST),
    )
    return [(row[0], row[1]) for row in rows]


def bought_together(snapshot: Snapshot, rows: Sequence[tuple[str, int]]) -> list[Companion]:
    """Return the catalogue's books of `orders_together`."""
    books = books_by_isbn(snapshot, [isbn for isbn, _ in rows])
    return [Companion(books[isbn], orders) for isbn, orders in rows if isbn in books]
