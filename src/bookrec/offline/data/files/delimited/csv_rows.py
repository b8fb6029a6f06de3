"""Rows of delimited text files, with broken quoting repaired where possible.

Python's ``csv`` module (C code: 1.1 million rows in seconds) parses one line at a time. Thus every row
knows its physical lines, and a broken quote affects its own line only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

MAX_LINES_PER_ROW: Final = 10
"""Most lines that a quoted field may span; a quote that stays open for more is broken."""

BLANK_LINE: Final = "blank_line"
BROKEN_QUOTING: Final = "broken_quoting"
WRONG_FIELD_COUNT: Final = "wrong_field_count"
UNREADABLE: Final = frozenset({BLANK_LINE, BROKEN_QUOTING, WRONG_FIELD_COUNT})
"""Notes of unreadable rows; all other notes are repairs."""
QUOTING_REPAIRED: Final = "quoting_repaired"
LINES_JOINED: Final = "line_break_inside_field"
TRAILING_EMPTY: Final = "trailing_empty_fields"
_UNIT: Final = "\x1f"
"""Stands for a separator of several characters while Python's ``csv`` parses a line."""


@dataclass(frozen=True)
class Dialect:
    """Syntax of the rows of a file."""

    separator: str
    encodings: tuple[str, ...] = ("utf-8-sig",)
    """Encodings to try, in order."""
    quoted: bool = True
    """Whether fields may stand in double quotes, with quotes inside them doubled."""
    escape: str | None = None
    """Character that escapes a quote inside quotes, besides doubling; None = no such character."""
    header: bool = True
    skip_blanks: bool = False
    """Whether blanks after a separator belong to no field."""
    optional: int | None = None
    """Number of last fields that a row may lack, and any number of further ones may follow, if they
    are empty; None = every row has the same number of fields."""


class Row(NamedTuple):
    """A row; ``first_line`` and ``last_line`` are 1-based physical lines."""

    first_line: int
    last_line: int
    fields: Sequence[str] | None
    """Fields; None for an unreadable row."""
    note: str
    """Empty for a correct row, else the rule that repaired it or the reason why it is unreadable."""


def split_rows(
    lines: Sequence[str], dialect: Dialect, n_fields: int, start: int = 0
) -> Iterator[Row]:
    """Yield every row of ``lines[start:]``, readable or not.

    Args:
        lines: physical lines without their line feeds.
        dialect: syntax of the rows.
        n_fields: number of fields of a row.
        start: first line to read; 1 to skip a header.
    """
    position = start
    while position < len(lines):
        line = lines[position].removesuffix("\r")
        fields = strict_fields(line, dialect)
        fitted = _fitted(fields, dialect, n_fields)
        if not line.strip() and (fitted is None or n_fields == 1):
            row = Row(position + 1, position + 1, None, BLANK_LINE)
        elif fitted is not None:
            note = "" if fitted is fields else TRAILING_EMPTY
            row = Row(position + 1, position + 1, fitted, note)
        else:
            row = _spanning_row(lines, position, dialect, n_fields) or _lenient_row(
                line, position, dialect, n_fields
            )
        yield row
        position = row.last_line


def _fitted(fields: list[str] | None, dialect: Dialect, n_fields: int) -> list[str] | None:
    """Return fields if they are a row, with optional ones added or removed; else None."""
    if fields is None or len(fields) == n_fields:
        return fields
    if dialect.optional is None or len(fields) < n_fields - dialect.optional:
        return None
    if any(field.strip() for field in fields[n_fields:]):
        return None
    return (fields + [""] * n_fields)[:n_fields]


def _is_whole(fields: list[str] | None, line: str, dialect: Dialect, n_fields: int) -> bool:
    """Whether a line is a row of its own, not the end of a field that began on a line before it."""
    if fields is not None and len(fields) == n_fields:
        return line.count('"') % 2 == 0
    return '"' not in line and _fitted(fields, dialect, n_fields) is not None


def strict_fields(line: str, dialect: Dialect) -> list[str] | None:
    """Split a line into fields; None if its quoting is broken."""
    plain = '"' not in line and (dialect.escape is None or dialect.escape not in line)
    if plain or not dialect.quoted:
        fields = line.split(dialect.separator)
        return [field.lstrip(" ") for field in fields] if dialect.skip_blanks else fields
    return _csv_fields(line, dialect, dialect.escape, strict=True)


def _csv_fields(
    line: str, dialect: Dialect, escape: str | None, *, strict: bool
) -> list[str] | None:
    separator = dialect.separator if len(dialect.separator) == 1 else _UNIT
    if separator != dialect.separator:
        if _UNIT in line:
            return None
        line = line.replace(dialect.separator, _UNIT)
    reader = csv.reader(
        [line],
        delimiter=separator,
        escapechar=escape,
        skipinitialspace=dialect.skip_blanks,
        strict=strict,
    )
    try:
        fields = next(reader, [])
    except csv.Error:
        return None
    if separator == dialect.separator:
        return fields
    return [field.replace(_UNIT, dialect.separator) for field in fields]


def _spanning_row(
    lines: Sequence[str], position: int, dialect: Dialect, n_fields: int
) -> Row | None:
    """Read a row that begins at ``position`` and continues on the next lines inside a quoted field.

    Returns None if a following line is a complete row: then the open quote is broken, and the
    following rows must not become part of its field.
    """
    if not dialect.quoted or strict_fields(lines[position].removesuffix("\r"), dialect) is not None:
        return None
    for last in range(position + 1, min(position + MAX_LINES_PER_ROW, len(lines))):
        alone = strict_fields(lines[last].removesuffix("\r"), dialect)
        if _is_whole(alone, lines[last], dialect, n_fields):
            return None
        joined = "\n".join(line.removesuffix("\r") for line in lines[position : last + 1])
        fields = _fitted(strict_fields(joined, dialect), dialect, n_fields)
        if fields is not None:
            return Row(position + 1, last + 1, fields, LINES_JOINED)
    return None


def _lenient_row(line: str, position: int, dialect: Dialect, n_fields: int) -> Row:
    """Read a row of one line by the first repair of its quotes that gives ``n_fields`` fields."""
    if not dialect.quoted or '"' not in line:
        return Row(position + 1, position + 1, None, WRONG_FIELD_COUNT)
    for fields in _repairs(line, dialect):
        if fields is not None and len(fields) == n_fields:
            return Row(position + 1, position + 1, fields, QUOTING_REPAIRED)
    return Row(position + 1, position + 1, None, BROKEN_QUOTING)


def _repairs(line: str, dialect: Dialect) -> Iterator[list[str] | None]:
    """Yield the fields of a line with broken quotes by several repairs, the most careful first."""
    if line.startswith('"') and line.endswith('"'):
        # Every field is quoted: only quotes beside separators open or close fields.
        fields = line[1:-1].split(f'"{dialect.separator}"')
        yield [_unescaped(field, dialect) for field in fields]
    yield _fields_beside_separators(line, dialect)
    yield _csv_fields(line, dialect, dialect.escape, strict=False)
    # A literal backslash before a closing quote.
    literal = _csv_fields(line, dialect, None, strict=False)
    yield literal and [field.strip('\\"') for field in literal]
    yield [field.strip(' "') for field in line.split(dialect.separator)]


def _fields_beside_separators(line: str, dialect: Dialect) -> list[str] | None:
    """Split a line in which only quotes beside separators open or close fields."""
    separator, rest = dialect.separator, line
    fields: list[str] = []
    while rest.startswith('"'):
        field, closing, rest = rest[1:].partition(f'"{separator}')
        if not closing:
            return [*fields, _unescaped(field[:-1], dialect)] if field.endswith('"') else None
        fields.append(_unescaped(field, dialect))
        while rest and not rest.startswith('"') and separator in rest:
            field, _, rest = rest.partition(separator)
            fields.append(field)
    if not fields:
        field, closing, rest = line.partition(separator)
        following = _fields_beside_separators(rest, dialect) if closing else None
        return None if following is None else [field, *following]
    return [*fields, rest]


def _unescaped(field: str, dialect: Dialect) -> str:
    if dialect.escape is None:
        return field.replace('""', '"')
    return field.replace(f'{dialect.escape}"', '"').removesuffix(dialect.escape)
