"""Registry of the tables with rows of a reader: none is missing, none is unknown."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from bookrec.shop.personal_tables import TABLES
from bookrec.shop.schema import migrate

NAMES_A_READER = {"user_id", "account_id"}
BELONG_TO_A_ROW = {"cart_id", "order_id", "member_id"}


def columns_by_table(path: Path) -> dict[str, set[str]]:
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        names = [
            row[0]
            for row in connection.execute("select name from sqlite_schema where type = 'table'")
            if not row[0].startswith("sqlite_")
        ]
        return {
            name: {row[1] for row in connection.execute(f"pragma table_info({name})")}
            for name in names
        }


def test_every_table_that_names_a_reader_is_registered(tmp_path: Path) -> None:
    tables = columns_by_table(tmp_path / "shop.sqlite")
    personal = {
        name for name, columns in tables.items() if columns & (NAMES_A_READER | BELONG_TO_A_ROW)
    }
    assert personal - {table.name for table in TABLES} == set(), (
        "tell in shop/personal_tables.py what becomes of these rows when a reader leaves"
    )


def test_the_registry_names_only_what_is_there(tmp_path: Path) -> None:
    tables = columns_by_table(tmp_path / "shop.sqlite")
    for table in TABLES:
        columns = tables[table.name]
        assert {table.key, *table.secret, *(column for column, _ in table.cleared)} <= columns
        assert bool(table.cleared) == bool(table.reason)
        assert not table.parent or table.key in tables[table.parent]
    assert TABLES[-1].name == "account"
