"""Mapping of a source: which table and column is what; read from and written to TOML."""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from bookrec.errors import DataError
from bookrec.offline.data.files.source_table import Syntax
from bookrec.offline.data.mapping.fields import FIELDS, ROW_KINDS, UNDECIDED, UNUSED

Scale = Literal["", "?", "1-5", "1-10", "0.5-5", "0-100", "words"]
"""Scale of ratings; "" = found from the column."""
DateOrder = Literal["", "?", "day first", "month first"]
"""Order of day and month in dates such as 05/11/2025; "" = found from the column."""

FILE: Final = "file"
"""Value of ``reader``: each file is one reader, named by the file."""


class TableMapping(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Mapping of one table, or of all tables whose name matches."""

    name: str
    """Name of a file, sheet or database table; ``*`` stands for any characters."""
    columns: dict[str, str]
    """Header → field, or "" = unused. ``#2`` is the second column, for headers that are blank, occur
    twice or are not there."""
    rows: str = ""
    """Meaning of a row (`ROW_KINDS`); "" in a table of readers or books."""
    reader: str = ""
    """`FILE`, where no column names the reader."""
    encoding: str = ""
    separator: str = ""
    quoted: bool | None = None
    escape: str = ""
    header_line: int | None = None
    """1-based line of the header, 0 = none, null = found."""
    skip: dict[str, list[str]] = {}
    """Header → values whose rows are left out, e.g. books on a shelf "to read"."""

    def syntax(self) -> Syntax:
        """Return the stated parts of the syntax."""
        return Syntax(
            encoding=self.encoding or None,
            separator=self.separator or None,
            quoted=self.quoted,
            escape=self.escape or None,
            header_line=self.header_line,
        )

    def matches(self, name: str) -> bool:
        """Whether the table of this name is meant; letter case and folders do not count."""
        return fnmatch.fnmatchcase(name.casefold(), self.name.casefold())

    def fields(self) -> set[str]:
        """Fields that the columns have."""
        return set(self.columns.values()) - {UNUSED, UNDECIDED}


class Mapping(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Mapping of a source."""

    tables: list[TableMapping]
    layout: str = "shop"
    """Word for the kind of source, the beginning of data set ids."""
    rating_scale: Scale = ""
    dates: DateOrder = ""
    code_prefix: str = ""
    """Put before ids of books that are no ISBN, e.g. ``ml:``."""
    title_has_year: bool = False
    """Whether titles end with the year in brackets."""
    citation: str = ""
    """Citation for reports."""

    def table_of(self, name: str) -> TableMapping | None:
        """Mapping of a table; the first that matches, None for a table that is left out."""
        return next((table for table in self.tables if table.matches(name)), None)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping from a TOML file.

    Raises:
        DataError: the file is missing, is no mapping, or leaves something undecided.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); name a mapping file.") from error
    return parse_mapping(content, str(path))


def parse_mapping(content: str, place: str) -> Mapping:
    """Parse a mapping; ``place`` names the file in messages. Raises as `read_mapping` does."""
    try:
        mapping = msgspec.convert(tomllib.loads(content), Mapping)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(
            f"{place} is no mapping: {error}; docs/importing.md explains the keys."
        ) from error
    for problem in (*_wrong(mapping), *undecided(mapping)):
        raise DataError(f"{place}: {problem}")
    return mapping


def undecided(mapping: Mapping) -> list[str]:
    """Return a sentence for each decision that is still open."""
    problems = []
    if mapping.rating_scale == UNDECIDED:
        problems.append('rating_scale is still "?"; say which scale the ratings have, e.g. "1-5".')
    if mapping.dates == UNDECIDED:
        problems.append('dates is still "?"; write "day first" or "month first".')
    for table in mapping.tables:
        if table.rows == UNDECIDED:
            kinds = ", ".join(ROW_KINDS)
            problems.append(f'rows of {table.name} is still "?"; write one of {kinds}.')
        problems += [
            f'column {header!r} of {table.name} is still "?"; name its field, or "" to leave it out.'
            for header, field in table.columns.items()
            if field == UNDECIDED
        ]
    return problems


def _wrong(mapping: Mapping) -> list[str]:
    problems = []
    for table in mapping.tables:
        if table.rows not in ("", UNDECIDED, *ROW_KINDS):
            problems.append(
                f"rows of {table.name} is {table.rows!r}; write one of {', '.join(ROW_KINDS)}."
            )
        if table.reader not in ("", FILE):
            problems.append(
                f"reader of {table.name} is {table.reader!r}; write {FILE!r} or nothing."
            )
        problems += [
            f"column {header!r} of {table.name} has the field {field!r}; "
            f"fields are {', '.join(FIELDS)}."
            for header, field in table.columns.items()
            if field not in (UNUSED, UNDECIDED, *FIELDS)
        ]
        problems += _doubled(table)
    return problems


def _doubled(table: TableMapping) -> list[str]:
    fields = [field for field in table.columns.values() if field in FIELDS]
    return [
        f"several columns of {table.name} have the field {name!r}; keep one."
        for name in dict.fromkeys(fields)
        if fields.count(name) > 1 and not FIELDS[name].several
    ]


def positions(table: TableMapping, header: Sequence[str], place: str) -> dict[str, list[int]]:
    """Positions of the columns of each field, in the order of the mapping.

    Args:
        table: the mapping.
        header: [columns] names of the table.
        place: the table, for messages.

    Raises:
        DataError: a column of the mapping is not in the table, or occurs twice.
    """
    places_of_field: dict[str, list[int]] = {}
    for name, field in table.columns.items():
        if field != UNUSED:
            places_of_field.setdefault(field, []).append(position_of(name, header, place))
    return places_of_field


def position_of(name: str, header: Sequence[str], place: str) -> int:
    """Position of the column that a mapping names. Raises as `positions` does."""
    if name.startswith("#") and name[1:].isdigit() and 1 <= int(name[1:]) <= len(header):
        return int(name[1:]) - 1
    wanted = name.strip().casefold()
    places = [at for at, text in enumerate(header) if text.strip().casefold() == wanted]
    if len(places) == 1:
        return places[0]
    has = ", ".join(repr(text) for text in header)[:200]
    fault = "has no column" if not places else "has several columns"
    raise DataError(f"{place} {fault} {name!r} (it has: {has}); correct the mapping, or write #N.")
