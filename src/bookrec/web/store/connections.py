"""Connections to one file of the shop's database, and the faults that this file may have."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

import aiosqlite

from bookrec.errors import ShopUnavailable
from bookrec.shop.connections import connect

_BUSY_TIMEOUT_S: Final = 0.9
_FAULTS: Final = {
    sqlite3.SQLITE_BUSY: "is locked by another program",
    sqlite3.SQLITE_LOCKED: "is locked by another program",
    sqlite3.SQLITE_FULL: "is full, or its disk is",
    sqlite3.SQLITE_READONLY: "cannot be written to",
    sqlite3.SQLITE_IOERR: "cannot be read or written",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_PERM: "may not be opened",
    sqlite3.SQLITE_PROTOCOL: "is locked by another program",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_NOTADB: "is no database",
}
"""SQLite's primary result codes of faults of the file, in words; other codes are bugs."""

Identity: TypeAlias = tuple[int, int]
"""Device and inode of a file."""


def file_identity(path: Path) -> Identity | None:
    """Return device and inode of the file at a path; None when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


class Connections:
    """Connections to the same file: a reading one, a writing one, and one for threads that write."""

    def __init__(
        self,
        reader: aiosqlite.Connection,
        writer: aiosqlite.Connection,
        worker: sqlite3.Connection,
        identity: Identity | None,
        stack: contextlib.AsyncExitStack,
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.worker = worker
        self.identity = identity
        """Device and inode of the opened file."""
        self._log: Identity | None = None
        self._stack = stack

    @classmethod
    async def open(cls, path: Path) -> Connections:
        """Open the file at a path; it exists and has the newest schema.

        Raises:
            ShopUnavailable: the file was replaced meanwhile.
        """
        identity = file_identity(path)
        async with contextlib.AsyncExitStack() as stack:
            reader = await stack.enter_async_context(_connect(path))
            await reader.execute("pragma query_only = on")
            writer = await stack.enter_async_context(_connect(path))
            # `normal` can lose the last commits on power loss.
            await writer.execute("pragma synchronous = full")
            await writer.execute("pragma foreign_keys = on")
            # Deleted accounts leave no text behind in free pages.
            await writer.execute("pragma secure_delete = on")
            worker = stack.enter_context(contextlib.closing(connect(path, _BUSY_TIMEOUT_S)))
            worker.execute("pragma secure_delete = on")
            connections = cls(reader, writer, worker, identity, stack.pop_all())
        connections.note_log(path)
        if not connections.are_of(path):
            await connections.close()
            raise ShopUnavailable(f"{path} was replaced while it was opened.")
        return connections

    def are_of(self, path: Path) -> bool:
        """Whether the file at a path is still the opened one."""
        return self.identity is not None and file_identity(path) == self.identity

    def note_log(self, path: Path) -> None:
        """Note the write-ahead log that belongs to the opened file."""
        self._log = file_identity(_log_of(path))

    def remove_stale_log(self, path: Path) -> None:
        """Remove the write-ahead log of the opened file beside another file at its path.

        SQLite would write its pages into the restored file. The log's inode number cannot belong to
        a new file yet, because these connections hold it open.
        """
        log = _log_of(path)
        if self._log is not None and file_identity(log) == self._log:
            log.unlink(missing_ok=True)
            path.with_name(f"{path.name}-shm").unlink(missing_ok=True)

    async def close(self) -> None:
        """Close all connections."""
        await self._stack.aclose()


def _connect(path: Path) -> aiosqlite.Connection:
    # Never creates a file: `migrate` has.
    return aiosqlite.connect(
        f"{path.resolve().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=_BUSY_TIMEOUT_S,
    )


@contextlib.contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn faults of the file and timeouts into `ShopUnavailable`.

    Raises:
        ShopUnavailable: names the fault.
    """
    try:
        yield
    except TimeoutError as error:
        raise ShopUnavailable(f"{path} is locked by another program.") from error
    except sqlite3.Error as error:
        # The low byte is the primary result code; the others qualify it.
        code = getattr(error, "sqlite_errorcode", None)
        fault = None if code is None else _FAULTS.get(code & 0xFF)
        if fault is None:
            raise
        raise ShopUnavailable(f"{path} {fault} ({error}).") from error
