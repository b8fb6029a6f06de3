"""Schema of ``var/shop.sqlite``, the only file that the site writes: its migrations in order.

The site uses the file through aiosqlite. ISBNs name books and ``user_id`` names readers, because row
numbers are valid within one snapshot only. Times are whole seconds since 1970, UTC.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from bookrec.errors import ShopError
from bookrec.shop.migrations import (
    m0001_accounts,
    m0002_selling,
    m0003_shelves,
    m0004_accounts,
    m0005_events,
    m0006_owner,
    m0007_diversity,
    m0008_experiments,
    m0009_live,
    m0010_taste,
    m0011_interleaving,
)

MIGRATIONS: Final[tuple[str, ...]] = (
    m0001_accounts.SCRIPT,
    m0002_selling.SCRIPT,
    m0003_shelves.SCRIPT,
    m0004_accounts.SCRIPT,
    m0005_events.SCRIPT,
    m0006_owner.SCRIPT,
    m0007_diversity.SCRIPT,
    m0008_experiments.SCRIPT,
    m0009_live.SCRIPT,
    m0010_taste.SCRIPT,
    m0011_interleaving.SCRIPT,
)
"""SQL of the migrations in order, append only; ``pragma user_version`` counts the applied ones."""


def migrate(path: Path) -> None:
    """Create the shop's database or bring it to the newest schema; each step is one transaction.

    Raises:
        ShopError: the file was written by a newer bookrec.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute("pragma journal_mode = wal")
        applied = connection.execute("pragma user_version").fetchone()[0]
        if applied > len(MIGRATIONS):
            raise ShopError(
                f"{path} has schema version {applied}, this bookrec knows {len(MIGRATIONS)}; "
                "install the newer bookrec that wrote it."
            )
        for number, script in enumerate(MIGRATIONS[applied:], start=applied + 1):
            _apply(connection, number, script)
    path.chmod(0o600)


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    connection.execute("begin exclusive")
    try:
        # Another worker may have applied it after this one read the version.
        if connection.execute("pragma user_version").fetchone()[0] < number:
            _run_script(connection, script)
            connection.execute(f"pragma user_version = {number}")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _run_script(connection: sqlite3.Connection, script: str) -> None:
    """Execute the statements of ``script`` inside the open transaction.

    ``Connection.executescript`` would commit that transaction first, so a migration that fails
    half-way would not be rolled back.
    """
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
    if statement.strip():
        raise ValueError(f"a migration ends in the middle of a statement: {statement.strip()!r}")
