"""Tables of spreadsheets: .xlsx, .xls, .xlsb and .ods, one a sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from bookrec.errors import DataError
from bookrec.offline.data.files.compression import damaged
from bookrec.offline.data.files.delimited.csv_rows import BLANK_LINE
from bookrec.offline.data.files.header_rows import clean_name, find_header
from bookrec.offline.data.files.source_table import SourceTable, Syntax
from bookrec.offline.data.files.table_parts import (
    REPEATED_HEADER,
    columns_table,
    text_frame,
    without_totals,
)
from bookrec.offline.data.files.workbooks.cells import MOST_CELLS, Sheet, read_workbook

_SAMPLE_ROWS = 200


def read_spreadsheet(
    content: bytes, name: str, place: str, header_line: int | None = None
) -> list[SourceTable]:
    """Read every sheet that is not empty.

    Args:
        content: bytes of the file.
        name: short name of the file.
        place: path for messages.
        header_line: 1-based row of the header, if a mapping states it; 0 = there is none.

    Raises:
        DataError: the file is damaged, protected, or has no rows.
    """
    digest = hashlib.sha256(content).hexdigest()
    tables = []
    for sheet in _sheets(content, place):
        if any(clean_name(cell) for row in sheet.rows for cell in row):
            where = f"{place}, sheet {sheet.name!r}"
            table = _table(sheet.rows, f"{name}:{sheet.name}", where, header_line)
            table.sha256 = digest
            tables.append(table)
    if not tables:
        raise DataError(f"{place} has no sheet with rows; check the file and import it again.")
    return tables


def _sheets(content: bytes, place: str) -> list[Sheet]:
    """Read the sheets.

    Raises:
        DataError: the file is damaged, or one cell stands so far from the others that the blank ones
            fill the memory.
    """
    workbook = read_workbook(content, MOST_CELLS)
    if workbook.error:
        raise damaged(place, ValueError(workbook.error))
    for sheet in workbook.sheets:
        if sheet.spread is not None:
            row, column = sheet.spread
            raise DataError(
                f"{place}, sheet {sheet.name!r} has a cell in row {row:,} and column {column:,}, and "
                "is blank for the most part; delete what stands outside the table, or save the sheet "
                "as CSV."
            )
    return workbook.sheets


def _table(
    rows: Sequence[Sequence[str]], name: str, place: str, header_line: int | None
) -> SourceTable:
    notes: list[str] = []
    header_row, body = _header(rows, header_line, notes)
    width = max((_last_filled(row) for row in rows[header_row or 0 :]), default=0)
    names = [] if header_row is None else rows[header_row]
    header = [clean_name(cell) for cell in names][:width] or [""] * width
    kept: list[Sequence[str]] = []
    lines: list[int] = []
    unreadable: list[tuple[int, int, str]] = []
    for line, row in enumerate(_until_last_filled(rows)[body:], start=body + 1):
        if not _last_filled(row):
            unreadable.append((line, line, BLANK_LINE))
        elif header_row is not None and [clean_name(cell) for cell in row][:width] == header:
            unreadable.append((line, line, REPEATED_HEADER))
        else:
            kept.append(row[:width])
            lines.append(line)
    columns = text_frame(columns_table([[row[at] for row in kept] for at in range(width)]))
    numbers = np.array(lines, dtype=np.int64)

    def text_of(first: int, last: int) -> str:
        return "\n".join("\t".join(row).rstrip("\t") for row in rows[first - 1 : last])

    return without_totals(
        SourceTable(
            name=name,
            place=place,
            syntax=Syntax(header_line=0 if header_row is None else header_row + 1),
            header=header,
            columns=columns,
            first_line=numbers,
            last_line=numbers,
            rows_read=len(kept) + len(unreadable),
            sha256="",
            text_of=text_of,
            unreadable=unreadable,
            notes=notes,
        )
    )


def _header(
    rows: Sequence[Sequence[str]], header_line: int | None, notes: list[str]
) -> tuple[int | None, int]:
    """Return the row of the header, None without one, and the first row below it."""
    if header_line is not None:
        return (header_line - 1, header_line) if header_line else (None, 0)
    finding = find_header(rows[:_SAMPLE_ROWS])
    at = finding.body if finding.index is None else finding.index
    above = [" ".join(filter(None, row)) for row in rows[:at] if _last_filled(row)]
    if above:
        texts = "; ".join(text[:80] for text in above)
        notes.append(f"{len(above)} rows above the table are left out: {texts}")
    if finding.index is None:
        notes.append("The sheet has no header: its first row looks like the rows below it.")
    elif not finding.certain:
        notes.append(f"Row {finding.index + 1} is assumed to be the header.")
    return finding.index, finding.body


def _until_last_filled(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    return rows[: max((i + 1 for i, row in enumerate(rows) if _last_filled(row)), default=0)]


def _last_filled(row: Sequence[str]) -> int:
    return max((place + 1 for place, cell in enumerate(row) if clean_name(cell)), default=0)
