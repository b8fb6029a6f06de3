"""Table of a delimited text file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bookrec.errors import DataError
from bookrec.offline.data.files.delimited.csv_rows import TRAILING_EMPTY
from bookrec.offline.data.files.delimited.encodings import Decoded, decode
from bookrec.offline.data.files.delimited.fast_rows import ParsedRows, parse_rows
from bookrec.offline.data.files.delimited.line_ends import with_line_feeds
from bookrec.offline.data.files.delimited.line_scan import BLOCK_BYTES, Lines, line_starts
from bookrec.offline.data.files.header_rows import clean_name
from bookrec.offline.data.files.source_table import SourceTable, Syntax
from bookrec.offline.data.files.table_parts import REPEATED_HEADER, text_frame, without_totals
from bookrec.offline.data.files.text_layout import TextLayout, find_layout
from bookrec.offline.data.files.text_syntax import find_separation


def read_text_table(
    content: bytes,
    name: str,
    place: str,
    syntax: Syntax | None = None,
    *,
    block_bytes: int = BLOCK_BYTES,
) -> SourceTable:
    """Read a delimited text file.

    Args:
        content: bytes of the decompressed file.
        name: short name of the table.
        place: path for messages.
        syntax: parts of the syntax that a mapping states; the others are found by evidence.
        block_bytes: about how many bytes to read at once.

    Raises:
        DataError: the text cannot be decoded, or no row fits the header.
    """
    syntax = syntax or Syntax()
    digest = hashlib.sha256(content).hexdigest()
    decoded = decode(content, place, syntax.encoding)
    del content
    text, ends_note = with_line_feeds(decoded.content)
    lines = Lines(text, line_starts(text, block_bytes))
    separation = find_separation(lines, syntax, place)
    layout = find_layout(lines, separation, syntax, place)
    n_fields = len(layout.header)
    rows = parse_rows(
        lines, layout.dialect, n_fields, layout.body, block_bytes=block_bytes, progress=name
    )
    if rows.unreadable and not len(rows.table) and layout.header:
        _refuse_all(rows, layout, place)
    table = _assembled(rows, layout, lines, name, place)
    table.sha256 = digest
    table.syntax = _complete(decoded, layout)
    table.notes = [note for note in (decoded.note, ends_note) if note] + table.notes
    return table


def _complete(decoded: Decoded, layout: TextLayout) -> Syntax:
    dialect = layout.dialect
    return Syntax(
        decoded.encoding, dialect.separator, dialect.quoted, dialect.escape, layout.header_line
    )


def _refuse_all(rows: ParsedRows, layout: TextLayout, place: str) -> None:
    wrong = [entry for entry in rows.unreadable if entry[2] != "blank_line"]
    if wrong:
        raise DataError(
            f"{place}, line {wrong[0][0]}: no row has {len(layout.header)} fields separated by "
            f"{layout.dialect.separator!r}; check the file, or state its syntax in the mapping."
        )


def _assembled(
    rows: ParsedRows, layout: TextLayout, lines: Lines, name: str, place: str
) -> SourceTable:
    """Leave out repeated headers, fields without a name, and totals."""
    repaired = Counter(rows.notes)
    unreadable = list(rows.unreadable)
    n_read = len(rows.table) + len(unreadable)
    columns, first, last = rows.table, rows.first_line, rows.last_line
    header = list(layout.header)
    keep = np.ones(len(columns), dtype=bool)
    if layout.header_line and len(columns):
        repeated = _equal_rows(columns, header)
        unreadable += _entries(first, last, repeated, REPEATED_HEADER)
        keep &= ~repeated
    while len(header) > layout.named and not _is_used(columns[len(header) - 1]):
        header.pop()
        columns = columns.drop_columns([str(len(header))])
        repaired[TRAILING_EMPTY] = len(columns)
    if not keep.all():
        columns = columns.filter(pa.array(keep))
        first, last = first[keep], last[keep]
    table = SourceTable(
        name=name,
        place=place,
        syntax=Syntax(),
        header=header,
        columns=text_frame(columns),
        first_line=first,
        last_line=last,
        rows_read=n_read,
        sha256="",
        text_of=lines.text_of,
        texts_of_rows=lines.texts_of,
        unreadable=unreadable,
        repaired=+repaired,
        notes=layout.notes,
    )
    return without_totals(table)


def _is_used(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(column, "")).as_py())


def _equal_rows(columns: pa.Table, header: Sequence[str]) -> NDArray[np.bool_]:
    """Mark rows that repeat the header, apart from outer white space and marks."""
    named = [place for place, cell in enumerate(header) if cell]
    if not named:
        return np.zeros(len(columns), dtype=bool)
    mask = pc.match_substring(columns[named[0]], header[named[0]]).to_numpy()
    for row in np.flatnonzero(mask).tolist():
        mask[row] = all(clean_name(columns[at][row].as_py()) == header[at] for at in named)
    return np.asarray(mask, dtype=bool)


def _entries(
    first: NDArray[np.int64], last: NDArray[np.int64], mask: NDArray[np.bool_], reason: str
) -> list[tuple[int, int, str]]:
    places = np.flatnonzero(mask)
    return [(int(first[at]), int(last[at]), reason) for at in places]
