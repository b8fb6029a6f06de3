"""Access to ``var/shop.sqlite`` off the event loop (aiosqlite).

A worker has three connections (`store.connections`): one reads in autocommit, one writes one
transaction at a time, and one lets functions of the shop's core write in a thread. A read on a writing
connection could see another request's half-done transaction.

The file may be locked, full, deleted or replaced while the site runs. Then reads and writes raise
`ShopUnavailable` within two seconds; nothing counts as written that is not in the file of this path. A
restored file is opened as soon as it is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import aiosqlite

from bookrec.errors import ShopUnavailable
from bookrec.shop.connections import connect, in_transaction
from bookrec.shop.schema import migrate
from bookrec.web.store.connections import Connections, Identity, file_identity, reported
from bookrec.web.store.rows import ParameterRows, Parameters, Row

_READ_S: Final = 5.0
"""Most seconds that a read waits for those before it; a locked file is reported sooner."""
_READ_BUSY_S: Final = 0.9
_QUEUE_S: Final = 10.0
"""Most seconds that a write waits for those before it: a slow disk is no fault."""

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

    def __init__(self, path: Path, connections: Connections) -> None:
        self._path = path
        self._connections = connections
        self._write_lock = asyncio.Lock()
        self._write_failed = False
        self._refused_at = 0.0
        self._refusal = ""

    @property
    def identity(self) -> Identity | None:
        """Device and inode of the opened file."""
        return self._connections.identity

    async def follow(self) -> None:
        """Open a restored file; a lost or locked one changes nothing."""
        if not self._connections.are_of(self._path) and self._path.exists():
            with contextlib.suppress(ShopUnavailable), reported(self._path):
                async with self._turn():
                    pass

    async def rows(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query, as last committed.

        Raises:
            ShopUnavailable: the database is locked, damaged or gone.
        """
        with reported(self._path):
            async with asyncio.timeout(_READ_S):
                if not self._connections.are_of(self._path):
                    async with self._write_lock:
                        await self._reopen()
                rows = await self._connections.reader.execute_fetchall(query, parameters)
        return [tuple(row) for row in rows]

    async def row(self, query: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row of a query, or None."""
        rows = await self.rows(query, parameters)
        return rows[0] if rows else None

    async def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function of the shop's core that only reads, in a thread, beside all writes.

        It has a connection of its own: figures over many orders would keep buyers waiting.

        Raises:
            ShopUnavailable: the database is locked, damaged or gone.
        """

        def run() -> T:
            with contextlib.closing(connect(self._path, _READ_BUSY_S)) as connection:
                connection.execute("pragma query_only = on")
                return function(connection)

        with reported(self._path):
            return await asyncio.to_thread(run)

    async def work(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function of the shop's core in one write transaction, in a thread.

        It runs to its end even when the request is cancelled: the connection has one user at a time.

        Raises:
            ShopUnavailable: the database is locked, full, damaged or gone; nothing is written.
        """
        return await asyncio.shield(asyncio.ensure_future(self._work(function)))

    async def _work(self, function: Callable[[sqlite3.Connection], T]) -> T:
        def in_place(connection: sqlite3.Connection) -> T:
            result = function(connection)
            self._check_place()
            return result

        with self._noting_failures():
            async with self._turn() as connections:
                result = await asyncio.to_thread(in_transaction, connections.worker, in_place)
                self._committed()
        return result

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """Open a write transaction: committed durably when the block ends, rolled back on error.

        Raises:
            ShopUnavailable: the database is locked, full, damaged or gone; nothing is written.
        """
        with self._noting_failures():
            async with self._transaction() as transaction:
                yield transaction

    @contextlib.contextmanager
    def _noting_failures(self) -> Iterator[None]:
        """Report faults of the file, and note whether the last write failed."""
        self._write_failed, failed_before = True, self._write_failed
        try:
            with reported(self._path):
                yield
        except ShopUnavailable as error:
            self._refused_at, self._refusal = asyncio.get_running_loop().time(), str(error)
            raise
        except BaseException:
            self._write_failed = failed_before
            raise
        self._write_failed = False

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[Connections]:
        """Wait for the writes before this one, and open the file anew if it was restored."""
        arrived = asyncio.get_running_loop().time()
        async with asyncio.timeout(_QUEUE_S):
            await self._write_lock.acquire()
        try:
            if self._refused_at > arrived:
                # The waits of many for a locked database must not add up.
                raise ShopUnavailable(self._refusal)
            await self._reopen()
            yield self._connections
        finally:
            self._write_lock.release()

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Transaction]:
        async with self._turn() as connections:
            writer, committed = connections.writer, False
            try:
                # `immediate` takes the lock before reading, so the rows read stay true.
                await writer.execute("begin immediate")
                yield Transaction(writer)
                self._check_place()
                await writer.execute("commit")
                committed = True
                self._committed()
            finally:
                # A request may be cancelled while one of these statements runs. They run in order,
                # so the rollback comes last; without a transaction it does nothing.
                if not committed:
                    await asyncio.shield(writer.rollback())

    def _committed(self) -> None:
        """Check that what was committed is in the file of this path."""
        self._check_place()
        self._connections.note_log(self._path)

    async def check(self) -> None:
        """Check that the database can be read and written.

        Raises:
            ShopUnavailable: it cannot.
        """
        await self.rows("select 1 from account limit 1")
        if not self._write_failed:
            with reported(self._path):
                async with self._transaction():
                    pass
            return
        # After a failure only a real write shows that there is room again.
        async with self.write() as transaction:
            await transaction.execute(
                "insert into sign_in_attempt (key, at) values (?, 0)", ("check" * 2_000,)
            )
            await transaction.execute("delete from sign_in_attempt where at = 0")

    def _check_place(self) -> None:
        if not self._connections.are_of(self._path):
            raise ShopUnavailable(f"{self._path} was removed or replaced while it was written to.")

    async def _reopen(self) -> None:
        """Open the file that is at the path now, if it is another one; the caller holds the lock."""
        if self._connections.are_of(self._path):
            return
        if file_identity(self._path) is None:
            # A new, empty file would hide the loss.
            raise ShopUnavailable(f"{self._path} is gone; restore it from a backup.")
        previous = self._connections
        previous.remove_stale_log(self._path)
        await asyncio.to_thread(migrate, self._path)
        self._connections = await Connections.open(self._path)
        await previous.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.close()


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[ShopDatabase]:
    """Open the shop's database at ``path``, created or migrated first; close it after the block.

    Raises:
        ShopError: the file was written by a newer bookrec.
    """
    migrate(path)
    shop = ShopDatabase(path, await Connections.open(path))
    try:
        yield shop
    finally:
        await shop.close()
