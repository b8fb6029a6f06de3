"""Tables of Parquet files and SQLite databases."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bookrec.errors import DataError
from bookrec.offline.data.files.compression import damaged
from bookrec.offline.data.files.source_table import SourceTable, Syntax
from bookrec.offline.data.files.table_parts import columns_table, text_frame


def read_parquet(content: bytes, name: str, place: str) -> SourceTable:
    """Read a Parquet file.

    Raises:
        DataError: the file is damaged or has a column that is no text.
    """
    try:
        table = pq.read_table(pa.BufferReader(content))
        table.validate(full=True)
        texts = [_texts(column) for column in table.columns]
        all_names = table.column_names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(place, error) from error
    kept = [at for at, name in enumerate(all_names) if name != "__index_level_0__"]
    names = [all_names[at] for at in kept]
    columns = [texts[at] for at in kept]
    arrays = pa.table(columns, names=[str(place) for place in range(len(columns))])
    return _stored(arrays, names, name, place, content)


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cast a column to text: ISO dates, ``true`` and ``false``, lists joined by ``|``."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_struct(kind):
        texts = [_nested_text(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.large_string())])
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pc.fill_null(column.cast(pa.large_binary()).cast(pa.large_string()), "")
    if pa.types.is_floating(kind):
        texts = [_number_text(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.large_string())])
    text = pc.fill_null(column.cast(pa.large_string()), "")
    if pa.types.is_timestamp(kind):
        text = pc.replace_substring_regex(text, r"( 00:00:00)?(\.0+)?(Z)?$", "")
    return text


def _number_text(value: float | None) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def _nested_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "|".join(f"{key}={_nested_text(part)}" for key, part in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return "|".join(_nested_text(part) for part in value)
    return str(value)


def read_sqlite(content: bytes, name: str, place: str) -> list[SourceTable]:
    """Read every table of a SQLite database; views are ignored.

    Raises:
        DataError: the database is damaged or has no table with rows.
    """
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.text_factory = lambda raw: raw.decode("utf-8", "replace")
            database.deserialize(_without_log(content))
            database.execute("pragma query_only = on")
            tables = [
                _sqlite_table(database, table, f"{name}:{table}", place, content)
                for (table,) in database.execute(
                    "select name from sqlite_master where type = 'table' "
                    "and name not like 'sqlite\\_%' escape '\\' "
                    "and sql not like 'create virtual %' order by rowid"
                ).fetchall()
            ]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise damaged(place, error) from error
    if not tables:
        raise DataError(f"{place} is a database without tables; check the file.")
    return tables


def _without_log(content: bytes) -> bytes:
    """Mark a database as one without a write-ahead log, which no single file can have."""
    if content[18:20] == b"\x02\x02":
        return content[:18] + b"\x01\x01" + content[20:]
    return content


def _sqlite_table(
    database: sqlite3.Connection, table: str, name: str, place: str, content: bytes
) -> SourceTable:
    quoted = table.replace('"', '""')
    cursor = database.execute(f'select * from "{quoted}"')  # noqa: S608 - the name is quoted
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    columns = [[_sqlite_text(row[at]) for row in rows] for at in range(len(names))]
    return _stored(columns_table(columns), names, name, f"{place}, table {table!r}", content)


def _sqlite_text(value: object) -> str:
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _stored(
    columns: pa.Table, names: list[str], name: str, place: str, content: bytes
) -> SourceTable:
    lines = np.arange(1, columns.num_rows + 1, dtype=np.int64)

    def text_of(first: int, last: int) -> str:
        rows = columns.slice(first - 1, last - first + 1).to_pylist()
        return "\n".join("\t".join(row.values()) for row in rows)

    return SourceTable(
        name=name,
        place=place,
        syntax=Syntax(),
        header=[column.strip() for column in names],
        columns=text_frame(columns),
        first_line=lines,
        last_line=lines,
        rows_read=columns.num_rows,
        sha256=hashlib.sha256(content).hexdigest(),
        text_of=text_of,
    )
