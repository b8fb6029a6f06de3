"""Sessions: opaque random tokens of which only the SHA-256 is stored.

A cookie session and an API session (bearer token) are rows of one table that differ in ``kind``; one
is never accepted as the other. The server makes a token at sign-in only. A token that a client sends
is looked up, never adopted.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import time

import msgspec

from bookrec.errors import ShopUnavailable
from bookrec.web.accounts.accounts import COLUMNS, Account, account_of
from bookrec.web.kit.site_settings import SiteSettings
from bookrec.web.store.database import ShopDatabase, Transaction

_TOUCH_EVERY_S = 300
"""Least time between two updates of ``last_seen_at``, so that a page view costs no fsync."""


_MOST_BROWSER = 300
"""Characters of ``User-Agent`` that a session keeps."""


class NewSession(msgspec.Struct, frozen=True):
    """A session just started. The server knows its token at this moment only."""

    token: str
    expires_at: int
    """Absolute end, in seconds since 1970, UTC."""


def _hash(token: str) -> bytes:
    # A header may hold bytes that are no text.
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


async def start_session(
    database: ShopDatabase,
    settings: SiteSettings,
    account: Account,
    kind: str,
    replacing: str = "",
    browser: str = "",
) -> NewSession:
    """Start a session of ``kind`` ``cookie`` or ``bearer``; end the one it replaces.

    It also deletes the sessions that have ended. ``browser`` is the start of ``User-Agent``, by which
    the reader knows the session again.
    """
    token = secrets.token_urlsafe(32)
    now = int(time.time())
    expires_at = now + settings.session_absolute_s
    async with database.write() as transaction:
        await transaction.execute(
            "delete from session where token_hash = ? or expires_at <= ? or last_seen_at <= ?",
            (_hash(replacing), now, now - settings.session_idle_s),
        )
        await transaction.execute(
            "insert into session (token_hash, account_id, kind, created_at, last_seen_at,"
            " expires_at, browser) values (?, ?, ?, ?, ?, ?, ?)",
            (
                _hash(token),
                account.account_id,
                kind,
                now,
                now,
                expires_at,
                browser[:_MOST_BROWSER],
            ),
        )
    return NewSession(token, expires_at)


async def find_session(
    database: ShopDatabase, settings: SiteSettings, token: str, kind: str
) -> Account | None:
    """Return the account of a live session; None for any other token."""
    now = int(time.time())
    row = await database.row(
        f"select {COLUMNS}, last_seen_at"  # noqa: S608
        " from session join account using (account_id)"
        " where token_hash = ? and kind = ? and expires_at > ? and last_seen_at > ?"
        " and disabled_at is null",
        (_hash(token), kind, now, now - settings.session_idle_s),
    )
    if row is None:
        return None
    if now - row[-1] >= _TOUCH_EVERY_S:
        # A page that only reads must not fail because nothing can be written.
        with contextlib.suppress(ShopUnavailable):
            async with database.write() as transaction:
                await transaction.execute(
                    "update session set last_seen_at = ? where token_hash = ?", (now, _hash(token))
                )
    return account_of(row)


async def end_session(database: ShopDatabase, token: str) -> None:
    """End a session; an unknown token changes nothing."""
    async with database.write() as transaction:
        await transaction.execute("delete from session where token_hash = ?", (_hash(token),))


class OpenSession(msgspec.Struct, frozen=True):
    """A live session as its reader sees it. Times are seconds since 1970, UTC."""

    session_id: str
    """Names the session, opens nothing."""
    kind: str
    """``cookie`` (a browser) or ``bearer`` (a program)."""
    browser: str
    created_at: int
    last_seen_at: int
    expires_at: int
    current: bool
    """Whether it is the session of this request."""


async def open_sessions(
    database: ShopDatabase, settings: SiteSettings, account: Account, token: str
) -> list[OpenSession]:
    """Return the live sessions of an account, last used first; ``token`` marks the current one."""
    now = int(time.time())
    rows = await database.rows(
        "select token_hash, kind, browser, created_at, last_seen_at, expires_at from session"
        " where account_id = ? and expires_at > ? and last_seen_at > ?"
        " order by last_seen_at desc, created_at desc",
        (account.account_id, now, now - settings.session_idle_s),
    )
    sessions = []
    for token_hash, kind, browser, created_at, last_seen_at, expires_at in rows:
        current = token_hash == _hash(token)
        sessions.append(
            OpenSession(
                _session_id(token_hash),
                kind,
                browser,
                created_at,
                last_seen_at,
                expires_at,
                current,
            )
        )
    return sessions


def _session_id(token_hash: bytes) -> str:
    return hashlib.sha256(b"session:" + token_hash).hexdigest()[:16]


async def end_session_of(database: ShopDatabase, account: Account, session_id: str) -> bool:
    """End a session of an account by its `OpenSession.session_id`; whether there was such a one."""
    async with database.write() as transaction:
        rows = await transaction.rows(
            "select token_hash from session where account_id = ?", (account.account_id,)
        )
        hashes = [row for row in rows if _session_id(row[0]) == session_id]
        await transaction.execute_many("delete from session where token_hash = ?", hashes)
    return bool(hashes)


async def end_sessions(transaction: Transaction, account: Account, but: str = "") -> None:
    """End all sessions of an account but that of one token."""
    await transaction.execute(
        "delete from session where account_id = ? and token_hash <> ?",
        (account.account_id, _hash(but)),
    )
