"""Draft of a mapping: well-known sources first, else every table by its headers and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.draft_codes import Verdict, id_column, judge
from bookrec.offline.data.mapping.draft_columns import DraftColumn, draft_columns, may_be_rating
from bookrec.offline.data.mapping.fields import DETAILS, FIELDS, IDS, UNDECIDED, UNUSED
from bookrec.offline.data.mapping.known import KnownSource, recognise
from bookrec.offline.data.mapping.mapping import Mapping, TableMapping, position_of, undecided
from bookrec.offline.data.mapping.profile import profile_columns

_OF_BOOKS: Final = {name for name, field in FIELDS.items() if field.part == "book"}
_KNOWN: Final = "the source is well known"
_MOST_RETITLED: Final = 0.5
"""Share of the books with several rows that may have several titles."""
_FEWEST_BOOKS: Final = 3
"""Fewest columns of ratings that a table with a column for each book has."""


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
    drafts = _with_codes([_draft_table(table, tables, known) for table in tables])
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
    columns = _without_strays(_without_reviews(draft_columns(profiles), table))
    mapping = TableMapping(
        name=table.name,
        columns={_name(column, table): column.field for column in columns},
        rows=_rows(columns),
    )
    return DraftTable(table, mapping, columns, _use(mapping))


def _with_codes(drafts: Sequence[DraftTable]) -> list[DraftTable]:
    """Tell a shop's own codes from ISBNs in the columns of ids (`draft_codes`), or ask."""
    ids = [
        id_column(draft.table, at, column.profile.position)
        for at, draft in enumerate(drafts)
        for column in draft.columns
        if column.field == "book_id" and column.why != _KNOWN
    ]
    verdicts = {(column.table, column.position): judge(column, ids) for column in ids}
    return [
        _with_verdicts(
            draft,
            {position: v for (table, position), v in verdicts.items() if table == at and v.why},
        )
        for at, draft in enumerate(drafts)
    ]


def _with_verdicts(draft: DraftTable, verdicts: dict[int, Verdict]) -> DraftTable:
    if not verdicts:
        return draft
    columns = [
        replace(column, field=verdict.field or UNDECIDED, why=verdict.why)
        if (verdict := verdicts.get(column.profile.position))
        else column
        for column in draft.columns
    ]
    by_name = {_name(column, draft.table): column.field for column in columns}
    mapping = msgspec.structs.replace(
        draft.mapping,
        columns={name: by_name.get(name, field) for name, field in draft.mapping.columns.items()},
    )
    return replace(draft, mapping=mapping, columns=columns)


def _without_reviews(columns: list[DraftColumn], table: SourceTable) -> list[DraftColumn]:
    """Leave out a title that is the review's: rows of one book have several of them."""
    at = {column.field: column.profile.position for column in columns if column.field}
    if not {"reader_id", "book_id", "title"} <= set(at):
        return columns
    pairs = table.columns.iloc[:, [at["book_id"], at["title"]]].set_axis(["book", "title"], axis=1)
    pairs = pairs[(pairs["book"] != "") & (pairs["title"] != "")]
    titles = pairs.groupby("book")["title"].agg(["size", "nunique"])
    several = titles[titles["size"] > 1]
    if len(several) == 0 or (several["nunique"] > 1).mean() <= _MOST_RETITLED:
        return columns
    return [
        replace(column, field=UNUSED, why="one book has several: they are titles of reviews")
        if column.field == "title"
        else column
        for column in columns
    ]


def _without_strays(columns: list[DraftColumn]) -> list[DraftColumn]:
    """Leave out fields of books in tables without a title, and ratings in tables without readers.

    A summary beside ratings is the review's, and a rating in a list of books is everybody's mean.
    """
    fields = {column.field for column in columns}
    strays: set[str] = set()
    if "title" not in fields:
        keep = IDS if "reader_id" in fields else {*IDS, *DETAILS}
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
    elif IDS & fields and not mapping.rows and fields & set(DETAILS):
        uses.append("prices and stock")
    if "reader_id" in fields and (not mapping.rows or fields & {"age", "location"}):
        uses.append("readers")
    return " and ".join(uses) or _NOT_USED


def _missing(drafts: Sequence[DraftTable]) -> list[str]:
    """Sentences on what a source needs and no table gives."""
    if not any(draft.mapping.rows for draft in drafts):
        return [_without_rows(drafts)]
    if not any("title" in draft.mapping.fields() for draft in drafts):
        return ["no table has the titles of the books; add the list of books, or name its column."]
    return []


def _without_rows(drafts: Sequence[DraftTable]) -> str:
    """Why there are no interactions: a column for each book, books alone, or nothing that is known."""
    wide = [draft.table.name for draft in drafts if _has_column_of_each_book(draft)]
    if wide:
        return (
            f"{wide[0]} seems to have a column for each book; write one row for each reader and book "
            "instead, with columns for the reader, the book and the rating."
        )
    books = [draft.table.name for draft in drafts if "title" in draft.mapping.fields()]
    readers = any("reader_id" in draft.mapping.fields() for draft in drafts)
    if books and not readers:
        return (
            f"{', '.join(books[:3])} lists books, and no table says who read or bought them; add the "
            "orders, loans or ratings, or name the column of readers (reader_id); where each file is "
            'one reader\'s own, write rows and reader = "file". Once orders or ratings are imported, '
            "'bookrec data import --add' takes such lists."
        )
    return (
        "no table says which reader has which book; name the columns of readers (reader_id) and "
        'books (book_id or title), or write reader = "file" where each file is one reader.'
    )


def _has_column_of_each_book(draft: DraftTable) -> bool:
    columns = [column for column in draft.columns if may_be_rating(column, most=_STARS)]
    return (
        "title" not in draft.mapping.fields()
        and len(columns) >= _FEWEST_BOOKS
        and 2 * len(columns) >= len(draft.columns)
    )


_STARS: Final = 12
"""Most distinct values of a column of one book's ratings, words for "not read" among them."""
