"""Draft of a mapping: well-known sources first, else every table by its headers and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.draft_columns import DraftColumn, draft_columns, may_be_rating
from bookrec.offline.data.mapping.fields import DETAILS, FIELDS, UNDECIDED, UNUSED
from bookrec.offline.data.mapping.known import KnownSource, recognise
from bookrec.offline.data.mapping.mapping import Mapping, TableMapping, position_of, undecided
from bookrec.offline.data.mapping.profile import profile_columns

_OF_BOOKS: Final = {name for name, field in FIELDS.items() if field.part == "book"}
_KNOWN: Final = "the source is well known"


@dataclass(frozen=True)
class DraftTable:
    """A table of a draft."""

    table: SourceTable
    mapping: TableMapping
    columns: list[DraftColumn]
    use: str
    """Use of the table, a phrase for people; "not used" if there is none."""


@dataclass(frozen=True)
class Draft:
    """A drafted mapping and how it came about."""

    mapping: Mapping
    tables: list[DraftTable]
    known: KnownSource | None
    questions: list[str]
    """Sentences on what the operator has to decide; [] = all is sure."""


def draft_mapping(tables: Sequence[SourceTable], layout: str = "") -> Draft:
    """Draft the mapping of a source from its tables.

    Args:
        tables: of the source.
        layout: name of the only well-known source that it may be; "" = any.
    """
    known = recognise(tables, layout)
    drafts = [_draft_table(table, tables, known) for table in tables]
    mapping = Mapping(
        tables=[draft.mapping for draft in drafts],
        layout=known.name if known else "shop",
        rating_scale=known.rating_scale if known else "",
        code_prefix=known.code_prefix if known else "",
        title_has_year=known.title_has_year if known else False,
        citation=known.citation if known else "",
    )
    return Draft(mapping, drafts, known, [*undecided(mapping), *_missing(drafts)])


def _draft_table(
    table: SourceTable, tables: Sequence[SourceTable], known: KnownSource | None
) -> DraftTable:
    profiles = profile_columns(table)
    kind = known.kind_of(table) if known else None
    if known and kind and kind.columns and not known.is_part(table, tables):
        mapping = kind.mapping(table)
        fields = {
            position_of(header, table.header, table.place): field
            for header, field in mapping.columns.items()
        }
        columns = [DraftColumn(p, fields.get(p.position, UNUSED), _KNOWN) for p in profiles]
        return DraftTable(table, mapping, columns, _use(mapping))
    if known and kind and not kind.needed:
        columns = [DraftColumn(profile, UNUSED, _KNOWN) for profile in profiles]
        return DraftTable(table, TableMapping(name=table.name, columns={}), columns, _NOT_USED)
    columns = _without_strays(draft_columns(profiles))
    mapping = TableMapping(
        name=table.name,
        columns={_name(column, table): column.field for column in columns},
        rows=_rows(columns),
    )
    return DraftTable(table, mapping, columns, _use(mapping))


def _without_strays(columns: list[DraftColumn]) -> list[DraftColumn]:
    """Leave out fields of books in tables without a title, and ratings in tables without readers.

    A summary beside ratings is the review's, and a rating in a list of books is everybody's mean.
    """
    fields = {column.field for column in columns}
    strays: set[str] = set()
    if "title" not in fields:
        keep = {"book_id"} if "reader_id" in fields else {"book_id", *DETAILS}
        strays |= _OF_BOOKS - keep
    if "reader_id" not in fields:
        strays |= {name for name, field in FIELDS.items() if field.part == "interaction"}
    return [
        DraftColumn(column.profile, UNUSED, f"{column.field} of something else than the rows")
        if column.field in strays
        else _asked(column, fields)
        for column in columns
    ]


def _asked(column: DraftColumn, fields: set[str]) -> DraftColumn:
    """Ask about a column of unknown name that could be the missing rating."""
    interactions = "reader_id" in fields and bool({"book_id", "title"} & fields)
    meaning = {"rating", "quantity", "order_id", "kind"}
    if interactions and not meaning & fields and may_be_rating(column):
        return DraftColumn(column.profile, UNDECIDED, "its values could be ratings")
    return column


def _rows(columns: Sequence[DraftColumn]) -> str:
    """Meaning of the rows of a table of interactions; "" for other tables."""
    fields = {column.field for column in columns}
    if "reader_id" not in fields or not {"book_id", "title"} & fields:
        return ""
    if "rating" in fields:
        return "ratings"
    return "purchases" if {"order_id", "quantity", "price"} & fields else "interactions"


def _name(column: DraftColumn, table: SourceTable) -> str:
    """Name of a column in a mapping: its header, or its number where that is blank or not unique."""
    header = column.profile.header
    keys = [name.strip().casefold() for name in table.header]
    unique = bool(header) and keys.count(header.strip().casefold()) == 1
    return header if unique and not header.startswith("#") else f"#{column.profile.position + 1}"


_NOT_USED: Final = "not used"


def _use(mapping: TableMapping) -> str:
    fields = mapping.fields()
    uses = []
    if mapping.rows:
        uses.append(mapping.rows)
    if "title" in fields:
        uses.append("books")
    elif "book_id" in fields and not mapping.rows and fields & set(DETAILS):
        uses.append("prices and stock")
    if "reader_id" in fields and (not mapping.rows or fields & {"age", "location"}):
        uses.append("readers")
    return " and ".join(uses) or _NOT_USED


def _missing(drafts: Sequence[DraftTable]) -> list[str]:
    """Sentences on what a source needs and no table gives."""
    if not any(draft.mapping.rows for draft in drafts):
        return [
            "no table says which reader has which book; name the columns of readers (reader_id) and "
            'books (book_id or title), or write reader = "file" where each file is one reader.'
        ]
    if not any("title" in draft.mapping.fields() for draft in drafts):
        return ["no table has the titles of the books; add the list of books, or name its column."]
    return []
