"""Units of work of an export: a few books, authors, series or pages of the catalogue each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

import msgspec

from bookrec.web.export_site.files.links import SORTS
from bookrec.web.pages.browsing.catalogue import PAGE_SIZE
from bookrec.web.store.snapshot_reader import Snapshot

T = TypeVar("T")
_BOOKS: Final = 50
_NAMES: Final = 50
PAGES_AT_ONCE: Final = 25
"""Pages of a list that one search reads."""


class Unit(msgspec.Struct, frozen=True):
    """Work for one call of a process."""

    kind: str
    """``books``, ``authors``, ``publishers``, ``series``, ``list`` or ``single``."""
    keys: list[str]
    """ISBNs; names of authors, publishers, series or single pages; page numbers of the catalogue."""
    pages: int
    """Pages of one language, for progress; of an author with many books the first alone counts."""
    sort: str = ""
    """Order of a ``list``."""


def all_units(snapshot: Snapshot, singles: Sequence[str], listed: int) -> list[Unit]:
    """Return the units of a whole site.

    Args:
        snapshot: has the catalogue, and the operator's corrections.
        singles: names of the single pages.
        listed: books that the catalogue lists, one edition of each work.
    """
    isbns = all_isbns(snapshot)
    units = [Unit("single", list(singles), len(singles))]
    units += [Unit("books", part, len(part)) for part in _parts(isbns, _BOOKS)]
    for kind, query in _NAMES_QUERIES.items():
        names = [str(row[0]) for row in snapshot.rows(query)]
        units += [Unit(kind, part, len(part)) for part in _parts(names, _NAMES)]
    numbers = [str(number) for number in range(1, -(-listed // PAGE_SIZE) + 1)] or ["1"]
    for sort in SORTS:
        units += [Unit("list", part, len(part), sort) for part in _parts(numbers, PAGES_AT_ONCE)]
    return units


def all_isbns(snapshot: Snapshot) -> list[str]:
    """Return the ids of all books, the most popular first, then those that the operator added."""
    isbns = [str(row[0]) for row in snapshot.rows("select isbn from book order by place")]
    known = set(isbns)
    added = [c.isbn for c in snapshot.corrections.values() if c.added and c.isbn not in known]
    return isbns + sorted(added)


_NAMES_QUERIES: Final = {
    "authors": "select author, min(place) from book where author_key <> '' group by author_key"
    " order by min(place)",
    "publishers": "select publisher, min(place) from book where publisher <> ''"
    " group by publisher collate nocase order by min(place)",
    "series": "select series, min(place) from book where series_key <> '' group by series_key"
    " order by min(place)",
}
"""Queries for one spelling of each name, that of its most popular book."""


def _parts(items: list[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
