"""Rows of mapped tables as texts: readers, books and interactions, each from one or several files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.offline.data.assembly.raw_table import RawTable
from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.fields import DETAILS, IDS
from bookrec.offline.data.mapping.mapping import FILE, TableMapping, position_of, positions

READER_TEXTS: Final = ("user_id", "age", "location")
BOOK_TEXTS: Final = ("title", "author", "publisher", "year", "image_url")
INTERACTION_TEXTS: Final = (
    *("user_id", "rating", "timestamp"),
    *("quantity", "order_id", "kind", "status"),
)
_FIELD_OF: Final = {"user_id": "reader_id", "timestamp": "time"}
"""Column of the data set → field of a mapping, where the names differ."""
BOOK_IDS: Final = "book_id"
"""Columns of the ids of books: ``book_id``, ``book_id_2``, …; the first that is not blank counts."""
OWN_CODES: Final = "book_id_code"
"""Columns of the shop's own codes, ``book_id_code``, ``book_id_code_2``, …; they count last."""


@dataclass
class SelectedRows:
    """Rows of a source by what they describe; None where the source has none."""

    readers: RawTable | None
    """``user_id``, ``age``, ``location``."""
    books: RawTable | None
    """``book_id``…, `BOOK_TEXTS`, `DETAILS`."""
    interactions: RawTable | None
    """``book_id``…, ``title``, ``author``, ``publisher``, `INTERACTION_TEXTS`, ``meaning``."""
    stock: RawTable | None
    """``book_id``…, `DETAILS`: prices and stock of books that are known already."""


@dataclass(frozen=True)
class MappedTable:
    """A table and its mapping."""

    table: SourceTable
    mapping: TableMapping

    @property
    def has_title(self) -> bool:
        """Whether the rows name titles."""
        return "title" in self.mapping.fields()

    @property
    def has_interactions(self) -> bool:
        """Whether the rows are interactions."""
        return bool(self.mapping.rows)

    @property
    def has_readers(self) -> bool:
        """Whether the rows describe readers, beyond naming them in interactions."""
        fields = self.mapping.fields()
        described = bool({"age", "location"} & fields)
        return "reader_id" in fields and (described or not self.has_interactions)

    @property
    def has_stock(self) -> bool:
        """Whether the rows are prices or stock of books that another table describes."""
        fields = self.mapping.fields()
        about_books = bool(IDS & fields) and bool(set(DETAILS) & fields)
        return about_books and not self.has_title and not self.has_interactions


def select_rows(tables: Sequence[MappedTable]) -> SelectedRows:
    """Select the rows of mapped tables. Raises as `mapping.positions` does."""
    ids = _id_columns(tables)
    books = (*ids, *BOOK_TEXTS, *DETAILS)
    interactions = (*ids, "title", "author", "publisher", *INTERACTION_TEXTS)
    return SelectedRows(
        readers=_collect([t for t in tables if t.has_readers], READER_TEXTS),
        books=_collect([t for t in tables if t.has_title], books),
        interactions=_collect([t for t in tables if t.has_interactions], interactions),
        stock=_collect([t for t in tables if t.has_stock], (*ids, *DETAILS)),
    )


def _id_columns(tables: Sequence[MappedTable]) -> list[str]:
    fields = [list(table.mapping.columns.values()) for table in tables]
    ids = max((of_table.count(BOOK_IDS) for of_table in fields), default=0)
    codes = max((of_table.count("code") for of_table in fields), default=0)
    return [*_numbered(BOOK_IDS, max(1, ids)), *_numbered(OWN_CODES, codes)]


def _numbered(name: str, count: int) -> list[str]:
    return [name if number == 1 else f"{name}_{number}" for number in range(1, count + 1)]


def _collect(tables: Sequence[MappedTable], columns: Sequence[str]) -> RawTable | None:
    if not tables:
        return None
    frames = [_rows(mapped, at, columns) for at, mapped in enumerate(tables)]
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    raw = RawTable([mapped.table for mapped in tables], frame)
    if "left_out" in frame:
        left_out = frame["left_out"].to_numpy(dtype=bool)
        raw.frame = frame.drop(columns="left_out")
        raw.reject(left_out, "left_out")
    derived = [at for at, mapped in enumerate(tables) if mapped.has_interactions]
    return _distinct(raw, columns, derived) if derived and "rating" not in columns else raw


def _rows(mapped: MappedTable, at: int, columns: Sequence[str]) -> pd.DataFrame:
    """Select columns of a table, "" where it has none, with the place of each row."""
    table, mapping = mapped.table, mapped.mapping
    places_of_field = positions(mapping, table.header, table.place)
    n_rows = len(table.columns)
    blank = pd.Series(np.full(n_rows, "", dtype=object), dtype="str")
    selected: dict[str, object] = {}
    for column in columns:
        field = _FIELD_OF.get(column, column)
        if column.startswith(BOOK_IDS):
            kind, field = (OWN_CODES, "code") if column.startswith(OWN_CODES) else (BOOK_IDS,) * 2
            number = int(column.removeprefix(kind).strip("_") or 1)
            places = places_of_field.get(field, [])[number - 1 : number]
        else:
            places = places_of_field.get(field, [])
        selected[column] = table.columns[places[0]].array if places else blank.array
    if mapping.reader == FILE and "user_id" in columns:
        selected["user_id"] = pd.array([_stem(table.name)] * n_rows, dtype="str")
    if "rating" in columns:
        selected["meaning"] = pd.Categorical([mapping.rows] * n_rows)
    if mapping.skip:
        selected["left_out"] = _left_out(mapped)
    selected["part"] = np.full(n_rows, at, dtype=np.int16)
    selected["first_line"] = table.first_line
    selected["last_line"] = table.last_line
    return pd.DataFrame(selected)


def _left_out(mapped: MappedTable) -> NDArray[np.bool_]:
    table = mapped.table
    left_out = np.zeros(len(table.columns), dtype=bool)
    for header, words in mapped.mapping.skip.items():
        position = position_of(header, table.header, table.place)
        left_out |= table.columns[position].str.strip().isin(words).to_numpy()
    return left_out


def _distinct(raw: RawTable, columns: Sequence[str], derived: Sequence[int]) -> RawTable:
    """Keep one row of each book or reader of tables whose rows are interactions.

    The other rows say the same once more; they are counted as interactions.
    """
    frame = raw.frame
    of_interactions = np.isin(frame["part"].to_numpy(), derived)
    again = of_interactions & frame.duplicated([*columns, "part"]).to_numpy()
    kept = frame.loc[~again].reset_index(drop=True)
    counts = np.bincount(kept["part"].to_numpy(), minlength=len(raw.parts)).tolist()
    assert raw.rows_read is not None
    whole = [
        count if at in derived else read
        for at, (count, read) in enumerate(zip(counts, raw.rows_read, strict=True))
    ]
    distinct = RawTable(raw.parts, kept, rows_read=whole)
    plain = [at for at in range(len(raw.parts)) if at not in derived]
    distinct.take_reasons(raw, plain)
    return distinct


def _stem(name: str) -> str:
    """Name of a file without folders and suffixes: the reader of an export."""
    return PurePosixPath(name.replace("\\", "/")).name.split(".")[0]
