"""Tables of JSON: a line an object, or an array of objects."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import numpy as np
from tqdm import tqdm

from bookrec.errors import DataError
from bookrec.offline.data.files.delimited.csv_rows import BLANK_LINE
from bookrec.offline.data.files.delimited.encodings import decode
from bookrec.offline.data.files.delimited.line_scan import Lines, line_starts
from bookrec.offline.data.files.source_table import SourceTable, Syntax
from bookrec.offline.data.files.table_parts import columns_table, text_frame

UNREADABLE_JSON: Final = "json_unreadable"
_DECODER: Final = msgspec.json.Decoder()


class _Columns:
    """Columns of objects, in the order in which their keys first appear."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.n_rows = 0

    def add(self, record: dict[str, object]) -> None:
        for key, text in _fields(record):
            column = self.texts.setdefault(key, [])
            if len(column) > self.n_rows:  # the key twice: as itself and as a part of an object
                column.pop()
            column.extend([""] * (self.n_rows - len(column)))
            column.append(text)
        self.n_rows += 1

    def complete(self) -> list[list[str]]:
        for column in self.texts.values():
            column.extend([""] * (self.n_rows - len(column)))
        return list(self.texts.values())


def read_json(content: bytes, name: str, place: str) -> list[SourceTable]:
    """Read JSON lines, an array of objects, or an object that holds such arrays.

    Raises:
        DataError: the file is not text, or holds no objects.
    """
    digest = hashlib.sha256(content).hexdigest()
    text = decode(content, place).content
    records = _records(text)
    if records is None:
        tables = [_lines_table(text, name, place)]
    else:
        tables = [
            _records_table(rows, f"{name}:{key}" if key else name, place)
            for key, rows in records.items()
        ]
    for table in tables:
        table.sha256 = digest
    return tables


def _records(text: bytes) -> dict[str, list[object]] | None:
    """Return arrays of objects by key, "" for an array alone; None if the file is JSON lines."""
    stripped = text.lstrip()
    if stripped.startswith(b"{"):
        first, _, rest = stripped.partition(b"\n")
        if _decoded(first) is not None and rest.strip():
            return None
    try:
        document = _DECODER.decode(text)
    except msgspec.DecodeError:
        return None
    if isinstance(document, list):
        return {"": document}
    assert isinstance(document, dict)
    arrays = {
        key: value
        for key, value in document.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    return arrays or {"": [document]}


def _decoded(line: bytes) -> dict[str, object] | None:
    try:
        record = _DECODER.decode(line)
    except msgspec.DecodeError:
        return None
    return record if isinstance(record, dict) else None


def _lines_table(text: bytes, name: str, place: str) -> SourceTable:
    lines = Lines(text, line_starts(text))
    columns = _Columns()
    numbers: list[int] = []
    unreadable: list[tuple[int, int, str]] = []
    progress = tqdm(
        total=len(text), desc=name, unit="B", unit_scale=True, disable=None, leave=False
    )
    with progress:
        for number in range(1, len(lines) + 1):
            line = lines.bytes_of(number, number)
            record = _decoded(line)
            if record is not None:
                columns.add(record)
                numbers.append(number)
            else:
                reason = UNREADABLE_JSON if line.strip() else BLANK_LINE
                unreadable.append((number, number, reason))
            if number % 10_000 == 0:
                progress.update(int(lines.starts[number] - lines.starts[number - 10_000]))
    if not numbers:
        raise DataError(
            f"{place}, line 1: it begins like JSON, but no line is an object; the file is damaged "
            "or cut short, get it again."
        )
    table = _table(columns, name, place, numbers, unreadable)
    table.text_of = lines.text_of
    return table


def _records_table(rows: Sequence[object], name: str, place: str) -> SourceTable:
    columns = _Columns()
    numbers: list[int] = []
    unreadable: list[tuple[int, int, str]] = []
    for number, record in enumerate(rows, start=1):
        if isinstance(record, dict):
            columns.add(record)
            numbers.append(number)
        else:
            unreadable.append((number, number, UNREADABLE_JSON))
    if not numbers:
        raise DataError(f"{place} is a JSON array without objects; each row must be an object.")
    table = _table(columns, name, place, numbers, unreadable)
    table.text_of = lambda first, last: "\n".join(
        msgspec.json.encode(row).decode() for row in rows[first - 1 : last]
    )
    return table


def _table(
    columns: _Columns,
    name: str,
    place: str,
    numbers: Sequence[int],
    unreadable: list[tuple[int, int, str]],
) -> SourceTable:
    lines = np.array(numbers, dtype=np.int64)
    return SourceTable(
        name=name,
        place=place,
        syntax=Syntax(),
        header=list(columns.texts),
        columns=text_frame(columns_table(columns.complete())),
        first_line=lines,
        last_line=lines,
        rows_read=len(numbers) + len(unreadable),
        sha256="",
        text_of=lambda _first, _last: "",
        unreadable=unreadable,
    )


def _fields(record: dict[str, object]) -> Iterable[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict) and value:
            yield from ((f"{key}.{inner}", _text(part)) for inner, part in value.items())
        else:
            yield key, _text(value)


def _text(value: object) -> str:
    """Return a value as text; plain values of a list, and of lists in it, are joined by ``|``.

    Lists of objects stay JSON.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(part, dict) for part in value):
        texts = [_text(part) for part in value]
        return "|".join(text for part, text in zip(value, texts, strict=True) if text or part == "")
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode() if value else ""
    return str(value)
