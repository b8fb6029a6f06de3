"""Access to ``var/shop.sqlite`` off the event loop (aiosqlite).

A worker has three connections: one reads in autocommit, one writes one transaction at a time, and one
lets functions of the shop's core write in a thread. A read on a writing connection could see another
request's half-done transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import aiosqlite

from bookrec.shop.connections import connect, in_transaction
from bookrec.shop.schema import migrate
from bookrec.web.store.rows import ParameterRows, Parameters, Row

_BUSY_TIMEOUT_S = 10.0
T = TypeVar("T")


class Transaction:
    """An open write transaction; nobody else changes what it reads before it ends."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, statement: str, parameters: Parameters = ()) -> aiosqlite.Cursor:
        """Execute one statement; the cursor has ``lastrowid`` and ``rowcount``."""
        return await self._connection.execute(statement, parameters)

    async def execute_many(self, statement: str, rows: ParameterRows) -> None:
        """Execute one statement for each row of parameters."""
        await self._connection.executemany(statement, rows)

    async def rows(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query."""
        return [tuple(row) for row in await self._connection.execute_fetchall(query, parameters)]

    async def row(self, query: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row of a query, or None."""
        rows = await self.rows(query, parameters)
        return rows[0] if rows else None


class ShopDatabase:
    """The shop's database, open in one worker. Use `opened`."""

    def __init__(
        self,
        reader: aiosqlite.Connection,
        writer: aiosqlite.Connection,
        worker: sqlite3.Connection,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._worker = worker
        self._write_lock = asyncio.Lock()

    async def rows(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query, as last committed."""
        return [tuple(row) for row in await self._reader.execute_fetchall(query, parameters)]

    async def row(self, query: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row of a query, or None."""
        rows = await self.rows(query, parameters)
        return rows[0] if rows else None

    async def work(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function of the shop's core in one write transaction, in a thread.

        It runs to its end even when the request is cancelled: the connection has one user at a time.
        """
        return await asyncio.shield(asyncio.ensure_future(self._work(function)))

    async def _work(self, function: Callable[[sqlite3.Connection], T]) -> T:
        async with self._write_lock:
            return await asyncio.to_thread(in_transaction, self._worker, function)

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """Open a write transaction: committed durably when the block ends, rolled back on error."""
        async with self._write_lock:
            committed = False
            try:
                # `immediate` takes the lock before reading, so the rows read stay true.
                await self._writer.execute("begin immediate")
                yield Transaction(self._writer)
                await self._writer.execute("commit")
                committed = True
            finally:
                # A request may be cancelled while one of these statements runs. They run in order,
                # so the rollback comes last; without a transaction it does nothing.
                if not committed:
                    await asyncio.shield(self._writer.rollback())


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[ShopDatabase]:
    """Open the shop's database at ``path``, created or migrated first; close it after the block.

    Raises:
        ShopError: the file was written by a newer bookrec.
    """
    migrate(path)
    async with contextlib.AsyncExitStack() as stack:
        reader = await stack.enter_async_context(_connect(path))
        await reader.execute("pragma query_only = on")
        writer = await stack.enter_async_context(_connect(path))
        # `normal` can lose the last commits on power loss.
        await writer.execute("pragma synchronous = full")
        await writer.execute("pragma foreign_keys = on")
        worker = stack.enter_context(contextlib.closing(connect(path)))
        yield ShopDatabase(reader, writer, worker)


def _connect(path: Path) -> aiosqlite.Connection:
    return aiosqlite.connect(path, isolation_level=None, timeout=_BUSY_TIMEOUT_S)
