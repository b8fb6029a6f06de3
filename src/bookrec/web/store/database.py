"""Access to ``var/shop.sqlite`` off the event loop (aiosqlite).

Two connections a worker: one reads in autocommit, one writes, a transaction at a time. A read on
the writing connection could see another request's half-done transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import aiosqlite

from bookrec import shop_database

_BUSY_TIMEOUT_S = 10.0

Row = tuple[Any, ...]
Parameters = Iterable[Any]


class Transaction:
    """An open write transaction; what it reads nobody else changes before it ends."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, statement: str, parameters: Parameters = ()) -> aiosqlite.Cursor:
        """Execute one statement; the cursor tells ``lastrowid`` and ``rowcount``."""
        return await self._connection.execute(statement, parameters)

    async def execute_many(self, statement: str, rows: Iterable[Parameters]) -> None:
        """Execute one statement for each row of parameters."""
        await self._connection.executemany(statement, rows)

    async def rows(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query."""
        return [tuple(row) for row in await self._connection.execute_fetchall(query, parameters)]

    async def row(self, query: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, or None."""
        found = await self.rows(query, parameters)
        return found[0] if found else None


class ShopDatabase:
    """The shop's database, open in one worker. Use `opened`."""

    def __init__(self, reader: aiosqlite.Connection, writer: aiosqlite.Connection) -> None:
        self._reader = reader
        self._writer = writer
        self._write_lock = asyncio.Lock()

    async def rows(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query, as last committed."""
        return [tuple(row) for row in await self._reader.execute_fetchall(query, parameters)]

    async def row(self, query: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, or None."""
        found = await self.rows(query, parameters)
        return found[0] if found else None

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A write transaction: committed durably when the block ends, rolled back on error."""
        async with self._write_lock:
            committed = False
            try:
                # `immediate`: take the lock before reading, so that what was read still holds.
                await self._writer.execute("begin immediate")
                yield Transaction(self._writer)
                await self._writer.execute("commit")
                committed = True
            finally:
                # Also when the request is cancelled while one of these statements runs: they are
                # executed in order, so this one comes last (and does nothing without a transaction).
                if not committed:
                    await asyncio.shield(self._writer.rollback())


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[ShopDatabase]:
    """The shop's database at ``path``, created or migrated first, closed at the end of the block.

    Raises:
        ShopError: the file was written by a newer bookrec.
    """
    shop_database.migrate(path)
    async with contextlib.AsyncExitStack() as stack:
        reader = await stack.enter_async_context(_connect(path))
        await reader.execute("pragma query_only = on")
        writer = await stack.enter_async_context(_connect(path))
        # `normal` can lose the last commits on power loss.
        await writer.execute("pragma synchronous = full")
        await writer.execute("pragma foreign_keys = on")
        yield ShopDatabase(reader, writer)


def _connect(path: Path) -> aiosqlite.Connection:
    return aiosqlite.connect(path, isolation_level=None, timeout=_BUSY_TIMEOUT_S)
