"""Migrations of the shop's database: whole steps or nothing."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest

from bookrec.errors import ShopError
from bookrec.shop import schema
from bookrec.shop.schema import migrate


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
    assert version(path) == len(schema.MIGRATIONS)
    assert path.stat().st_mode & 0o077 == 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_a_step_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.sqlite"
    migrate(path)
    before = tables(path)

    half = """
    create table first (a text default ';');  -- a comment; with a semicolon
    insert into first values (1);
    create table first (b);
    """
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, half))
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(path)
    assert tables(path) == before
    assert version(path) == len(schema.MIGRATIONS) - 1


def test_an_unfinished_script_is_refused(tmp_path: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(tmp_path / "x")) as connection,
        pytest.raises(ValueError, match="middle of a statement"),
    ):
        schema._run_script(connection, "create table a (b); create table c (d")


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
    assert version(path) == len(schema.MIGRATIONS)


def test_a_newer_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma user_version = 999")
    with pytest.raises(ShopError, match="999"):
        migrate(path)


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
