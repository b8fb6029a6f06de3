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
    *("offer", "shop_setting", "shop_file", "book_correction", "promotion"),
    "shop_version",  # the last one: triggers count it up
)


def freeze_shop(database: Path, copy: Path) -> None:
    """Copy the public tables of the shop's database, in one transaction.

    Args:
        database: of the shop; it is made or migrated first if need be.
        copy: file to make, with the whole schema; other tables stay empty.

    Raises:
        ShopUnavailable: the database is locked or damaged.
        ShopError: the database was written by a newer bookrec.
    """
    migrate(database)
    migrate(copy)
    with reported(database), contextlib.closing(_open(copy)) as connection:
        connection.execute("attach ? as shop", (database.resolve().as_uri() + "?mode=ro",))
        connection.execute("begin")
        for table in _TABLES:
            connection.execute(f"delete from main.{table}")  # noqa: S608
            connection.execute(f"insert into main.{table} select * from shop.{table}")  # noqa: S608
        connection.execute("commit")


def _open(path: Path) -> sqlite3.Connection:
    # Addresses of attached databases are understood only where this one was opened by an address.
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
