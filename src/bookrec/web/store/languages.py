"""Books in a visitor's language: the codes by which a catalogue names it, and its most read books."""

from __future__ import annotations

from typing import Final

from babel import Locale, UnknownLocaleError

from bookrec.web.store.catalogue import BOOK_COLUMNS, CatalogueBook, ListedBook, read_books
from bookrec.web.store.snapshot_reader import Snapshot

_LEAST_MEAN: Final = 6.0
"""Lowest mean rating of a book that is listed for its language."""


def codes_of_language(snapshot: Snapshot, language: str) -> tuple[str, ...]:
    """Return the values of ``book.language`` that mean a language of the pages: ``vi``, ``vie``.

    () where the catalogue has no book in it, or none in another one.
    """

    def codes() -> tuple[str, ...]:
        known = [code for (code,) in snapshot.rows("select distinct language from book")]
        same = tuple(code for code in known if code and _short(code) == _short(language))
        return same if len(same) < len(known) else ()

    return snapshot.keep(("codes of language", language), codes)


def books_in_language(snapshot: Snapshot, codes: tuple[str, ...], limit: int) -> list[ListedBook]:
    """Return the most read books in a language that are not disliked (index ``book_by_language``)."""
    books: list[CatalogueBook] = []
    for code in codes:
        rows = snapshot.rows(
            f"select {BOOK_COLUMNS} from book where language = ? and language <> ''"  # noqa: S608
            " and coalesce(rating_mean, 10) >= ? order by place limit ?",
            (code, _LEAST_MEAN, limit),
        )
        books += read_books(snapshot, rows)
    books.sort(key=lambda book: (-book.reader_count, book.book_id))
    return [ListedBook(book, 0.0) for book in books[:limit]]


def _short(code: str) -> str:
    """Two-letter code of a language; the code itself where nobody knows it."""
    try:
        return str(Locale.parse(code.replace("-", "_")).language)
    except (UnknownLocaleError, ValueError, TypeError):
        return code.casefold()
