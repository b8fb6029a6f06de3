"""Links to a new password: one-time, handed out by the operator or sent to the reader's address."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Final

from bookrec.errors import ShopError
from bookrec.web.accounts.accounts import (
    COLUMNS,
    Account,
    account_named,
    account_of,
    fold_username,
)
from bookrec.web.accounts.sessions import end_sessions
from bookrec.web.kit.rendering import Renderer
from bookrec.web.mail.letters import link_letter
from bookrec.web.mail.mailer import Mailer
from bookrec.web.store.database import ShopDatabase, Transaction

HOUR_S: Final = 3_600
LETTER_HOURS: Final = 2
"""Hours for which a link by e-mail works."""
_OPEN_LINK: Final = (
    f"select {COLUMNS} from reset_link join account using (account_id)"  # noqa: S608
    " where token_hash = ? and expires_at > ? and disabled_at is null"
)


class ResetInvalid(ShopError):
    """The token of a link to a new password is unknown, used or expired."""


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


async def make_reset_link(database: ShopDatabase, username: str, valid_s: int) -> str:
    """Make a link for the account of a username, as the operator; return its path.

    Raises:
        ShopError: there is no such account, or it is disabled.
    """
    async with database.write() as transaction:
        account = await account_named(transaction, username)
        row = await transaction.row(
            "select 1 from account where account_id = ? and disabled_at is not null",
            (account.account_id,),
        )
        if row:
            raise ShopError(
                f"The account {username!r} is disabled; run 'bookrec accounts enable {username}' first."
            )
        return await add_reset_link(transaction, account, valid_s)


async def add_reset_link(transaction: Transaction, account: Account, valid_s: int) -> str:
    """Add a link for an account and return its path; an earlier link stops working."""
    token = secrets.token_urlsafe(32)
    now = int(time.time())
    await transaction.execute(
        "delete from reset_link where account_id = ? or expires_at <= ?", (account.account_id, now)
    )
    await transaction.execute(
        "insert into reset_link (token_hash, account_id, created_at, expires_at)"
        " values (?, ?, ?, ?)",
        (_token_hash(token), account.account_id, now, now + valid_s),
    )
    return f"/reset/{token}"


async def send_reset_link(
    database: ShopDatabase, mailer: Mailer, renderer: Renderer, username: str
) -> bool:
    """Send a link to a new password to the address of an account; whether there is one to send to."""
    async with database.write() as transaction:
        row = await transaction.row(
            f"select {COLUMNS}, language, email from account"  # noqa: S608
            " where username_folded = ? and email is not null and disabled_at is null",
            (fold_username(username),),
        )
        if row is None:
            return False
        account, (language, email) = account_of(row), row[-2:]
        path = await add_reset_link(transaction, account, LETTER_HOURS * HOUR_S)
        letter = link_letter(
            renderer, "reset", language, email, mailer.site + path, account.username, LETTER_HOURS
        )
        return await mailer.post(transaction, letter, account.user_id)


async def account_of_link(database: ShopDatabase, token: str) -> Account | None:
    """Return the account of an open link; None when it opens nothing (see `ResetInvalid`)."""
    row = await database.row(_OPEN_LINK, (_token_hash(token), int(time.time())))
    return account_of(row) if row else None


async def reset_password(database: ShopDatabase, token: str, password_hash: str) -> Account:
    """Store a new password, use up the link and end every session, in one transaction.

    Raises:
        ResetInvalid: the token opens nothing, or nothing any more.
    """
    async with database.write() as transaction:
        row = await transaction.row(_OPEN_LINK, (_token_hash(token), int(time.time())))
        if row is None:
            raise ResetInvalid("This link is unknown, used or expired; ask for a new one.")
        account = account_of(row)
        await store_password(transaction, account, password_hash)
    return account


async def store_password(
    transaction: Transaction, account: Account, password_hash: str, keeping: str = ""
) -> None:
    """Store a new password; end the sessions but that of token ``keeping``, and all reset links."""
    await transaction.execute(
        "update account set password_hash = ? where account_id = ?",
        (password_hash, account.account_id),
    )
    await transaction.execute("delete from reset_link where account_id = ?", (account.account_id,))
    await end_sessions(transaction, account, but=keeping)
