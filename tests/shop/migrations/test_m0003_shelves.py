"""The migration to own shelves keeps every interaction."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bookrec.shop import schema
from bookrec.shop.migrations import m0001_accounts
from bookrec.shop.schema import migrate


def test_interactions_are_kept_and_a_book_can_be_owned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (m0001_accounts.SCRIPT,))
        migrate(path)
    rows = [
        ("8", "0141439580", "rating", 9, 10),
        ("8", "0441172717", "deleted", None, 11),
        ("shop:1", "0141439580", "like", None, 12),
    ]
    insert = "insert into shop_interaction values (?, ?, ?, ?, ?)"
    with contextlib.closing(sqlite3.connect(path)) as shop:
        shop.executemany(insert, rows)
        shop.commit()
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as shop:
        query = "select * from shop_interaction order by user_id, isbn"
        assert shop.execute(query).fetchall() == rows
        shop.execute(insert, ("8", "ml:1", "owned", None, 13))
        for kind, rating in (("burnt", None), ("owned", 5), ("rating", None)):
            with pytest.raises(sqlite3.IntegrityError):
                shop.execute(insert, ("8", "ml:2", kind, rating, 14))
