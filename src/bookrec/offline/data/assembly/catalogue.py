"""Catalogue of a source: its books, cleaned, and which book each id names."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pandas as pd

from bookrec.offline.data.assembly.book_ids import BookKeys
from bookrec.offline.data.assembly.cleaning import clean_books, split_years
from bookrec.offline.data.assembly.raw_table import RawTable
from bookrec.offline.data.mapping.mapping import Mapping

NO_BOOKS: Final = pd.DataFrame({"isbn": [], "title": [], "author": []}, dtype="str")


@dataclass(frozen=True)
class Known:
    """Books of an earlier data set, for rows added to it."""

    isbns: pd.Index
    """Ids of its books."""
    keys: MappingOf[str, str]
    """Further ids of its books → id of the book."""


@dataclass(frozen=True)
class Catalogue:
    """Books of a source, and of what it adds to."""

    books: pd.DataFrame
    """The catalogue's columns except ``work_id``, and `DETAILS`; sorted by ``isbn``."""
    keys: BookKeys
    isbns: pd.Index
    """Ids of the books that ``book_idx`` numbers: those of the source, and of what it adds to."""


def clean_catalogue(
    table: RawTable | None, mapping: Mapping, known: Known | None = None
) -> Catalogue:
    """Clean the books of a source.

    Args:
        table: texts of the rows of books; None where the source has none.
        mapping: of the source.
        known: the data set that the source adds to; None = the source stands alone.
    """
    keys = BookKeys()
    if known:
        keys.add(known.isbns.tolist(), known.isbns.tolist())
        keys.add(list(known.keys), list(known.keys.values()))
    books = NO_BOOKS
    if table is not None:
        if mapping.title_has_year:
            split_years(table)
        books, new_keys = clean_books(table, datetime.now(UTC).year, mapping.code_prefix)
        if known:
            # A code that the data set knows names its book.
            named = [known.keys.get(isbn, isbn) for isbn in books["isbn"].tolist()]
            books = books.assign(isbn=pd.array(named, dtype="str")).drop_duplicates("isbn")
        books = books.sort_values("isbn", ignore_index=True)
        keys.add(list(new_keys.isbn_of_key), list(new_keys.isbn_of_key.values()))
    isbns = pd.Index(books["isbn"])
    return Catalogue(books, keys, known.isbns.union(isbns, sort=True) if known else isbns)
