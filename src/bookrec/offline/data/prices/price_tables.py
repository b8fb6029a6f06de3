"""Tables of prices and stock in a source: their columns of ids, prices, stock and currencies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec.errors import DataError
from bookrec.isbn import normalise_isbn
from bookrec.offline.data.files.read_tables import read_tables
from bookrec.offline.data.files.source_files import open_source
from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.aliases import header_key
from bookrec.offline.data.mapping.draft import draft_mapping
from bookrec.offline.data.mapping.mapping import TableMapping, positions, read_mapping

_CURRENCY_HEADERS: Final = {"currency", "currencycode", "cur", "tiente", "loaitien", "donvitiente"}
_LEAST_KNOWN: Final = 0.5
"""Least share of a column's texts that the catalogue has, for the column to hold the ids."""
_SAMPLE: Final = 1_000


@dataclass(frozen=True)
class PriceTable:
    """A table of prices or stock, and the positions of its columns."""

    table: SourceTable
    ids: list[int]
    """Columns of ids; the first that names a known book counts."""
    price: int | None
    stock: int | None
    currency: int | None


def price_tables(
    paths: Sequence[Path], mapping_file: Path | None, catalogue: Callable[[], Collection[str]]
) -> list[PriceTable]:
    """Find the tables of prices and stock; tables of orders and ratings are left out.

    Args:
        paths: files, directories and zips.
        mapping_file: the operator's mapping; None = by names of columns, and by values for the ids.
        catalogue: gives the ids of the known books; called where no name of a column says "id".

    Raises:
        NoPrices: there is no such table.
        DataError: a file is damaged, or the mapping does not fit.
    """
    mapping = None if mapping_file is None else read_mapping(mapping_file)
    tables: list[SourceTable] = []
    mappings: list[TableMapping] = []
    for file in open_source(paths).files:
        of_file = mapping.table_of(file.name) if mapping else None
        tables += read_tables(file, of_file.syntax() if of_file else None)
    if mapping is None:
        mappings = [part.mapping for part in draft_mapping(tables).tables] if tables else []
    else:
        mappings = [mapping.table_of(t.name) or TableMapping(name="", columns={}) for t in tables]
    candidates = [
        _price_table(table, mapping, catalogue)
        for table, mapping in zip(tables, mappings, strict=True)
    ]
    chosen = [table for table in candidates if table is not None]
    if not chosen:
        raise NoPrices(paths)
    return chosen


def _price_table(
    table: SourceTable, mapping: TableMapping, catalogue: Callable[[], Collection[str]]
) -> PriceTable | None:
    places = positions(mapping, table.header, table.place)
    price, stock = places.get("price", [None])[0], places.get("stock", [None])[0]
    if mapping.rows or "reader_id" in places or (price is None and stock is None):
        return None
    ids = [*places.get("book_id", []), *places.get("code", [])] or _id_column(
        table, catalogue(), {price, stock}
    )
    if not ids:
        return None
    headers = [header_key(header) for header in table.header]
    currency = next((at for at, key in enumerate(headers) if key in _CURRENCY_HEADERS), None)
    return PriceTable(table, ids, price, stock, currency)


def _id_column(
    table: SourceTable, catalogue: Collection[str], others: set[int | None]
) -> list[int]:
    """The column whose values are ids of the catalogue, where no name says so."""
    shares = {
        at: _share_known(table.columns[at].head(_SAMPLE).tolist(), catalogue)
        for at in range(len(table.header))
        if at not in others
    }
    best = max(shares, key=shares.__getitem__, default=None)
    return [best] if best is not None and shares[best] >= _LEAST_KNOWN else []


def _share_known(texts: list[str], catalogue: Collection[str]) -> float:
    filled = [text for text in texts if text]
    known = sum(normalise_isbn(text) in catalogue for text in filled)
    return known / len(filled) if filled else 0.0


class NoPrices(DataError):
    """A source has no table of prices or stock."""

    def __init__(self, paths: Sequence[Path]) -> None:
        names = ", ".join(str(path) for path in paths)
        super().__init__(
            f"{names} has no table with a column of book ids and one of prices or stock; name the "
            "columns book_id, price and stock with --mapping (docs/importing.md)."
        )
