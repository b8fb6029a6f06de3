"""Schema and migrations of ``var/shop.sqlite``, the only file that the site writes.

The site uses it through aiosqlite; the nightly job reads it here, synchronously. ISBNs name books and
``user_id`` names readers, because row numbers are valid within one snapshot only. Times are whole
seconds since 1970, UTC.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec.errors import ShopError


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


def _m0001_accounts(connection: sqlite3.Connection) -> None:
    """Accounts, sessions, claims, ratings, likes, stored live lists, views, sign-in attempts."""
    _run_script(
        connection,
        """
    create table account (
        account_id integer primary key autoincrement,
        user_id text not null unique,    -- 'shop:N' (N = account_id), or the data set's id if claimed
        username text not null,
        username_folded text not null unique,
        password_hash text not null,     -- argon2id, PHC string
        age integer,                     -- null = not told
        language text not null default 'en',
        disabled_at integer,             -- null = may sign in
        created_at integer not null
    );
    create table session (
        token_hash blob primary key,     -- SHA-256 of the token; the token itself is never stored
        account_id integer not null references account on delete cascade,
        kind text not null check (kind in ('cookie', 'bearer')),
        created_at integer not null,
        last_seen_at integer not null,
        expires_at integer not null
    ) without rowid;
    create index session_by_account on session (account_id);
    create table claim (
        token_hash blob primary key,     -- SHA-256 of the one-time token
        user_id text not null,
        created_at integer not null,
        expires_at integer not null,
        used_at integer                  -- null = still open
    ) without rowid;
    create table shop_interaction (
        user_id text not null,
        isbn text not null,
        kind text not null check (kind in ('rating', 'like', 'purchase', 'deleted')),
        rating integer check (rating between 1 and 10),  -- only for kind 'rating'
        created_at integer not null,
        primary key (user_id, isbn),     -- the last word on a book; 'deleted' is a tombstone
        check ((kind = 'rating') = (rating is not null))
    ) without rowid;
    create table live_list (
        user_id text not null,
        rank integer not null,
        isbn text not null,
        score real not null,
        primary key (user_id, rank)
    ) without rowid;
    create table live_list_state (
        user_id text primary key,
        snapshot_id text not null,       -- the snapshot whose ranker made the list
        made_at integer not null
    ) without rowid;
    create table sign_in_attempt (
        key text not null,               -- folded username, or client address
        at integer not null
    );
    create index sign_in_attempt_by_key on sign_in_attempt (key, at);
    """,
    )


MIGRATIONS: Final[tuple[Callable[[sqlite3.Connection], None], ...]] = (_m0001_accounts,)
"""Migrations in order, append only; ``pragma user_version`` is the number of applied ones."""


@dataclass(frozen=True)
class ShopInteraction:
    """The latest interaction of a reader with a book on the site."""

    user_id: str
    isbn: str
    kind: str
    """``rating``, ``like``, ``purchase``, or ``deleted`` (a tombstone)."""
    rating: int | None
    """1–10 for kind ``rating``, else None."""
    created_at: int


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
        for number, step in enumerate(MIGRATIONS[applied:], start=applied + 1):
            _apply(connection, number, step)
    path.chmod(0o600)


def _apply(
    connection: sqlite3.Connection, number: int, step: Callable[[sqlite3.Connection], None]
) -> None:
    connection.execute("begin exclusive")
    try:
        # Another worker may have applied it after this one read the version.
        if connection.execute("pragma user_version").fetchone()[0] < number:
            step(connection)
            connection.execute(f"pragma user_version = {number}")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def read_shop(path: Path) -> tuple[dict[str, int | None], list[ShopInteraction]]:
    """Read the ages of the shop's accounts by ``user_id``, and the shop's interactions.

    Disabled accounts are left out. A missing database is an empty shop.
    """
    if not path.exists():
        return {}, []
    migrate(path)
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as c:
        ages = dict(c.execute("select user_id, age from account where disabled_at is null"))
        rows = c.execute(
            "select user_id, isbn, kind, rating, created_at from shop_interaction"
            " where user_id not in (select user_id from account where disabled_at is not null)"
            " order by user_id, isbn"
        )
        return ages, [ShopInteraction(*row) for row in rows]
