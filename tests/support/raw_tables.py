"""Tables under cleaning, made of rows by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bookrec.offline.data.assembly.raw_table import RawTable
from bookrec.offline.data.files.source_table import SourceTable, Syntax


def source_table(header: str, *rows: tuple[str, ...], name: str = "T.csv") -> SourceTable:
    """A table as found; each row stands on a line of its own below a header.

    Args:
        header: names separated by white space, ``_`` for a space.
        rows: texts.
        name: of the table.
    """
    names = [word.replace("_", " ") for word in header.split()]
    return _table(names, rows, name)


def raw_table(columns: str, *rows: tuple[str, ...], **constants: str) -> RawTable:
    """A table under cleaning of these columns, and of columns with one value in every row."""
    table = _table(columns.split(), rows, "T.csv")
    frame = table.columns.set_axis(table.header, axis=1).assign(**constants)
    frame = frame.astype("str").assign(part=np.zeros(len(rows), dtype=np.int16))
    frame = frame.assign(first_line=table.first_line, last_line=table.last_line)
    return RawTable([table], frame)


def _table(header: list[str], rows: tuple[tuple[str, ...], ...], name: str) -> SourceTable:
    lines = [",".join(header), *(",".join(row) for row in rows)]
    places = np.arange(len(rows), dtype=np.int64) + 2
    return SourceTable(
        name=name,
        place=name,
        syntax=Syntax(separator=",", quoted=True, header_line=1),
        header=header,
        columns=pd.DataFrame(list(rows), columns=range(len(header)), dtype="str"),
        first_line=places,
        last_line=places,
        rows_read=len(rows),
        sha256="0" * 64,
        text_of=lambda first, last: "\n".join(lines[first - 1 : last]),
    )
