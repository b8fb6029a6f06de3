"""Mappings of well-known sources, one TOML file each, recognised by headers and first lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import PurePosixPath

import msgspec

from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.aliases import header_key
from bookrec.offline.data.mapping.known_names import KNOWN_DIRECTORY, known_names
from bookrec.offline.data.mapping.mapping import Scale, TableMapping


class KnownTable(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Kind of table of a well-known source.

    Without ``columns`` it is left out, or drafted as any other table where the source needs it.
    """

    headers: list[str] = []
    """Headers that the table has, others may stand between them."""
    exact: bool = False
    """Whether it has no other headers."""
    first_line: str = ""
    """Regular expression of the whole first line, for tables without a header."""
    needed: bool = False
    """Whether the source is recognised by this table, together with the other needed ones."""
    whole: str = ""
    """Name of the file that holds the rows of all others of this kind, where it is there."""
    columns: dict[str, str] = {}
    rows: str = ""
    reader: str = ""
    separator: str = ""
    quoted: bool | None = None
    header_line: int | None = None
    skip: dict[str, list[str]] = {}

    def fits(self, table: SourceTable) -> bool:
        """Whether a table is of this kind."""
        if self.first_line:
            return re.fullmatch(self.first_line, _first_line(table)) is not None
        headers = [header_key(header) for header in table.header if header]
        wanted = [header_key(header) for header in self.headers]
        return set(wanted) <= set(headers) and (not self.exact or len(headers) == len(wanted))

    def mapping(self, table: SourceTable) -> TableMapping:
        """The mapping of a table of this kind, by its own headers."""
        by_key = {header_key(header): header for header in reversed(table.header)}
        columns = {
            by_key.get(header_key(header), header): field
            for header, field in self.columns.items()
            if header.startswith("#") or header_key(header) in by_key
        }
        return TableMapping(
            name=table.name,
            columns=columns,
            rows=self.rows,
            reader=self.reader,
            separator=self.separator,
            quoted=self.quoted,
            header_line=self.header_line,
            skip={
                by_key[header_key(name)]: words
                for name, words in self.skip.items()
                if header_key(name) in by_key
            },
        )


class KnownSource(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A well-known source."""

    tables: list[KnownTable]
    prefix: str
    """Beginning of the ids of its data sets."""
    citation: str = ""
    code_prefix: str = ""
    title_has_year: bool = False
    rating_scale: Scale = ""
    name: str = ""
    """Name of the file in ``known``, without suffix."""

    def kind_of(self, table: SourceTable) -> KnownTable | None:
        """The kind of a table; None if the source has no such tables."""
        return next((known for known in self.tables if known.fits(table)), None)

    def recognises(self, tables: Sequence[SourceTable]) -> bool:
        """Whether every needed kind of table, and at least one kind, is among the tables."""
        kinds = [id(kind) for table in tables if (kind := self.kind_of(table)) is not None]
        return bool(kinds) and all(id(kind) in kinds for kind in self.tables if kind.needed)

    def is_part(self, table: SourceTable, tables: Sequence[SourceTable]) -> bool:
        """Whether another table of the same kind holds all rows of this one."""
        kind = self.kind_of(table)
        if kind is None or not kind.whole or _base_name(table) == kind.whole:
            return False
        return any(
            _base_name(other) == kind.whole and self.kind_of(other) is kind for other in tables
        )


@cache
def known_sources() -> dict[str, KnownSource]:
    """Every well-known source by name, in alphabetical order."""
    sources = {}
    for name in known_names():
        source = msgspec.convert(
            tomllib.loads((KNOWN_DIRECTORY / f"{name}.toml").read_text("utf-8")), KnownSource
        )
        sources[name] = msgspec.structs.replace(source, name=name)
    return sources


def recognise(tables: Sequence[SourceTable], name: str = "") -> KnownSource | None:
    """The well-known source that the tables are of; None for any other source.

    Args:
        tables: of the source.
        name: of the only well-known source that counts; "" = any.
    """
    wanted = [known for known in known_sources().values() if name in ("", known.name)]
    return next((known for known in wanted if known.recognises(tables)), None)


def _first_line(table: SourceTable) -> str:
    text = table.text_of(1, 1) if table.rows_read else ""
    return text.removeprefix("\ufeff").rstrip("\r\n")


def _base_name(table: SourceTable) -> str:
    """Name of the file without folders and compression, in lower case."""
    name = PurePosixPath(table.name.replace("\\", "/")).name.casefold()
    return re.sub(r"\.(xz|gz|bz2|zip)$", "", name)
