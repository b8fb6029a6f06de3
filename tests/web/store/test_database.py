"""Transactions of the shop's database under failure and cancellation."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bookrec.errors import ShopUnavailable
from bookrec.web.store.database import ShopDatabase, opened

INSERT = "insert into sign_in_attempt (key, at) values (?, 0)"


async def keys(database: ShopDatabase) -> list[str]:
    return [row[0] for row in await database.rows("select key from sign_in_attempt order by key")]


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    async def fail_half_way(database: ShopDatabase) -> None:
        async with database.write() as transaction:
            await transaction.execute(INSERT, ("lost",))
            raise RuntimeError("half-way")

    async def scenario() -> None:
        async with opened(tmp_path / "shop.sqlite") as database:
            with pytest.raises(RuntimeError, match="half-way"):
                await fail_half_way(database)
            async with database.write() as transaction:
                await transaction.execute(INSERT, ("kept",))
            assert await keys(database) == ["kept"]

    asyncio.run(scenario())


def test_others_never_see_a_half_done_transaction(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path / "shop.sqlite") as database:
            async with database.write() as transaction:
                await transaction.execute(INSERT, ("a",))
                assert await transaction.rows("select key from sign_in_attempt") == [("a",)]
                assert await keys(database) == []
            assert await keys(database) == ["a"]

    asyncio.run(scenario())


@pytest.mark.parametrize("steps", range(12))
def test_cancelling_at_any_moment_leaves_the_connection_usable(tmp_path: Path, steps: int) -> None:
    async def write(database: ShopDatabase) -> None:
        async with database.write() as transaction:
            await transaction.execute(INSERT, ("first",))
            await transaction.execute(INSERT, ("second",))

    async def scenario() -> None:
        async with opened(tmp_path / "shop.sqlite") as database:
            task = asyncio.create_task(write(database))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            async with database.write() as transaction:
                await transaction.execute(INSERT, ("after",))
            assert await keys(database) in (["after"], ["after", "first", "second"])

    asyncio.run(scenario())


def test_reading_cannot_write(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path / "shop.sqlite") as database:
            with pytest.raises(Exception, match="readonly"):
                await database.rows(INSERT, ("x",))

    asyncio.run(scenario())


def test_both_connections_are_safe_ones(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path / "shop.sqlite") as database, database.write() as transaction:
            assert await transaction.row("pragma synchronous") == (2,)  # full
            assert await transaction.row("pragma foreign_keys") == (1,)
            assert await transaction.row("pragma journal_mode") == ("wal",)
            assert await transaction.row("pragma busy_timeout") == (900,)

    asyncio.run(scenario())


def test_a_reading_function_writes_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path / "shop.sqlite") as database:
            async with database.write() as transaction:
                await transaction.execute(INSERT, ("kept",))
                # Beside an open write, as last committed.
                count = "select count(*) from sign_in_attempt"
                assert await database.read(lambda c: c.execute(count).fetchone()) == (0,)
            with pytest.raises(ShopUnavailable):
                await database.read(lambda c: c.execute("delete from sign_in_attempt"))
            assert await keys(database) == ["kept"]

    asyncio.run(scenario())
