"""The operator's corrections over rows of the snapshot, and books that only the operator knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from bookrec.isbn import id_spellings
from bookrec.search.words import search_words
from bookrec.shop.owner.corrections import BookCorrection
from bookrec.web.store.rows import Row

Corrections = Mapping[str, BookCorrection]
"""Corrections by ISBN; `ShopFront` reads them, `Snapshot` holds them."""

_ID_BYTES: Final = 7
_TEXTS: Final = ("title", "author", "publisher", "category", "language")


class CatalogueBook(msgspec.Struct, frozen=True):
    """A row of the snapshot's table ``book``, as the operator corrected it."""

    book_id: int
    """Below 0 for a book that the operator added after the snapshot was made."""
    isbn: str
    work_id: int
    title: str
    author: str
    year: int | None
    publisher: str
    image_url: str
    rating_mean: float | None
    rating_count: int
    reader_count: int
    similar_source: str | None
    category: str
    """'' when unknown, like language and series."""
    language: str
    series: str
    series_number: float | None


def corrected_book(corrections: Corrections, row: Row) -> CatalogueBook:
    """Return the book of a row of `CatalogueBook`'s columns, with its correction."""
    return with_correction(corrections, CatalogueBook(*row))


def with_correction(corrections: Corrections, book: CatalogueBook) -> CatalogueBook:
    """Return a book of the snapshot as the operator corrected it."""
    correction = corrections.get(book.isbn)
    return book if correction is None else _corrected(book, correction)


def _corrected(book: CatalogueBook, correction: BookCorrection) -> CatalogueBook:
    fields: dict[str, object] = {
        name: value for name in _TEXTS if (value := getattr(correction, name)) is not None
    }
    if correction.year is not None:
        fields["year"] = correction.year or None
    if correction.series is not None:
        fields |= {"series": correction.series, "series_number": correction.series_number}
    return msgspec.structs.replace(book, **fields)


def added_id(isbn: str) -> int:
    """Return the number, below 0, of a book that the snapshot does not have."""
    return -1 - int.from_bytes(hashlib.blake2b(isbn.encode(), digest_size=_ID_BYTES).digest())


def added_book(correction: BookCorrection) -> CatalogueBook:
    """Return an added book as a row of the catalogue: nobody has it, and it is a work of its own."""
    number = added_id(correction.isbn)
    book = CatalogueBook(
        *(number, correction.isbn, number, "", "", None, "", ""),
        *(None, 0, 0, None, "", "", "", None),
    )
    return _corrected(book, correction)


def added_by_isbn(corrections: Corrections, isbns: Iterable[str]) -> dict[str, CatalogueBook]:
    """Return the added books of ISBNs in any spelling, by ISBN as it was asked for."""
    books = {}
    for isbn in isbns:
        for spelling in id_spellings(isbn):
            correction = corrections.get(spelling)
            if correction is not None and correction.added:
                books[isbn] = added_book(correction)
                break
    return books


def added_by_id(corrections: Corrections, book_ids: Iterable[int]) -> dict[int, CatalogueBook]:
    """Return the added books of numbers below 0, by number."""
    wanted = {book_id for book_id in book_ids if book_id < 0}
    added = [added_book(c) for c in corrections.values() if wanted and c.added]
    return {book.book_id: book for book in added if book.book_id in wanted}


def added_with_words(corrections: Corrections, query: str) -> list[CatalogueBook]:
    """Return the added or corrected books that have all words of a query in title, author or ISBN."""
    words = search_words(query).split()
    hits = []
    for correction in corrections.values():
        text = f"{correction.title or ''} {correction.author or ''} {correction.isbn}"
        known = search_words(text).split()
        if words and correction.added and all(word in known for word in words):
            hits.append(added_book(correction))
    return sorted(hits, key=lambda book: (book.title, book.isbn))
