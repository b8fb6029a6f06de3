"""The operator's corrections and additions of books, taken into a data set."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from bookrec.offline.data.assembly.book_details import DETAIL_DTYPES, NUMBERS
from bookrec.offline.data.dataset import BOOK_DTYPES, Dataset
from bookrec.offline.data.import_data import group_editions
from bookrec.offline.data.works.corrections import read_corrections as read_work_corrections
from bookrec.settings import Home
from bookrec.shop.owner.corrections import BookCorrection, read_corrections
from bookrec.shop.schema import migrate

_COLUMNS: Final = ("title", "author", "publisher", "year")
_DETAILS: Final = ("category", "language", "description")


def read_operator_books(home: Home) -> dict[str, BookCorrection]:
    """Read the corrections of the shop's database, by ISBN; {} without one."""
    path = home.shop_database
    if not path.exists():
        return {}
    migrate(path)
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as c:
        return read_corrections(c)


def with_operator_books(
    home: Home, base: Dataset, corrections: Mapping[str, BookCorrection]
) -> Dataset:
    """Return an imported data set with its books corrected and the added ones among them.

    It keeps the manifest of ``base``, so that an extension of it names ``base`` as what it extends. A
    correction of a book that left the catalogue is left out. Series are not part of a data set: the
    site reads them from the corrections.

    Args:
        home: has the operator's corrections of works.
        base: an imported data set.
        corrections: by ISBN.
    """
    known = set(base.books["isbn"])
    used = [c for isbn, c in sorted(corrections.items()) if isbn in known or c.added]
    if not used:
        return base
    books = _corrected_books(base.books, used)
    works = group_editions(books, read_work_corrections(home.work_corrections)).works
    books = books.assign(work_id=works)
    moved = pd.Index(books["isbn"]).get_indexer(pd.Index(base.books["isbn"])).astype(np.int32)
    return replace(
        base,
        books=books.astype(BOOK_DTYPES)[list(BOOK_DTYPES)],
        interactions=_moved(base.interactions, moved),
        details=_corrected_details(base.details, used),
        copies=None if base.copies is None else _moved(base.copies, moved),
    )


def _moved(rows: pd.DataFrame, moved: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Rows by the new positions of their books; the order of the books is as before."""
    return rows.assign(book_idx=moved[rows["book_idx"].to_numpy()])


def _corrected_books(books: pd.DataFrame, corrections: list[BookCorrection]) -> pd.DataFrame:
    """Books with the corrected columns, sorted by ISBN."""
    known = set(books["isbn"])
    added = [
        {"isbn": c.isbn, "title": "", "author": "", "publisher": "", "image_url": "", "year": None}
        for c in corrections
        if c.isbn not in known
    ]
    columns = ["isbn", *_COLUMNS, "image_url"]
    both = books[columns]
    if added:
        dtypes = {name: BOOK_DTYPES[name] for name in columns}
        both = pd.concat([both, pd.DataFrame(added, columns=columns).astype(dtypes)])
    both = both.sort_values("isbn", ignore_index=True)
    places = pd.Index(both["isbn"]).get_indexer(pd.Index([c.isbn for c in corrections]))
    for name in _COLUMNS:
        values = both[name].tolist()
        for place, correction in zip(places, corrections, strict=True):
            if (value := getattr(correction, name)) is not None:
                values[place] = (value or None) if name == "year" else value
        both[name] = pd.Series(values, index=both.index, dtype=BOOK_DTYPES[name])
    return both


def _corrected_details(
    details: pd.DataFrame | None, corrections: list[BookCorrection]
) -> pd.DataFrame | None:
    """Details of books with the corrected ones; None where nothing is known."""
    rows: dict[str, dict[str, Any]] = (
        {}
        if details is None
        else {
            row["isbn"]: {str(k): v for k, v in row.items()} for row in details.to_dict("records")
        }
    )
    for correction in corrections:
        values = {
            name: value for name in _DETAILS if (value := getattr(correction, name)) is not None
        }
        if values:
            empty = {name: np.nan if name in NUMBERS else "" for name in DETAIL_DTYPES}
            rows[correction.isbn] = {
                **rows.get(correction.isbn, empty),
                "isbn": correction.isbn,
                **values,
            }
    if not rows:
        return details
    frame = pd.DataFrame([rows[isbn] for isbn in sorted(rows)], columns=list(DETAIL_DTYPES))
    return frame.astype(DETAIL_DTYPES)
