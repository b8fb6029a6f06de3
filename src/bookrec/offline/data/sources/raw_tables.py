"""Tables of raw text files; every row knows its physical lines, and every rejected row is kept."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.errors import DataError
from bookrec.json_types import JsonObject
from bookrec.offline.data.sources.csv_rows import (
    UNREADABLE,
    Dialect,
    Row,
    split_rows,
    strict_fields,
)
from bookrec.offline.data.sources.raw_files import RawFile


@dataclass
class RawTable:
    """A table under cleaning: rows as text, rejected rows, and counts of repairs."""

    name: str
    lines: Sequence[str]
    """Physical lines of the file, without line feeds."""
    frame: pd.DataFrame
    """Columns of text, and ``first_line``, ``last_line`` (1-based physical lines of the row)."""
    rows_read: int
    """Number of rows in the file."""
    sha256: str
    """SHA-256 of the decompressed file."""
    repaired: Counter[str] = field(default_factory=Counter)
    """Rule → number of rows that it changed."""
    _rejected: list[pd.DataFrame] = field(default_factory=list)

    def reject(self, unwanted: NDArray[np.bool_] | pd.Series, reason: str) -> None:
        """Move rows from the frame to the rejected ones.

        Args:
            unwanted: [rows] True for the rows to reject.
            reason: reason for the manifest and ``rejected.csv.gz``.
        """
        mask = np.asarray(unwanted, dtype=bool)
        if not mask.any():
            return
        firsts = self.frame["first_line"].to_numpy()[mask]
        lasts = self.frame["last_line"].to_numpy()[mask]
        texts = [
            "\n".join(self.lines[first - 1 : last]).removesuffix("\r")
            for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)
        ]
        columns = zip(REJECTED_COLUMNS, (self.name, firsts, reason, texts), strict=True)
        self._rejected.append(pd.DataFrame(dict(columns)))
        self.frame = self.frame.loc[~mask].reset_index(drop=True)

    def repair(self, rule: str, rows: int) -> None:
        """Count rows that a rule changed."""
        if rows:
            self.repaired[rule] += int(rows)

    def rejected(self) -> pd.DataFrame:
        """Return the rejected rows in file order, with the columns of ``rejected.csv.gz``."""
        if not self._rejected:
            return pd.DataFrame(columns=list(REJECTED_COLUMNS))
        return pd.concat(self._rejected).sort_values("line", kind="stable")

    def report(self, rows_kept: int) -> JsonObject:
        """Return the counts of this file for the manifest.

        Args:
            rows_kept: number of its rows in the data set, counted there.
        """
        rejected: Counter[str] = Counter()
        for part in self._rejected:
            rejected[str(part["reason"].iat[0])] += len(part)
        assert self.rows_read == rows_kept + rejected.total(), (
            f"{self.name}: {self.rows_read} rows read, {rows_kept} kept, {dict(rejected)}"
        )
        return {
            "rows_read": self.rows_read,
            "rows_kept": rows_kept,
            "rejected": dict(rejected),
            "repaired": dict(self.repaired),
            "sha256": self.sha256,
        }


def read_table(
    file: RawFile,
    dialect: Dialect,
    columns: Mapping[str, Sequence[str]],
    *,
    required: Sequence[str] = (),
) -> RawTable:
    """Read a file whose first row names its columns.

    Args:
        file: the file.
        dialect: syntax of its rows.
        columns: name in the table → names in the file, the first existing one counts. Case, spaces,
            ``-`` and ``_`` are ignored. A column that the file lacks is filled with empty texts.
        required: names in the table of columns that the file must have.

    Raises:
        DataError: the file is damaged, empty, in another encoding, or lacks a required column.
    """
    content = file.read()
    lines = _lines(content, dialect, file.place)
    header = strict_fields(lines[0].removesuffix("\r"), dialect) or []
    positions = _positions(header, columns, required, dialect, file.place)
    return _table(file, content, lines, dialect, positions, n_fields=len(header), start=1)


def read_headless_table(
    file: RawFile, dialect: Dialect, columns: Mapping[str, int], n_fields: int
) -> RawTable:
    """Read a file without a header.

    Args:
        file: the file.
        dialect: syntax of its rows.
        columns: name in the table → position in a row.
        n_fields: number of fields of a row.

    Raises:
        DataError: the file is damaged, empty, in another encoding, or has no such rows.
    """
    content = file.read()
    lines = _lines(content, dialect, file.place)
    return _table(file, content, lines, dialect, columns, n_fields=n_fields, start=0)


def _lines(content: bytes, dialect: Dialect, place: str) -> list[str]:
    """Decode a text and split it into physical lines; a line feed at its end adds no line."""
    text = _decode(content, dialect.encodings, place)
    return text.removesuffix("\n").split("\n")


def _decode(content: bytes, encodings: Sequence[str], place: str) -> str:
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            where, byte = error.start, content[error.start]
            continue
        if "\0" not in text:
            return text
        where, byte = text.index("\0"), 0
    line = content.count(b"\n", 0, where) + 1
    expected = " or ".join(name.removesuffix("-sig").upper() for name in encodings)
    raise DataError(
        f"{place}, line {line}: byte 0x{byte:02x} is not {expected} text; "
        "convert the file, or choose another --format."
    )


def _positions(
    header: Sequence[str],
    columns: Mapping[str, Sequence[str]],
    required: Sequence[str],
    dialect: Dialect,
    place: str,
) -> dict[str, int | None]:
    """Map each name in the table to its position in a row; None for a column that the file lacks."""
    position_of = {_bare(name): position for position, name in reversed(list(enumerate(header)))}
    positions: dict[str, int | None] = {}
    for name, aliases in columns.items():
        matches = [position_of[_bare(alias)] for alias in aliases if _bare(alias) in position_of]
        positions[name] = matches[0] if matches else None
        if not matches and name in required:
            raise DataError(
                f"{place}, line 1: {_header_fault(header, aliases[0], dialect)}; "
                "check the file or choose another --format."
            )
    return positions


def _header_fault(header: Sequence[str], wanted: str, dialect: Dialect) -> str:
    whole = dialect.separator.join(header)
    others = [s for s in (",", ";", "\t", "|") if whole.count(s) > whole.count(dialect.separator)]
    if others:
        return f"its fields are separated by {others[0]!r} instead of {dialect.separator!r}"
    return f"the header has no column {wanted!r} (it has: {whole[:200]})"


def _bare(name: str) -> str:
    return "".join(c for c in name.casefold() if c not in " -_")


def _table(
    file: RawFile,
    content: bytes,
    lines: Sequence[str],
    dialect: Dialect,
    positions: Mapping[str, int | None],
    *,
    n_fields: int,
    start: int,
) -> RawTable:
    splitter = split_rows(lines, dialect, n_fields, start)
    rows = list(tqdm(splitter, desc=file.name, unit=" rows", disable=None, leave=False))
    if not rows:
        raise DataError(f"{file.place} has a header but no rows; get it again.")
    if all(row.fields is None for row in rows):
        raise DataError(
            f"{file.place}, line {rows[0].first_line}: no row has {n_fields} fields separated by "
            f"{dialect.separator!r}; check the file or choose another --format."
        )
    digest = hashlib.sha256(content).hexdigest()
    table = RawTable(file.name, lines, _frame(rows, positions, n_fields), len(rows), digest)
    for note, count in Counter(row.note for row in rows).items():
        if note in UNREADABLE:
            table.reject(table.frame["note"] == note, note)
        elif note:
            table.repair(note, count)
    table.frame = table.frame.drop(columns="note")
    return table


def _frame(rows: Sequence[Row], positions: Mapping[str, int | None], n_fields: int) -> pd.DataFrame:
    blank = ("",) * n_fields
    all_fields = [row.fields or blank for row in rows]
    data = {
        name: [""] * len(rows) if at is None else [fields[at] for fields in all_fields]
        for name, at in positions.items()
    }
    data["note"] = [row.note for row in rows]
    frame = pd.DataFrame(data, dtype="str")
    frame["first_line"] = np.array([row.first_line for row in rows], dtype=np.int64)
    frame["last_line"] = np.array([row.last_line for row in rows], dtype=np.int64)
    return frame


REJECTED_COLUMNS: Final = ("file", "line", "reason", "text")
"""Columns of ``rejected.csv.gz``; ``line`` is a physical line of the decompressed file."""
