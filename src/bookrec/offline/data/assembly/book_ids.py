"""Ids of books: one per row of several columns, and the book that each id in a source names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.isbn import CODE_PREFIX, NO_ISBN, id_problem, made_book_id
from bookrec.offline.data.assembly.raw_table import RawTable
from bookrec.offline.data.assembly.repaired_ids import CODE, ISBN, UNUSABLE, RepairedIds
from bookrec.offline.data.assembly.select_rows import BOOK_IDS, OWN_CODES


@dataclass
class BookKeys:
    """Which book each id in a source names: ISBNs in all columns, and the shop's own codes."""

    isbn_of_key: dict[str, str] = field(default_factory=dict)
    """Repaired id → id of the book."""
    isbn_without_zeros: dict[str, str] = field(default_factory=dict)
    """Number without leading zeros → id of the one book whose code it is with them; "" = of several."""

    def add(self, keys: Sequence[str], isbns: Sequence[str]) -> int:
        """Add what further ids name; return the number of ids that name several books.

        The id of a book itself is never taken for another book, and an id of several books names
        the first.
        """
        ambiguous = 0
        for key, isbn in zip(keys, isbns, strict=True):
            if key and self.isbn_of_key.setdefault(key, isbn) != isbn:
                ambiguous += 1
            code = key.removeprefix(CODE_PREFIX)
            if code[:1] == "0" and code.isdigit():
                same = self.isbn_without_zeros.setdefault(code.lstrip("0"), isbn) == isbn
                self.isbn_without_zeros[code.lstrip("0")] = isbn if same else ""
        return ambiguous

    def further(self) -> dict[str, str]:
        """Ids other than the books' own → id of the book."""
        return {key: isbn for key, isbn in self.isbn_of_key.items() if key != isbn}

    def lacks_zeros(self, text: str) -> bool:
        """Whether an id is that of the one code which differs from it by leading zeros only.

        A spreadsheet drops them.
        """
        return text not in self.isbn_of_key and bool(self._with_zeros(text))

    def _with_zeros(self, text: str) -> str | None:
        return self.isbn_without_zeros.get(text.removeprefix(CODE_PREFIX))

    def positions(self, ids: Sequence[str], catalogue: pd.Index) -> NDArray[np.int64]:
        """[ids] positions in the catalogue of the books that ids name; -1 = none."""
        named = [self.isbn_of_key.get(text) or self._with_zeros(text) or text for text in ids]
        return catalogue.get_indexer(pd.Index(named, dtype="str")).astype(np.int64)


def id_columns(frame: pd.DataFrame) -> list[str]:
    """Columns of ids of books, in order of preference."""
    return [name for name in frame.columns if str(name).startswith(BOOK_IDS)]


def repaired_ids(frame: pd.DataFrame, name: str) -> RepairedIds:
    """Repair one of `id_columns`."""
    return RepairedIds.of(frame[name], own_codes=name.startswith(OWN_CODES))


def identify_books(table: RawTable, code_prefix: str) -> None:
    """Give every row of books one id, the column ``isbn``; the columns of ids get repaired.

    A row has the first valid ISBN of its columns, else its first usable code, behind the prefix, else
    an id made from title, author and publisher. Rows with an id that can name no book, and rows
    without id and title, are rejected.
    """
    columns = []
    for name in id_columns(table.frame):
        columns.append(repaired_ids(table.frame, name))
        columns[-1].count_repairs(table)
        # Later each id is a key of the book, in the one spelling in which interactions name it.
        table.frame[name] = pd.array(columns[-1].of_rows(), dtype="str")
    chosen = np.full(len(table.frame), "", dtype=object)
    kinds = [column.kinds for column in columns]
    for wanted in (ISBN, CODE, UNUSABLE):
        for column, kind in zip(columns, kinds, strict=True):
            if wanted not in kind:
                continue
            here = (chosen == "") & (kind[column.codes] == wanted)
            prefix = code_prefix if wanted == CODE else ""
            bare = [text.removeprefix(CODE_PREFIX) if prefix else text for text in column.ids]
            ids = np.array([prefix + text for text in bare], dtype=object)
            chosen[here] = ids[column.codes[here]]
    _unite_codes(columns, kinds, chosen, code_prefix)
    _make_missing(table, chosen)
    table.frame["isbn"] = pd.array(chosen, dtype="str")
    table.reject(table.frame["isbn"] == "", NO_ISBN)
    table.reject_each("isbn", id_problem)


def keys_of(table: RawTable) -> BookKeys:
    """Collect which book each id in a table of books names."""
    isbns = table.frame["isbn"].tolist()
    keys = BookKeys()
    keys.add(isbns, isbns)
    for name in id_columns(table.frame):
        table.repair("code_of_several_books", keys.add(table.frame[name].tolist(), isbns))
    return keys


def drop_keys(table: RawTable) -> None:
    """Drop the columns of ids."""
    table.frame = table.frame.drop(columns=id_columns(table.frame))


def _unite_codes(
    columns: Sequence[RepairedIds],
    kinds: Sequence[NDArray[np.int8]],
    chosen: NDArray[np.object_],
    code_prefix: str,
) -> None:
    """Give rows that have only a code the ISBN that other rows have beside the same code."""
    if len(columns) < 2:
        return
    isbn_of_code: dict[str, str] = {}
    has_isbn = np.zeros(len(chosen), dtype=bool)
    for column, kind in zip(columns, kinds, strict=True):
        has_isbn |= kind[column.codes] == ISBN
    for column, kind in zip(columns, kinds, strict=True):
        beside = np.flatnonzero(has_isbn & (kind[column.codes] == CODE))
        for row in beside.tolist():
            isbn_of_code.setdefault(code_prefix + column.ids[column.codes[row]], chosen[row])
    for row in np.flatnonzero(~has_isbn).tolist():
        chosen[row] = isbn_of_code.get(chosen[row], chosen[row])


def _make_missing(table: RawTable, chosen: NDArray[np.object_]) -> None:
    """Make an id for each row without one, from title, author and publisher."""
    without = np.flatnonzero(chosen == "")
    if not len(without) or "title" not in table.frame:
        return
    texts = table.frame.iloc[without][["title", "author", "publisher"]]
    rows = zip(*(texts[name].tolist() for name in texts), strict=True)
    id_of_row = {row: made_book_id(*row) for row in set(rows)}
    rows = zip(*(texts[name].tolist() for name in texts), strict=True)
    chosen[without] = [id_of_row[row] for row in rows]
    table.repair("book_id_made_from_title", int(np.count_nonzero(chosen[without] != "")))
