"""Copy of what the shop sells and how it looks, so that all processes of an export see one version.

The copy has offers, settings and files of the shop, corrected and promoted books. It has nothing of a
reader, a cart or an order.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from bookrec.shop.schema import migrate
from bookrec.web.store.connections import reported

_TABLES: Final = (
    *("offer", "shop_setting", "shop_file", "shop_version", "book_correction", "promotion"),
)


def freeze_shop(database: Path, copy: Path) -> None:
    """Copy the public tables of the shop's database, in one transaction.

    Args:
        database: of the shop; it is made or migrated first if need be.
        copy: file to make.

    Raises:
        ShopUnavailable: the database is locked or damaged.
        ShopError: the database was written by a newer bookrec.
    """
    migrate(database)
    with reported(database), contextlib.closing(_create(copy)) as connection:
        connection.execute("attach ? as shop", (database.resolve().as_uri() + "?mode=ro",))
        connection.execute("begin")
        for table in _TABLES:
            connection.execute(f"create table {table} as select * from shop.{table}")  # noqa: S608
        # Visitors take no part in experiments.
        connection.execute("create table experiment as select * from shop.experiment where 0")
        connection.execute("create unique index offer_by_isbn on offer (isbn)")
        connection.execute("commit")


def _create(path: Path) -> sqlite3.Connection:
    # Addresses of attached databases are understood only where this one was opened by an address.
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rwc", uri=True, isolation_level=None)
