"""Sessions: opaque random tokens of which only the SHA-256 is stored.

A cookie session and an API session (bearer token) are rows of one table that differ in ``kind``; one
is never accepted as the other. The server makes a token at sign-in only. A token that a client sends
is looked up, never adopted.
"""

from __future__ import annotations

import hashlib
import secrets
import time

import msgspec

from bookrec.web.accounts.accounts import Account
from bookrec.web.kit.site_settings import SiteSettings
from bookrec.web.store.database import ShopDatabase

_TOUCH_EVERY_S = 300
"""Least time between two updates of ``last_seen_at``, so that a page view costs no fsync."""


class NewSession(msgspec.Struct, frozen=True):
    """A session just started. The server knows its token at this moment only."""

    token: str
    expires_at: int
    """Absolute end, in seconds since 1970, UTC."""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def start_session(
    database: ShopDatabase,
    settings: SiteSettings,
    account: Account,
    kind: str,
    replacing: str = "",
) -> NewSession:
    """Start a session of ``kind`` ``cookie`` or ``bearer``; end the one it replaces.

    It also deletes the sessions that have ended.
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
            " expires_at) values (?, ?, ?, ?, ?, ?)",
            (_hash(token), account.account_id, kind, now, now, expires_at),
        )
    return NewSession(token, expires_at)


async def find_session(
    database: ShopDatabase, settings: SiteSettings, token: str, kind: str
) -> Account | None:
    """Return the account of a live session; None for any other token."""
    now = int(time.time())
    row = await database.row(
        "select account_id, user_id, username, age, last_seen_at"
        " from session join account using (account_id)"
        " where token_hash = ? and kind = ? and expires_at > ? and last_seen_at > ?"
        " and disabled_at is null",
        (_hash(token), kind, now, now - settings.session_idle_s),
    )
    if row is None:
        return None
    if now - row[4] >= _TOUCH_EVERY_S:
        async with database.write() as transaction:
            await transaction.execute(
                "update session set last_seen_at = ? where token_hash = ?", (now, _hash(token))
            )
    return Account(*row[:4])


async def end_session(database: ShopDatabase, token: str) -> None:
    """End a session; an unknown token changes nothing."""
    async with database.write() as transaction:
        await transaction.execute("delete from session where token_hash = ?", (_hash(token),))
