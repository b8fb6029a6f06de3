"""Columns of a delimited text: its header, the lines above it, and where the rows begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bookrec.errors import DataError
from bookrec.offline.data.files.delimited.csv_rows import Dialect, Row, split_rows
from bookrec.offline.data.files.delimited.line_scan import Lines
from bookrec.offline.data.files.header_rows import (
    MAX_LINES_ABOVE,
    HeaderFinding,
    clean_name,
    find_header,
)
from bookrec.offline.data.files.source_table import Syntax
from bookrec.offline.data.files.text_syntax import Separation

_SAMPLE_ROWS: Final = 200


@dataclass(frozen=True)
class TextLayout:
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


def find_layout(lines: Lines, separation: Separation, syntax: Syntax, place: str) -> TextLayout:
    """Find the header and the number of fields of a row.

    Raises:
        DataError: no row begins at the line that a mapping states for the header.
    """
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
        layout = TextLayout(separation.dialect, [""] * width, 0, body, width, notes)
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
) -> TextLayout:
    """Fit the header to the usual number of fields of the rows."""
    width = _usual_width(below, len(cells))
    usual = [row.fields for row in below if row.fields and len(row.fields) == width]
    full = any(fields[-1].strip() for fields in usual)
    if width == len(cells) + 1 and full and _are_row_numbers([f[0] for f in usual]):
        cells = ["", *cells]
        notes.append("The first column, of row numbers, has no name.")
    named = max((place + 1 for place, cell in enumerate(cells) if cell), default=len(cells))
    if width > len(cells) and not any(cell.strip() for f in usual for cell in f[len(cells) :]):
        cells = cells + [""] * (width - len(cells))
    return TextLayout(separation.dialect, cells, line, body, named, notes)


def _are_row_numbers(cells: Sequence[str]) -> bool:
    numbers = [cell.strip() for cell in cells]
    return len(cells) > 1 and any(
        numbers == [str(first + place) for place in range(len(numbers))] for first in (0, 1)
    )


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
