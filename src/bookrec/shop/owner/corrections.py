"""Corrections of the catalogue's books, and books that the operator added.

A correction overrides the snapshot's row where the site reads it. The nightly job takes all of them
into the data set, so that search and lists follow.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from bookrec.errors import ShopError
from bookrec.isbn import id_problem, normalise_isbn

UNKNOWN_YEAR: Final = 0
FIELDS: Final = (
    *("title", "author", "publisher", "year", "category", "language"),
    *("series", "series_number", "description"),
)
"""Fields of a book that can be corrected."""
_NUMBERS: Final = ("year", "series_number")
_MOST_TEXT: Final = 300
_MOST_DESCRIPTION: Final = 10_000


@dataclass(frozen=True)
class BookCorrection:
    """Fields of a book as the operator states them; None = as the catalogue has it."""

    isbn: str
    added: bool = False
    """Whether the operator added the book: its title is never None then."""
    title: str | None = None
    author: str | None = None
    """'' = unknown, like the other texts."""
    publisher: str | None = None
    year: int | None = None
    """`UNKNOWN_YEAR` = unknown."""
    category: str | None = None
    language: str | None = None
    series: str | None = None
    series_number: float | None = None
    """Counts with ``series`` only; None = without a number."""
    description: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is corrected."""
        return not self.added and all(getattr(self, name) is None for name in FIELDS)


class FieldRefused(ShopError):
    """A text that a field of a book does not take."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"The {field.replace('_', ' ')} {reason}.")
        self.field = field


_COLUMNS: Final = ", ".join(("isbn", "added", *FIELDS))


def read_corrections(connection: sqlite3.Connection) -> dict[str, BookCorrection]:
    """Read all corrections, by ISBN."""
    rows = connection.execute(f"select {_COLUMNS} from book_correction order by isbn")  # noqa: S608
    return {row[0]: BookCorrection(row[0], bool(row[1]), *row[2:]) for row in rows}


def parse_fields(texts: Mapping[str, str]) -> BookCorrection:
    """Return the fields that a form or command line gives as texts; others stay None.

    Raises:
        FieldRefused: a text is too long, or no year or number.
    """
    named = (name for name in FIELDS if name in texts and name not in _NUMBERS)
    values: dict[str, Any] = {name: _text(name, texts[name]) for name in named}
    correction = BookCorrection("", **values)
    if correction.title == "":
        raise FieldRefused("title", "is missing; every book has one")
    if "year" in texts:
        correction = replace(correction, year=_year(texts["year"].strip()))
    if correction.series:
        number = _number(texts.get("series_number", "").strip())
        correction = replace(correction, series_number=number)
    return correction


def _text(name: str, value: str) -> str:
    if name == "description":
        text, most = (
            "\n".join(line.strip() for line in value.strip().splitlines()),
            _MOST_DESCRIPTION,
        )
    else:
        text, most = " ".join(value.split()), _MOST_TEXT
    if len(text) > most:
        raise FieldRefused(name, f"has {len(text):,} characters; at most {most:,} are kept")
    if not text.replace("\n", "").isprintable():
        raise FieldRefused(name, "has characters that cannot be shown; type it again")
    return text


def _year(text: str) -> int:
    latest = datetime.now(UTC).year + 5
    if not text:
        return UNKNOWN_YEAR
    if not (
        text.isascii() and text.isdecimal() and 1 <= len(text) <= 4 and 1 <= int(text) <= latest
    ):
        raise FieldRefused("year", f"is {text!r}; write a number from 1 to {latest}, or nothing")
    return int(text)


def _number(text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not 0 <= number <= 9_999:
        raise FieldRefused("series_number", f"is {text!r}; write a number such as 3, or nothing")
    return number


def new_book_id(typed: str) -> str:
    """Return the id under which a book is added.

    Raises:
        FieldRefused: the text cannot name a book.
    """
    isbn = normalise_isbn(typed)
    if problem := id_problem(isbn):
        raise FieldRefused("isbn", f"cannot name a book ({problem.replace('_', ' ')})")
    return isbn


def store_correction(connection: sqlite3.Connection, correction: BookCorrection) -> None:
    """Store a correction in place of an earlier one of the book; an empty one is removed."""
    if correction.empty:
        remove_correction(connection, correction.isbn)
        return
    columns = ("isbn", "added", *FIELDS, "updated_at")
    values = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    connection.execute(
        f"insert into book_correction ({', '.join(columns)})"  # noqa: S608
        f" values ({', '.join('?' * len(columns))}) on conflict (isbn) do update set {values}",
        (*astuple(correction), int(time.time())),
    )


def remove_correction(connection: sqlite3.Connection, isbn: str) -> bool:
    """Remove the correction of a book, or the added book; whether there was one."""
    cursor = connection.execute("delete from book_correction where isbn = ?", (isbn,))
    return cursor.rowcount > 0
