"""A reader's books as a file of Goodreads' form, which Goodreads, other sites and bookrec read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from bookrec.isbn import is_isbn10, is_isbn13, to_isbn10, to_isbn13
from bookrec.web.store.catalogue import CatalogueBook

HEADER: Final = (
    "Title", "Author", "ISBN", "ISBN13", "My Rating", "Average Rating", "Publisher",
    "Year Published", "Date Added", "Bookshelves", "Exclusive Shelf",
)  # fmt: skip
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class ExportedBook(msgspec.Struct, frozen=True):
    """A book of the reader's for the file."""

    book: CatalogueBook
    rating: int | None
    """1–10; None without a rating."""
    shelf: str
    """Goodreads' name of a shelf: ``read``, ``to-read`` or ``did-not-finish``."""
    added_at: int | None = None


def goodreads_csv(books: Iterable[ExportedBook]) -> str:
    """Return the file. Ratings are stars, 1 to 5 with halves: 9 of 10 is ``4.5``; 0 is no rating."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for item in books:
        book = item.book
        isbn10, isbn13 = _isbns(book.isbn)
        mean = f"{book.rating_mean / 2:.2f}" if book.rating_mean is not None else ""
        added = datetime.fromtimestamp(item.added_at, UTC) if item.added_at else None
        writer.writerow(
            (
                _harmless(book.title),
                _harmless(book.author),
                # Goodreads writes them so, lest a spreadsheet take their zeros.
                f'="{isbn10}"',
                f'="{isbn13}"',
                f"{(item.rating or 0) / 2:g}",
                mean,
                _harmless(book.publisher),
                book.year or "",
                f"{added:%Y/%m/%d}" if added else "",
                item.shelf,
                item.shelf,
            )
        )
    return text.getvalue()


def _isbns(isbn: str) -> tuple[str, str]:
    """Return the two spellings of an ISBN; ('', '') for another id."""
    if is_isbn10(isbn):
        return isbn, to_isbn13(isbn)
    return (to_isbn10(isbn) or "", isbn) if is_isbn13(isbn) else ("", "")


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
