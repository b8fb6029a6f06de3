"""Cells of a workbook as text, read by a process of its own.

Some damaged workbooks end the process that reads them: the library in Rust asks for more memory than
there is, or panics and prints a trace. The import goes on, and says that the file is damaged.
"""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass, field
from typing import Any, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from bookrec.offline.engines.beside import run_apart

_MOST_ROWS: Final = 1 << 20
_MOST_COLUMNS: Final = 1 << 14
"""Limits of Excel; OpenDocument has the same."""
MOST_CELLS: Final = 200_000_000


@dataclass(frozen=True)
class Sheet:
    """A sheet with its cells, blank ones too."""

    name: str
    rows: list[list[str]]
    """Cells as texts, see `cell_text`; without any where `spread` says why."""
    spread: tuple[int, int] | None = None
    """Last row and last column, from 1, of a sheet that is blank for the most part."""


@dataclass(frozen=True)
class Workbook:
    """Sheets of a file, or the reason why it cannot be read."""

    sheets: list[Sheet] = field(default_factory=list)
    error: str = ""


def read_workbook(content: bytes, most_cells: int) -> Workbook:
    """Read a workbook in a process of its own.

    Args:
        content: the file.
        most_cells: rows times columns above which a sheet is not read.
    """
    try:
        return run_apart(_workbook, content, most_cells)
    except ChildProcessError:
        return Workbook(error="not a whole spreadsheet")


def cell_text(cell: object) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        text = cell.isoformat(sep=" ")
        return text.removesuffix(" 00:00:00")
    return "" if cell is None else str(cell)


def _workbook(content: bytes, most_cells: int) -> Workbook:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return Workbook(
            [
                _sheet(name, workbook.get_sheet_by_name(name), most_cells)
                for name in workbook.sheet_names
            ]
        )
    except (CalamineError, OSError, ValueError) as error:
        return Workbook(error=str(error) or type(error).__name__)


def _sheet(name: str, sheet: CalamineSheet, most_cells: int) -> Sheet:
    """Read a sheet.

    Raises:
        ValueError: no spreadsheet is as large, so the file is damaged.
    """
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= _MOST_ROWS or last_column >= _MOST_COLUMNS:
        raise ValueError(f"a sheet of {last_row + 1:,} rows and {last_column + 1:,} columns")
    if last_row * last_column > most_cells:
        return Sheet(name, [], (last_row + 1, last_column + 1))
    cells: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    return Sheet(name, [[cell_text(cell) for cell in row] for row in cells])
