"""Claims: one-time links by which readers of the data set get their accounts.

Knowing a ``user_id`` opens nothing: the operator hands out the link.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Final

from bookrec.errors import ShopError
from bookrec.web.accounts.accounts import Account, NewAccount, insert_account
from bookrec.web.store.database import ShopDatabase

_OPEN_CLAIM: Final = (
    "select user_id from claim where token_hash = ? and used_at is null and expires_at > ?"
    # The operator may have created the account meanwhile.
    " and user_id not in (select user_id from account)"
)


class ClaimInvalid(ShopError):
    """The claim token is unknown, used or expired, or its reader has an account already."""


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


async def invite(database: ShopDatabase, user_id: str, valid_s: int) -> str:
    """Make a one-time claim token for a reader of the data set; only its hash is stored.

    An earlier open token of the same reader stops working.

    Raises:
        ShopError: the reader has an account already.
    """
    token = secrets.token_urlsafe(32)
    now = int(time.time())
    async with database.write() as transaction:
        row = await transaction.row("select username from account where user_id = ?", (user_id,))
        if row:
            raise ShopError(
                f"Reader {user_id!r} has an account already: they sign in as {row[0]!r}."
            )
        await transaction.execute(
            "delete from claim where user_id = ? and used_at is null", (user_id,)
        )
        await transaction.execute(
            "insert into claim (token_hash, user_id, created_at, expires_at) values (?, ?, ?, ?)",
            (_token_hash(token), user_id, now, now + valid_s),
        )
    return token


async def claimed_user_id(database: ShopDatabase, token: str) -> str | None:
    """Return the reader of an open claim token; None when it opens nothing (see `ClaimInvalid`)."""
    row = await database.row(_OPEN_CLAIM, (_token_hash(token), int(time.time())))
    return row[0] if row else None


async def claim_account(database: ShopDatabase, token: str, new: NewAccount) -> Account:
    """Create the account of a claimed reader and use up the token, in one transaction.

    Raises:
        ClaimInvalid: the token opens nothing, or nothing any more.
        UsernameTaken: the username is in use; the token stays open.
    """
    now = int(time.time())
    async with database.write() as transaction:
        row = await transaction.row(_OPEN_CLAIM, (_token_hash(token), now))
        if row is None:
            raise ClaimInvalid("This claim link is unknown, used or expired; ask for a new one.")
        account = await insert_account(transaction, new, user_id=row[0])
        await transaction.execute(
            "update claim set used_at = ? where token_hash = ?", (now, _token_hash(token))
        )
    return account
