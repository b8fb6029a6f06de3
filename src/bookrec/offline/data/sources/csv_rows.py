"""Lines of a delimited text file as rows of fields, broken quoting repaired where it can be.

Python's ``csv`` module (C code: 1.1 million rows in seconds) is given one line at a time, because
only so does a row know its physical lines and a broken quote stay a matter of its own line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

MAX_LINES_PER_ROW: Final = 10
"""A quoted field may span lines; a quote still open after so many is a broken one."""

BLANK_LINE: Final = "blank_line"
BROKEN_QUOTING: Final = "broken_quoting"
WRONG_FIELD_COUNT: Final = "wrong_field_count"
UNREADABLE: Final = frozenset({BLANK_LINE, BROKEN_QUOTING, WRONG_FIELD_COUNT})
"""Notes of rows without fields; the other notes are repairs."""
QUOTING_REPAIRED: Final = "quoting_repaired"
LINES_JOINED: Final = "line_break_inside_field"


@dataclass(frozen=True)
class Dialect:
    """How a layout writes its rows."""

    separator: str
    encodings: tuple[str, ...] = ("utf-8-sig",)
    """Tried in this order."""
    quoted: bool = True
    """Whether fields may stand in double quotes, with quotes inside them doubled."""
    escape: str | None = None
    """The character that also escapes a quote inside quotes."""
    header: bool = True


class Row(NamedTuple):
    """One row; ``first_line`` and ``last_line`` are 1-based physical lines."""

    first_line: int
    last_line: int
    fields: Sequence[str] | None
    """None when the row cannot be read."""
    note: str
    """"" for a row as it should be, else the rule that repaired it, or why it cannot be read."""


def split_rows(
    lines: Sequence[str], dialect: Dialect, n_fields: int, start: int = 0
) -> Iterator[Row]:
    """Every row of ``lines[start:]``, whether it can be read or not.

    Args:
        lines: physical lines without their line feeds.
        n_fields: how many fields a row has.
        start: 1 to leave the header out.
    """
    position = start
    while position < len(lines):
        line = lines[position].removesuffix("\r")
        fields = strict_fields(line, dialect)
        if fields is not None and len(fields) == n_fields:
            row = Row(position + 1, position + 1, fields, "")
        elif not line.strip():
            row = Row(position + 1, position + 1, None, BLANK_LINE)
        else:
            row = _spanning_row(lines, position, dialect, n_fields) or _lenient_row(
                line, position, dialect, n_fields
            )
        yield row
        position = row.last_line


def strict_fields(line: str, dialect: Dialect) -> list[str] | None:
    """The fields of a whole row, or None when its quotes are not as they should be."""
    plain = '"' not in line and (dialect.escape is None or dialect.escape not in line)
    if plain or not dialect.quoted:
        return line.split(dialect.separator)
    return _csv_fields(line, dialect.separator, dialect.escape, strict=True)


def _csv_fields(line: str, separator: str, escape: str | None, *, strict: bool) -> list[str] | None:
    try:
        return next(csv.reader([line], delimiter=separator, escapechar=escape, strict=strict), [])
    except csv.Error:
        return None


def _spanning_row(
    lines: Sequence[str], position: int, dialect: Dialect, n_fields: int
) -> Row | None:
    """The row that begins at ``position`` and goes on in the next lines, inside a quoted field.

    A following line that is a whole row by itself ends the attempt: then the quote that seems open
    is a broken one, and must not swallow its neighbours.
    """
    if not dialect.quoted or strict_fields(lines[position].removesuffix("\r"), dialect) is not None:
        return None
    for last in range(position + 1, min(position + MAX_LINES_PER_ROW, len(lines))):
        alone = strict_fields(lines[last].removesuffix("\r"), dialect)
        if alone is not None and len(alone) == n_fields:
            return None
        joined = "\n".join(line.removesuffix("\r") for line in lines[position : last + 1])
        fields = strict_fields(joined, dialect)
        if fields is not None and len(fields) == n_fields:
            return Row(position + 1, last + 1, fields, LINES_JOINED)
    return None


def _lenient_row(line: str, position: int, dialect: Dialect, n_fields: int) -> Row:
    """The row on one line, by the first reading of its quotes that gives the right fields."""
    if not dialect.quoted or '"' not in line:
        return Row(position + 1, position + 1, None, WRONG_FIELD_COUNT)
    for fields in _readings(line, dialect):
        if fields is not None and len(fields) == n_fields:
            return Row(position + 1, position + 1, fields, QUOTING_REPAIRED)
    return Row(position + 1, position + 1, None, BROKEN_QUOTING)


def _readings(line: str, dialect: Dialect) -> Iterator[list[str] | None]:
    """Ways to read a line with broken quotes, the most careful one first."""
    if line.startswith('"') and line.endswith('"'):
        # Every field quoted: only a quote beside a separator is one that opens or closes.
        fields = line[1:-1].split(f'"{dialect.separator}"')
        yield [_unescaped(field, dialect) for field in fields]
    yield _csv_fields(line, dialect.separator, dialect.escape, strict=False)
    # A backslash that was meant as itself, before a closing quote.
    literal = _csv_fields(line, dialect.separator, None, strict=False)
    yield literal and [field.strip('\\"') for field in literal]
    yield [field.strip(' "') for field in line.split(dialect.separator)]


def _unescaped(field: str, dialect: Dialect) -> str:
    if dialect.escape is None:
        return field.replace('""', '"')
    return field.replace(f'{dialect.escape}"', '"').removesuffix(dialect.escape)
