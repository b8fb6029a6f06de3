"""Import of prices and stock: a file becomes offers in the shop's database, all of it or nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from bookrec.errors import DataError, NoSnapshot
from bookrec.files import read_pointer
from bookrec.offline.data.prices.price_tables import price_tables
from bookrec.offline.data.prices.read_prices import OTHER_CURRENCY, ReadPrices, read_prices
from bookrec.settings import Home
from bookrec.shop.connections import opened
from bookrec.shop.selling.offers import OfferChanges, store_offers
from bookrec.shop.selling.shop_settings import read_settings
from bookrec.snapshot import current_snapshot, open_database


@dataclass(frozen=True)
class PriceImport:
    """An import of prices and stock."""

    read: ReadPrices
    changes: OfferChanges
    currency: str


def known_isbns(home: Home) -> set[str]:
    """Return the ids of the books of the published snapshot and of the current data set."""
    isbns: set[str] = set()
    with contextlib.suppress(NoSnapshot):
        directory = current_snapshot(home.snapshots)
        with contextlib.closing(open_database(directory)) as connection:
            isbns |= {row[0] for row in connection.execute("select isbn from book")}
    dataset_id = read_pointer(home.datasets)
    books = home.datasets / (dataset_id or "") / "books.parquet"
    if dataset_id is not None and books.is_file():
        isbns |= set(pd.read_parquet(books, columns=["isbn"])["isbn"].tolist())
    return isbns


def import_prices(
    home: Home,
    paths: Sequence[Path],
    mapping: Path | None = None,
    decimal: str = "",
    *,
    dry_run: bool = False,
) -> PriceImport:
    """Store the prices and stock of files as offers; other books keep theirs.

    Args:
        home: the installation.
        paths: files, directories and zips.
        mapping: the operator's mapping; None = by the names of the columns.
        decimal: mark before decimals, ``.`` or ``,``; "" = by evidence.
        dry_run: read and compare only; nothing is stored.

    Raises:
        NoPrices: there are no prices or stock.
        DataError: none is of a known book, or they can be read in two ways.
    """
    known = cache(lambda: known_isbns(home))
    tables = price_tables(paths, mapping, known)
    catalogue = known()
    with opened(home.shop_database) as connection:
        currency = read_settings(connection).currency
        read = read_prices(tables, currency, catalogue, decimal)
        _check(read, currency, paths)
        connection.execute("begin immediate")
        changes = store_offers(connection, read.offers.values(), currency)
        connection.execute("rollback" if dry_run else "commit")
    return PriceImport(read, changes, currency)


def _check(read: ReadPrices, currency: str, paths: Sequence[Path]) -> None:
    names = ", ".join(str(path) for path in paths)
    if not read.offers:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in read.rejected.items())
        hint = "correct the file and import it again"
        if read.rejected[OTHER_CURRENCY]:
            hint = "see 'bookrec shop settings set currency'"
        raise DataError(
            f"{names}: no row of {read.rows_read:,} gives a price or stock in {currency} "
            f"({reasons or 'no rows'}); {hint}. Nothing was changed."
        )
    if len(read.unknown) == len(read.offers):
        raise DataError(
            f"{names}: the catalogue has none of the {len(read.offers):,} books (the first is "
            f"{read.unknown[0]}); check the column of ids, or run 'bookrec score' first. "
            "Nothing was changed."
        )
