"""Sessions: opaque random tokens of which only the SHA-256 is stored.

A cookie session and an API session (bearer token) are rows of one table and differ in ``kind``;
one is never accepted as the other. A token is made by the server at sign-in and at no other moment:
what a client sends is looked up, never adopted.
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
"""Write down that a session is in use at most this often: a page view should not cost an fsync."""


class NewSession(msgspec.Struct, frozen=True):
    """A session just started; the only time its token is known to the server as such."""

    token: str
    expires_at: int
    """Seconds since 1970, UTC: the absolute end."""


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

    Sessions that have ended are swept out on the way.
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
    """The account of a session that is alive; None for any other token."""
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
    """End a session; an unknown token is none."""
    async with database.write() as transaction:
        await transaction.execute("delete from session where token_hash = ?", (_hash(token),))
