"""Table of a delimited text file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bookrec.errors import DataError
from bookrec.offline.data.files.delimited.csv_rows import (
    TRAILING_EMPTY,
    Dialect,
    Row,
    split_rows,
)
from bookrec.offline.data.files.delimited.encodings import Decoded, decode
from bookrec.offline.data.files.delimited.fast_rows import ParsedRows, parse_rows
from bookrec.offline.data.files.delimited.line_ends import with_line_feeds
from bookrec.offline.data.files.delimited.line_scan import BLOCK_BYTES, Lines, line_starts
from bookrec.offline.data.files.header_rows import (
    MAX_LINES_ABOVE,
    HeaderFinding,
    clean_name,
    find_header,
)
from bookrec.offline.data.files.source_table import SourceTable, Syntax
from bookrec.offline.data.files.table_parts import REPEATED_HEADER, text_frame, without_totals
from bookrec.offline.data.files.text_syntax import Separation, find_separation

_SAMPLE_ROWS: Final = 200


@dataclass(frozen=True)
class _Layout:
    """Columns of a text and where its rows begin."""

    dialect: Dialect
    header: list[str]
    header_line: int
    """1-based; 0 = none."""
    body: int
    """First line of the rows, from 0."""
    named: int
    """Fields that a row must have; the header has no name for those after them."""
    notes: list[str]


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
    layout = _layout(lines, separation, syntax, place)
    rows = parse_rows(
        lines,
        layout.dialect,
        len(layout.header),
        layout.body,
        block_bytes=block_bytes,
        progress=name,
    )
    if rows.unreadable and not len(rows.table) and layout.header:
        _refuse_all(rows, layout, place)
    table = _assembled(rows, layout, lines, name, place)
    table.sha256 = digest
    table.syntax = _complete(decoded, layout)
    table.notes = [note for note in (decoded.note, ends_note) if note] + table.notes
    return table


def _complete(decoded: Decoded, layout: _Layout) -> Syntax:
    dialect = layout.dialect
    return Syntax(
        decoded.encoding, dialect.separator, dialect.quoted, dialect.escape, layout.header_line
    )


def _layout(lines: Lines, separation: Separation, syntax: Syntax, place: str) -> _Layout:
    rows = _first_rows(lines, separation)
    notes = []
    if separation.dialect.skip_blanks:
        notes.append("Blanks after separators belong to no field.")
    if separation.start:
        notes.append(f"Line 1 states the separator {separation.dialect.separator!r}.")
    finding, at = _finding(rows, syntax, place)
    header_row = None if finding.index is None else rows[finding.index]
    body = rows[finding.body].first_line - 1 if finding.body < len(rows) else len(lines)
    if header_row is not None:
        body = header_row.last_line
    above = [row for row in rows[:at] if lines.text_of(row.first_line, row.last_line).strip()]
    if above:
        texts = "; ".join(
            lines.text_of(row.first_line, row.last_line).strip()[:80] for row in above
        )
        notes.append(f"{len(above)} lines above the table are left out: {texts}")
    below = [row for row in rows if row.first_line > body]
    if header_row is None:
        notes.append("The file has no header: its first row looks like the rows below it.")
        width = _usual_width(below, separation.n_fields)
        layout = _Layout(separation.dialect, [""] * width, 0, body, width, notes)
    else:
        if not finding.certain:
            notes.append(f"Line {header_row.first_line} is assumed to be the header.")
        cells = [clean_name(cell) for cell in header_row.fields or ()]
        layout = _with_header(separation, cells, header_row.first_line, body, below, notes)
    optional = len(layout.header) - layout.named
    return replace(layout, dialect=replace(layout.dialect, optional=optional))


def _with_header(
    separation: Separation,
    cells: list[str],
    line: int,
    body: int,
    below: Sequence[Row],
    notes: list[str],
) -> _Layout:
    """Fit the header to the usual number of fields of the rows."""
    width = _usual_width(below, len(cells))
    usual = [row.fields for row in below if row.fields and len(row.fields) == width]
    if width == len(cells) + 1 and len(usual) > 1 and _are_row_numbers([f[0] for f in usual]):
        cells = ["", *cells]
        notes.append("The first column, of row numbers, has no name.")
    named = max((place + 1 for place, cell in enumerate(cells) if cell), default=len(cells))
    if width > len(cells) and not any(cell.strip() for f in usual for cell in f[len(cells) :]):
        cells = cells + [""] * (width - len(cells))
    return _Layout(separation.dialect, cells, line, body, named, notes)


def _are_row_numbers(cells: Sequence[str]) -> bool:
    numbers = [cell.strip() for cell in cells]
    return any(numbers == [str(first + place) for place in range(len(numbers))] for first in (0, 1))


def _usual_width(rows: Sequence[Row], default: int) -> int:
    counts = Counter(len(row.fields) for row in rows if row.fields)
    return max(counts, key=lambda width: (counts[width], width)) if counts else default


def _first_rows(lines: Lines, separation: Separation) -> list[Row]:
    """Read the first rows with any number of fields; blank lines stay as rows without fields."""
    start = separation.start
    texts = [lines[i] for i in range(min(len(lines), start + _SAMPLE_ROWS))]
    texts[start] = texts[start].removeprefix("\ufeff")
    rows: list[Row] = []
    position = start
    while position < len(texts):
        # The usual number of fields tells where a row that spans lines ends.
        window = texts[: min(len(texts), position + 10)]
        row = next(split_rows(window, separation.dialect, separation.n_fields, position))
        if row.fields is None and texts[position].strip():
            fields = _any_fields(texts[position], separation.dialect)
            row = Row(position + 1, position + 1, fields, row.note)
        rows.append(row)
        position = row.last_line
    return rows


def _any_fields(line: str, dialect: Dialect) -> Sequence[str]:
    n_fields = line.count(dialect.separator) + 1
    for count in range(n_fields, 0, -1):
        row = next(split_rows([line], replace(dialect, optional=None), count))
        if row.fields is not None:
            return row.fields
    return line.split(dialect.separator)


def _finding(rows: Sequence[Row], syntax: Syntax, place: str) -> tuple[HeaderFinding, int]:
    """Return the header and the number of rows above it (or above the first row, without one)."""
    if syntax.header_line is None:
        finding = find_header([row.fields or () for row in rows])
        if finding.index is None and finding.body > MAX_LINES_ABOVE:
            finding = HeaderFinding(None, 0, certain=False)
        return finding, finding.body if finding.index is None else finding.index
    if syntax.header_line == 0:
        return HeaderFinding(None, 0, certain=True), 0
    for index, row in enumerate(rows):
        if row.first_line == syntax.header_line and row.fields is not None:
            return HeaderFinding(index, index + 1, certain=True), index
    raise DataError(
        f"{place}, line {syntax.header_line}: the mapping states that the header begins here, but "
        "no row does; correct 'header_line' there or leave it out."
    )


def _refuse_all(rows: ParsedRows, layout: _Layout, place: str) -> None:
    wrong = [entry for entry in rows.unreadable if entry[2] != "blank_line"]
    if wrong:
        raise DataError(
            f"{place}, line {wrong[0][0]}: no row has {len(layout.header)} fields separated by "
            f"{layout.dialect.separator!r}; check the file, or state its syntax in the mapping."
        )


def _assembled(
    rows: ParsedRows, layout: _Layout, lines: Lines, name: str, place: str
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
    spare = range(layout.named, len(header))
    if len(spare):
        used = [bool(pc.any(pc.not_equal(columns[i], "")).as_py()) for i in spare]
        while used and not used[-1]:
            used.pop()
            header.pop()
            columns = columns.drop_columns([str(len(header))])
        if len(header) < len(layout.header):
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
        unreadable=unreadable,
        repaired=+repaired,
        notes=layout.notes,
    )
    return without_totals(table)


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
