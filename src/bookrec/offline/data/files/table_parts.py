"""Parts that tables of all kinds of files share: frames of texts, and totals left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from bookrec.offline.data.files.delimited.csv_rows import WRONG_FIELD_COUNT
from bookrec.offline.data.files.header_rows import clean_name, is_total, shape
from bookrec.offline.data.files.source_table import SourceTable

REPEATED_HEADER: Final = "repeated_header"
TOTAL_ROW: Final = "total_row"
BELOW_TOTAL: Final = "below_total_row"
_LAST_ROWS: Final = 12
"""Rows at the end of a table among which totals and signatures may stand."""


def text_frame(table: pa.Table) -> pd.DataFrame:
    """Return [rows, columns] texts, dtype ``str``, labelled by position, without copying them."""
    dtype = pd.StringDtype(na_value=np.nan)
    frame = pd.DataFrame(
        {
            place: pd.Series(pd.array(column, dtype=dtype), copy=False)
            for place, column in enumerate(table.columns)
        },
        copy=False,
    )
    frame.columns = pd.RangeIndex(table.num_columns)
    if not table.num_columns:
        frame.index = pd.RangeIndex(0)
    return frame


def columns_table(columns: Sequence[Sequence[str]]) -> pa.Table:
    """Return an Arrow table of columns of texts, named by position."""
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return pa.table(arrays, names=[str(place) for place in range(len(arrays))])


def without_totals(table: SourceTable) -> SourceTable:
    """Move totals at the end of a table, and sparse rows below them, to the unreadable rows."""
    n_rows = len(table.columns)
    begin = max(0, n_rows - _LAST_ROWS)
    rows = [list(row) for row in table.columns.iloc[begin:].itertuples(index=False, name=None)]
    reasons: dict[int, str] = {}
    for place, row in enumerate(rows):
        sparse = 2 * sum(bool(clean_name(cell)) for cell in row) <= len(row)
        if is_total(row):
            reasons[begin + place] = TOTAL_ROW
        elif reasons and sparse:
            reasons[begin + place] = BELOW_TOTAL
        elif reasons:
            reasons = {}  # rows of the table go on below: those were no totals
    if not reasons and n_rows > 2 and _is_sum(table.columns):
        reasons[n_rows - 1] = TOTAL_ROW
    _relabel(table)
    if reasons:
        places = sorted(reasons)
        table.unreadable += [
            (int(table.first_line[at]), int(table.last_line[at]), reasons[at]) for at in places
        ]
        kept = np.ones(n_rows, dtype=bool)
        kept[places] = False
        table.columns = table.columns.loc[kept].reset_index(drop=True)
        table.first_line, table.last_line = table.first_line[kept], table.last_line[kept]
    table.unreadable.sort()
    return table


def _is_sum(columns: pd.DataFrame) -> bool:
    """Whether the last row is mostly blank and holds nothing but the sums of its columns."""
    last = [clean_name(str(cell)) for cell in columns.iloc[-1]]
    filled = [place for place, cell in enumerate(last) if cell]
    if not filled or 2 * len(filled) >= len(last) or len(last) < 3:
        return False
    if any(shape(last[place]) != "number" for place in filled):
        return False
    totals = {place: _amount(last[place]) for place in filled}
    for place, total in totals.items():
        amounts = [_amount(str(cell)) for cell in columns[place].iloc[:-1]]
        if total is None or None in amounts or sum(a for a in amounts if a is not None) != total:
            return False
    return True


def _amount(text: str) -> Decimal | None:
    """Read a number; points and commas before three digits group thousands."""
    bare = re.sub(r"[.,](?=\d{3}(\D|$))", "", re.sub(r"[^\d.,-]", "", text)).replace(",", ".")
    try:
        return Decimal(bare) if bare else Decimal(0)
    except InvalidOperation:
        return None


def _relabel(table: SourceTable) -> None:
    """Name totals among the last rows that have another number of fields."""
    for place in range(max(0, len(table.unreadable) - _LAST_ROWS), len(table.unreadable)):
        first, last, reason = table.unreadable[place]
        after_all = not len(table.first_line) or first > table.first_line[-1]
        if reason == WRONG_FIELD_COUNT and after_all:
            cells = re.split(r"[,;\t|]", table.text_of(first, last))
            if is_total([*cells, ""]):
                table.unreadable[place] = (first, last, TOTAL_ROW)
