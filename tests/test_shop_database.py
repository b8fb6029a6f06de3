"""Migrations of the shop's database: whole steps or nothing."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest

from bookrec import shop_database
from bookrec.errors import ShopError
from bookrec.shop_database import ShopInteraction, migrate, read_shop


def tables(path: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("select name from sqlite_schema")}


def version(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("pragma user_version").fetchone()[0]
        return found


def test_a_new_database_is_private_and_in_wal(tmp_path: Path) -> None:
    path = tmp_path / "var" / "shop.sqlite"
    migrate(path)
    migrate(path)
    assert {"account", "session", "claim", "shop_interaction", "live_list"} <= tables(path)
    assert version(path) == len(shop_database.MIGRATIONS)
    assert path.stat().st_mode & 0o077 == 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_a_step_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.sqlite"
    migrate(path)
    before = tables(path)

    def half(connection: sqlite3.Connection) -> None:
        shop_database._run_script(
            connection,
            """
            create table first (a text default ';');  -- a comment; with a semicolon
            insert into first values (1);
            create table first (b);
            """,
        )

    monkeypatch.setattr(shop_database, "MIGRATIONS", (*shop_database.MIGRATIONS, half))
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(path)
    assert tables(path) == before
    assert version(path) == 1


def test_an_unfinished_script_is_refused(tmp_path: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(tmp_path / "x")) as connection,
        pytest.raises(ValueError, match="middle of a statement"),
    ):
        shop_database._run_script(connection, "create table a (b); create table c (d")


def test_workers_that_start_together_migrate_once(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    errors: list[BaseException] = []

    def start() -> None:
        try:
            migrate(path)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert version(path) == len(shop_database.MIGRATIONS)


def test_a_newer_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma user_version = 999")
    with pytest.raises(ShopError, match="999"):
        migrate(path)


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


@pytest.mark.parametrize(
    ("kind", "rating"),
    [("rating", None), ("rating", 0), ("rating", 11), ("like", 5), ("wish", None)],
)
def test_the_database_refuses_nonsense(tmp_path: Path, kind: str, rating: int | None) -> None:
    path = tmp_path / "shop.sqlite"
    migrate(path)
    with (
        contextlib.closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError),
    ):
        connection.execute(
            "insert into shop_interaction values ('u', 'i', ?, ?, 0)", (kind, rating)
        )
