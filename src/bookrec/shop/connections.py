"""Connections to the shop's database for synchronous work, one immediate transaction at a time."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from bookrec.shop.schema import migrate

T = TypeVar("T")

_BUSY_TIMEOUT_S: Final = 20.0


def connect(path: Path, wait_s: float = _BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """Open a connection that writes durably; the caller closes it.

    Any thread may use it, one at a time. It waits ``wait_s`` seconds for a locked file, and never
    creates one.
    """
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=wait_s,
        check_same_thread=False,
    )
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    # Deleted accounts leave no text behind in free pages.
    connection.execute("pragma secure_delete = on")
    return connection


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Create or migrate the shop's database at ``path``, open it, close it after the block.

    Raises:
        ShopError: the file was written by a newer bookrec.
    """
    migrate(path)
    with contextlib.closing(connect(path)) as connection:
        yield connection


def in_transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run ``work`` in one transaction: committed when it returns, rolled back when it raises.

    The lock is taken before the first read, so nobody else changes what ``work`` reads.
    """
    connection.execute("begin immediate")
    try:
        result = work(connection)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    return result
