"""Reading of a source: files, mapped tables, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bookrec.errors import DataError
from bookrec.offline.data.assembly.column_readings import (
    Readings,
    fill_orders,
    read_columns,
    undecided_mapping,
)
from bookrec.offline.data.assembly.select_rows import MappedTable, SelectedRows, select_rows
from bookrec.offline.data.files.read_tables import read_tables
from bookrec.offline.data.files.source_files import SourceFile, open_source
from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.aliases import aliases_of
from bookrec.offline.data.mapping.draft import Draft, DraftTable, draft_mapping
from bookrec.offline.data.mapping.mapping import Mapping, read_mapping
from bookrec.offline.data.mapping.write_draft import draft_lines, draft_toml
from bookrec.offline.data.values.dates import DateFormat
from bookrec.offline.data.values.ratings import RatingScale
from bookrec.offline.runtime.progress import Progress

_VIETNAMESE: Final = "vi"


class Undecided(DataError):
    """The source has more than one reading; the draft says what to decide."""

    def __init__(self, questions: Sequence[str], draft: str, lines: Sequence[str]) -> None:
        """Keep what is open, the draft as TOML, and its lines for the screen."""
        super().__init__(" ".join(questions))
        self.draft = draft
        self.lines = list(lines)


@dataclass
class ReadSource:
    """A source, read and mapped, not yet cleaned."""

    rows: SelectedRows
    mapping: Mapping
    readings: Readings
    draft: str
    """The mapping as TOML."""
    lines: list[str]
    """Lines for the screen on what each column is; [] where the operator gave the mapping."""
    notes: list[str]
    """Sentences on what was found and what is not used."""
    is_sample: bool
    shas: list[str]
    """SHA-256 of each table that is used."""


def read_source(
    paths: Sequence[Path], mapping_file: Path | None, progress: Progress, layout: str = ""
) -> ReadSource:
    """Read the tables at paths by a mapping, or by a drafted one if all is sure.

    Args:
        paths: directories, zips and files.
        mapping_file: the operator's mapping; None = draft one.
        progress: receives one line per file.
        layout: name of the well-known source that it has to be; "" = whatever it is.

    Raises:
        Undecided: the draft leaves something open.
        DataError: a file is damaged or holds no table, or the mapping does not fit.
    """
    stated = None if mapping_file is None else read_mapping(mapping_file)
    source = open_source(paths)
    if not source.files:
        names = ", ".join(map(str, paths))
        raise DataError(
            f"{names} holds no tables; name the directory or file with the shop's data."
        )
    tables = _read_files(source.files, stated, progress)
    notes = [note for _, table in tables for note in table.notes]
    notes += [f"Ignored {place}." for place in source.ignored]
    if stated is not None:
        return mapped_source(
            stated, [t for _, t in tables], draft=None, notes=notes, sample=source.is_sample
        )
    draft = draft_mapping([table for _, table in tables], layout)
    if layout and draft.mapping.layout != layout:
        raise DataError(f"{paths[0]} is not of the layout {layout}; leave out --format.")
    again = [_read_again(file, part) for (file, _), part in zip(tables, draft.tables, strict=True)]
    return mapped_source(draft.mapping, again, draft, notes, sample=source.is_sample)


def _read_files(
    files: Sequence[SourceFile], mapping: Mapping | None, progress: Progress
) -> list[tuple[SourceFile, SourceTable]]:
    """Read files two at a time: the second is decompressed while the first is taken apart."""
    pool = ThreadPoolExecutor(2)
    try:
        read = pool.map(lambda file: _read(file, mapping, progress), files)
        return [
            (file, table) for file, of_file in zip(files, read, strict=True) for table in of_file
        ]
    finally:
        pool.shutdown(cancel_futures=True)


def _read(file: SourceFile, mapping: Mapping | None, progress: Progress) -> list[SourceTable]:
    of_file = mapping.table_of(file.name) if mapping else None
    if mapping and of_file is None and not _may_hold(file, mapping):
        return []
    progress(f"Reading {file.name}")
    return read_tables(file, of_file.syntax() if of_file else None)


def _may_hold(file: SourceFile, mapping: Mapping) -> bool:
    """Whether a mapping names a sheet or database table of the file."""
    prefix = f"{file.name.casefold()}:"
    return any(t.name.casefold().startswith(prefix) or "*" in t.name for t in mapping.tables)


def _read_again(file: SourceFile, part: DraftTable) -> SourceTable:
    """The table by the syntax that its mapping states, where evidence found another."""
    stated, current = part.mapping.syntax(), part.table.syntax
    parts = (
        (stated.separator, current.separator),
        (stated.quoted, current.quoted),
        (stated.header_line, current.header_line),
    )
    if all(wanted is None or wanted == has for wanted, has in parts):
        return part.table
    return read_tables(file, stated)[0]


def mapped_source(
    mapping: Mapping,
    tables: Sequence[SourceTable],
    draft: Draft | None,
    notes: list[str],
    *,
    sample: bool,
) -> ReadSource:
    """Select the rows of tables by a mapping. Raises as `read_source` does."""
    mapped = [MappedTable(t, m) for t in tables if (m := mapping.table_of(t.name)) is not None]
    used = [m for m in mapped if m.has_interactions or m.has_title or m.has_readers or m.has_stock]
    lines = [] if draft is None else list(draft_lines(draft))
    if draft is not None and draft.questions:
        raise Undecided(draft.questions, draft_toml(draft), lines)
    _check(used, mapping)
    rows = select_rows(used)
    readings = _readings(rows, mapping, _times_are_vietnamese(used))
    toml = ""
    if draft is not None:
        toml = draft_toml(replace(draft, mapping=readings.decided(mapping)))
    if readings.questions:
        open_mapping = undecided_mapping(mapping, readings.questions)
        base = draft or draft_mapping([m.table for m in used])
        drafted = Draft(open_mapping, base.tables, base.known, list(readings.questions.values()))
        raise Undecided(drafted.questions, draft_toml(drafted), lines)
    notes = [*notes, *readings.notes, *_unused(mapped, used)]
    shas = [m.table.sha256 for m in used]
    return ReadSource(rows, mapping, readings, toml, lines, notes, sample, shas)


def _check(used: Sequence[MappedTable], mapping: Mapping) -> None:
    """Check that a mapping finds tables with rows."""
    if not used:
        names = ", ".join(table.name for table in mapping.tables)
        raise DataError(f"No table of the mapping ({names}) is in the source; correct their names.")
    for m in used:
        if m.table.rows_read == 0:
            raise DataError(f"{m.table.place} has a header but no rows; get it again.")
        if len(m.table.columns) == 0:
            line, _, reason = m.table.unreadable[0]
            raise DataError(
                f"{m.table.place}, line {line}: no row can be read ({reason}); check the separator and "
                "the quotes, or state them in a mapping."
            )


def _readings(rows: SelectedRows, mapping: Mapping, vietnamese: bool) -> Readings:
    if rows.interactions is None:
        return Readings(RatingScale(10), DateFormat(), [])
    fill_orders(rows.interactions)
    return read_columns(rows.interactions, mapping, vietnamese=vietnamese)


def _times_are_vietnamese(used: Sequence[MappedTable]) -> bool:
    headers = [h for m in used for h, field in m.mapping.columns.items() if field == "time"]
    languages = {
        alias.language for h in headers for alias in aliases_of(h) if alias.field == "time"
    }
    return bool(headers) and languages == {_VIETNAMESE}


def _unused(mapped: Sequence[MappedTable], used: Sequence[MappedTable]) -> list[str]:
    """Sentences on tables and columns that are not used."""
    notes = [f"{m.table.name} is not used." for m in mapped if m not in used]
    for m in used:
        named = {header for header, field in m.mapping.columns.items() if field}
        numbers = {
            int(header[1:]) for header in named if header[:1] == "#" and header[1:].isdigit()
        }
        left = [
            header or f"#{at}"
            for at, header in enumerate(m.table.header, start=1)
            if header not in named and at not in numbers
        ]
        if left:
            notes.append(f"{m.table.name}: columns not used: {', '.join(left)}.")
    return notes
