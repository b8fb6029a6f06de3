"""Rows of a large text: clean lines by pyarrow, all others by the careful `split_rows`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.offline.data.files.delimited.csv_rows import UNREADABLE, Dialect, Row, split_rows
from bookrec.offline.data.files.delimited.line_scan import (
    BLOCK_BYTES,
    Lines,
    blocks_of_lines,
    clean_lines,
)

_UNIT: Final = b"\x1f"


@dataclass
class ParsedRows:
    """Rows of a text in the order of its lines."""

    table: pa.Table
    """[readable rows] columns of texts, ``large_string``, named by position from 0."""
    first_line: NDArray[np.int64]
    """[readable rows] 1-based physical lines."""
    last_line: NDArray[np.int64]
    unreadable: list[tuple[int, int, str]] = field(default_factory=list)
    """First line, last line and reason."""
    notes: list[str] = field(default_factory=list)
    """Rule of each repaired row."""


def parse_rows(
    lines: Lines,
    dialect: Dialect,
    n_fields: int,
    start: int,
    *,
    block_bytes: int = BLOCK_BYTES,
    progress: str = "",
) -> ParsedRows:
    """Read the rows of ``lines[start:]``; the result equals that of `split_rows`.

    Args:
        lines: physical lines of the text.
        dialect: syntax of the rows.
        n_fields: number of fields of a row.
        start: first line to read.
        block_bytes: about how many bytes to read at once.
        progress: name for the progress bar.
    """
    size_bytes = len(lines.content) - int(lines.starts[min(start, len(lines))])
    parts: list[ParsedRows] = []
    waiting = start  # first line that is not read yet: unclean lines wait for the next clean one
    with tqdm(
        desc=progress, total=size_bytes, unit="B", unit_scale=True, disable=None, leave=False
    ) as bar:
        for begin, end in blocks_of_lines(lines.starts, start, block_bytes):
            mask = _clean_mask(lines, dialect, n_fields, begin, end)
            runs, waiting = _unclean_runs(mask, begin, end, waiting, len(lines))
            rows = [row for run in runs for row in _careful(lines, dialect, n_fields, *run)]
            parts.append(_merged(_clean_rows(lines, dialect, n_fields, begin, mask), rows))
            bar.update(int(lines.starts[end] - lines.starts[begin]))
    return _joined(parts, n_fields)


def _clean_mask(
    lines: Lines, dialect: Dialect, n_fields: int, begin: int, end: int
) -> NDArray[np.bool_]:
    offset = int(lines.starts[begin])
    size = int(lines.starts[end]) - offset
    block = np.frombuffer(lines.content, dtype=np.uint8, count=size, offset=offset)
    return clean_lines(block, lines.starts[begin + 1 : end + 1] - offset, dialect, n_fields)


def _unclean_runs(
    mask: NDArray[np.bool_], begin: int, end: int, waiting: int, n_lines: int
) -> tuple[list[tuple[int, int]], int]:
    """Return runs of unclean lines that are complete, and the first line of one that goes on.

    A row never spans a clean line, so each run can be read alone.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[True], mask, [True]]).astype(np.int8)))
    runs = [(begin + int(a), begin + int(b)) for a, b in edges.reshape(-1, 2)]
    if waiting < begin:
        if runs and runs[0][0] == begin:
            runs[0] = (waiting, runs[0][1])
        else:
            runs.insert(0, (waiting, begin))
    if runs and runs[-1][1] == end and end < n_lines:
        return runs[:-1], runs[-1][0]
    return runs, end


def _careful(lines: Lines, dialect: Dialect, n_fields: int, begin: int, end: int) -> list[Row]:
    # Whole rows of many lines are decoded at once: line by line is slow for a text of escapes.
    texts = lines.bytes_of(begin + 1, end).decode().split("\n")
    return [
        row._replace(first_line=row.first_line + begin, last_line=row.last_line + begin)
        for row in split_rows(texts[: end - begin], dialect, n_fields)
    ]


def _clean_rows(
    lines: Lines, dialect: Dialect, n_fields: int, begin: int, mask: NDArray[np.bool_]
) -> ParsedRows:
    numbers = np.flatnonzero(mask) + (begin + 1)
    table = _parse(_bytes_of_lines(lines, begin, mask), dialect, n_fields)
    assert len(table) == len(numbers), f"{len(numbers)} clean lines, {len(table)} rows"
    return ParsedRows(table, numbers, numbers)


def _bytes_of_lines(lines: Lines, begin: int, mask: NDArray[np.bool_]) -> memoryview | bytes:
    view = memoryview(lines.content)
    if mask.all():
        return view[lines.starts[begin] : lines.starts[begin + len(mask)]]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    spans = lines.starts[begin + edges].reshape(-1, 2)
    return b"".join(view[a:b] for a, b in spans.tolist())


def _parse(content: memoryview | bytes, dialect: Dialect, n_fields: int) -> pa.Table:
    names = [str(place) for place in range(n_fields)]
    if not len(content):
        return pa.table({name: pa.array([], pa.large_string()) for name in names})
    separator = dialect.separator
    if len(separator.encode()) > 1:
        content = bytes(content).replace(separator.encode(), _UNIT)
        separator = _UNIT.decode()
    table = pa_csv.read_csv(
        pa.BufferReader(pa.py_buffer(content)),
        read_options=pa_csv.ReadOptions(column_names=names, block_size=len(content) + 1),
        parse_options=pa_csv.ParseOptions(
            delimiter=separator,
            quote_char='"' if dialect.quoted else False,
            double_quote=True,
            escape_char=False,
            newlines_in_values=False,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.large_string() for name in names},
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    if dialect.skip_blanks:
        trimmed = [pc.utf8_ltrim(column, characters=" ") for column in table.columns]
        table = pa.table(trimmed, names=names)
    return table


def _merged(clean: ParsedRows, rows: Sequence[Row]) -> ParsedRows:
    """Insert carefully read rows among the clean ones, by their lines."""
    unreadable = [(r.first_line, r.last_line, r.note) for r in rows if r.note in UNREADABLE]
    readable = [row for row in rows if row.fields is not None]
    notes = [row.note for row in readable if row.note]
    if not readable:
        return dataclasses.replace(clean, unreadable=unreadable, notes=notes)
    columns = zip(*(row.fields for row in readable if row.fields is not None), strict=True)
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    added = pa.table(arrays, names=clean.table.column_names)
    first = np.concatenate([clean.first_line, [row.first_line for row in readable]])
    last = np.concatenate([clean.last_line, [row.last_line for row in readable]])
    order = np.argsort(first, kind="stable")
    table = pa.concat_tables([clean.table, added]).take(pa.array(order))
    return ParsedRows(table, first[order], last[order], unreadable, notes)


def _joined(parts: Sequence[ParsedRows], n_fields: int) -> ParsedRows:
    if not parts:
        empty = np.empty(0, dtype=np.int64)
        return ParsedRows(_parse(b"", Dialect(","), n_fields), empty, empty)
    first = np.concatenate([part.first_line for part in parts]).astype(np.int64)
    spans = any(part.first_line is not part.last_line for part in parts)
    last = np.concatenate([p.last_line for p in parts]).astype(np.int64) if spans else first
    return ParsedRows(
        pa.concat_tables([part.table for part in parts]),
        first,
        last,
        [entry for part in parts for entry in part.unreadable],
        [note for part in parts for note in part.notes],
    )
