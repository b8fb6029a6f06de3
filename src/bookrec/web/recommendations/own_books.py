"""A reader's own books as a file that other sites read."""

from __future__ import annotations

from bookrec.web.history_import.export import ExportedBook, goodreads_csv
from bookrec.web.store.catalogue import books_by_id
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot


def export_own_books(snapshot: Snapshot, history: ReaderHistory) -> str:
    """Return seen, wanted and dismissed books in Goodreads' form (`goodreads_csv`)."""
    ids = [*history.books, *history.wanted, *history.dismissed]
    books = books_by_id(snapshot, ids)
    rows = [
        ExportedBook(books[seen.book_id], seen.rating or None, "read")
        for seen in history.books.values()
    ]
    rows += [
        ExportedBook(books[shelved.book_id], None, "to-read", shelved.created_at)
        for shelved in history.wanted.values()
    ]
    rows += [
        ExportedBook(books[shelved.book_id], None, "did-not-finish", shelved.created_at)
        for shelved in history.dismissed.values()
        if shelved.book_id not in history.books
    ]
    return goodreads_csv(rows)
