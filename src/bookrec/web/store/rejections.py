"""Values that a reader rejected as not their taste: authors, series, categories, languages, decades.

A book is covered by the rejections when any of its values is among them. Covered books leave the
reader's lists, and those of their history are no evidence of taste.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final

import msgspec

from bookrec.search.words import name_key, series_key
from bookrec.web.store.catalogue import CatalogueBook
from bookrec.web.store.rows import Row
from bookrec.web.store.snapshot_reader import Snapshot

AUTHOR: Final = "author"
SERIES: Final = "series"
CATEGORY: Final = "category"
LANGUAGE: Final = "language"
DECADE: Final = "decade"
FACETS: Final = (AUTHOR, SERIES, CATEGORY, DECADE, LANGUAGE)
"""Facets whose values a reader can reject."""
MOST: Final = 200
"""Rejected values of a reader."""

REJECTIONS_QUERY: Final = (
    "select facet, value, label, created_at from taste_correction where user_id = ?"
    " order by created_at desc, facet, value"
)
"""A reader's rows for `Rejections.of`, the latest first (primary key of ``taste_correction``)."""

_author_key: Final = lru_cache(maxsize=100_000)(name_key)
"""Lists of hundreds of books are looked through at each request."""
_series_key: Final = cache(series_key)


class Rejection(msgspec.Struct, frozen=True):
    """A value that is not the reader's taste."""

    facet: str
    value: str
    """Key of the value, see `key_of`."""
    label: str
    """The value as the reader saw it."""
    created_at: int


class Rejections(msgspec.Struct, frozen=True):
    """All rejected values of a reader."""

    items: tuple[Rejection, ...] = ()
    """The latest first."""
    values: Mapping[str, frozenset[str]] = {}
    """Keys by facet."""

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Rejections:
        """Return the rejections of rows, see `REJECTIONS_QUERY`."""
        items = tuple(Rejection(*row) for row in rows)
        values = {
            facet: frozenset(item.value for item in items if item.facet == facet)
            for facet in {item.facet for item in items}
        }
        return cls(items, values)

    def covers(self, book: CatalogueBook) -> bool:
        """Whether a value of the book is rejected."""
        return any(_key_in(book, facet) in keys for facet, keys in self.values.items())

    def among(self, books: Iterable[CatalogueBook]) -> frozenset[int]:
        """Return the ``book_id`` of the covered books."""
        return frozenset(book.book_id for book in books if self.covers(book))


NONE: Final = Rejections()
"""Rejections of visitors, and of readers who rejected nothing."""


def label_in(book: CatalogueBook, facet: str) -> str:
    """Return a book's value of a facet as the catalogue has it; '' where it is unknown."""
    if facet == DECADE:
        return str(book.year // 10 * 10) if book.year else ""
    return str(getattr(book, facet))


def key_of(facet: str, label: str) -> str:
    """Return the key of a value, one for all spellings of a name; a key is its own key."""
    if facet == AUTHOR:
        return _author_key(label)
    return _series_key(label) if facet == SERIES else label.strip()


def values_of(book: CatalogueBook) -> list[tuple[str, str]]:
    """Return (facet, key) of the known values of a book."""
    pairs = [(facet, _key_in(book, facet)) for facet in FACETS]
    return [(facet, key) for facet, key in pairs if key]


def _key_in(book: CatalogueBook, facet: str) -> str:
    label = label_in(book, facet)
    return key_of(facet, label) if label else ""


_LOOKUPS: Final = {
    AUTHOR: "select author from book where author_key = ? order by place limit 1",
    SERIES: "select series from book where series_key = ? and series_key <> '' limit 1",
    CATEGORY: "select category from book where category = ? and category <> '' limit 1",
    LANGUAGE: "select language from book where language = ? and language <> '' limit 1",
}
"""Statements that find a value by its key in the catalogue, each on an index."""


def known_label(snapshot: Snapshot, facet: str, value: str) -> str:
    """Return a value as the catalogue spells it, by any spelling of it; '' where no book has it."""
    key = key_of(facet, value)
    if facet == DECADE:
        return key if _is_decade(key) else ""
    row = snapshot.row(_LOOKUPS[facet], (key,)) if key else None
    if row is not None:
        return str(row[0])
    corrected = (str(getattr(c, facet) or "") for c in snapshot.corrections.values())
    return next((label for label in corrected if label and key_of(facet, label) == key), "")


def _is_decade(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) == 4 and text.endswith("0")
