"""What the nightly job reads of the shop's database."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from bookrec.shop.interactions import ShopInteraction, read_shop
from bookrec.shop.schema import migrate


def test_the_nightly_job_reads_accounts_and_last_words(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    assert read_shop(path) == ({}, [])
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "insert into account (user_id, username, username_folded, password_hash, age,"
            " disabled_at, created_at) values (?, ?, ?, 'x', ?, ?, 0)",
            [
                ("shop:1", "a", "a", 30, None),
                ("shop:2", "b", "b", None, 5),
                ("7", "c", "c", 9, None),
            ],
        )
        connection.executemany(
            "insert into shop_interaction values (?, ?, ?, ?, ?)",
            [
                ("shop:1", "B", "rating", 8, 11),
                ("shop:1", "A", "like", None, 12),
                ("shop:2", "A", "like", None, 13),
                ("7", "A", "deleted", None, 14),
            ],
        )
        connection.commit()
    ages, interactions = read_shop(path)
    assert ages == {"shop:1": 30, "7": 9}
    assert interactions == [
        ShopInteraction("7", "A", "deleted", None, 14),
        ShopInteraction("shop:1", "A", "like", None, 12),
        ShopInteraction("shop:1", "B", "rating", 8, 11),
    ]
