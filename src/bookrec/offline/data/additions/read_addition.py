"""Reading of files that are added to a data set, by its mapping where their headers are the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from bookrec.errors import DataError
from bookrec.offline.data.files.read_tables import read_tables
from bookrec.offline.data.files.source_files import open_source
from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.draft import draft_mapping
from bookrec.offline.data.mapping.mapping import (
    Mapping,
    TableMapping,
    parse_mapping,
    read_mapping,
    undecided,
)
from bookrec.offline.data.read_source import ReadSource, mapped_source
from bookrec.offline.runtime.progress import Progress


def read_addition(
    paths: Sequence[Path],
    mapping_file: Path | None,
    stored: str,
    imported: Collection[str],
    progress: Progress,
) -> ReadSource | None:
    """Read tables that are added to a data set.

    Args:
        paths: directories, zips and files.
        mapping_file: the operator's mapping; None = that of the data set, or a draft.
        stored: mapping of the data set, as TOML.
        imported: SHA-256 of tables that were imported before; they are skipped.
        progress: receives one line per file.

    Returns:
        The source; None if all of its tables were imported before.

    Raises:
        Undecided: a table is new, and its draft leaves something open.
        DataError: a file is damaged or holds no table, or the mapping does not fit.
    """
    source = open_source(paths)
    tables: list[SourceTable] = []
    skipped = []
    for file in source.files:
        progress(f"Reading {file.name}")
        for table in read_tables(file):
            if table.sha256 in imported:
                skipped.append(f"{table.name} was imported before and is skipped.")
            else:
                tables.append(table)
    for note in skipped:
        progress(note)
    if not tables:
        if not skipped:
            raise DataError(f"{', '.join(map(str, paths))} holds no tables.")
        return None
    base = parse_mapping(stored, "mapping of the data set") if stored else None
    if mapping_file is not None:
        base = read_mapping(mapping_file)
    draft = draft_mapping(tables)
    parts = [
        replace(part, mapping=_of_same_headers(part.table, base) or part.mapping)
        for part in draft.tables
    ]
    mapping = draft.mapping
    if base is not None:
        mapping = msgspec.structs.replace(base, tables=[])
    mapping = msgspec.structs.replace(mapping, tables=[part.mapping for part in parts])
    # A file of a day may hold orders alone, or prices: the books are known already.
    draft = replace(draft, mapping=mapping, tables=parts, questions=undecided(mapping))
    return mapped_source(mapping, tables, draft, skipped, sample=source.is_sample)


def _of_same_headers(table: SourceTable, base: Mapping | None) -> TableMapping | None:
    """The mapping of a table of the data set with the same name, or else with the same headers."""
    if base is None:
        return None
    same_name = base.table_of(table.name)
    if same_name is not None and _has_columns(table, same_name):
        return msgspec.structs.replace(same_name, name=table.name)
    for candidate in base.tables:
        if candidate.fields() and _has_columns(table, candidate):
            return msgspec.structs.replace(candidate, name=table.name)
    return None


def _has_columns(table: SourceTable, mapping: TableMapping) -> bool:
    headers = {header.strip().casefold() for header in table.header if header}
    named = [h for h, field in mapping.columns.items() if field and not h.startswith("#")]
    return bool(named) and all(header.strip().casefold() in headers for header in named)
