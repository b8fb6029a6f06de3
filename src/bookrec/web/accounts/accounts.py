"""Accounts: creating, finding, claiming, inviting, disabling.

A new account is the reader ``shop:N``. A reader of the data set gets an account only through a
one-time claim token of the operator's: knowing a ``user_id`` opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import unicodedata
from collections.abc import Iterable
from typing import Final

import msgspec

from bookrec.ages import MAX_AGE, MIN_AGE
from bookrec.errors import ShopError
from bookrec.web.store.database import ShopDatabase, Transaction

MIN_USERNAME: Final = 3
MAX_USERNAME: Final = 40
_PUNCTUATION: Final = frozenset("._-")


class Account(msgspec.Struct, frozen=True):
    """Who may sign in."""

    account_id: int
    user_id: str
    username: str
    age: int | None


class StoredAccount(msgspec.Struct, frozen=True):
    """An account with what signing in must know."""

    account: Account
    password_hash: str
    disabled: bool


class NewAccount(msgspec.Struct, frozen=True):
    """What an account is made of; checked before by `username_problem` and `age_problem`."""

    username: str
    password_hash: str
    age: int | None = None
    language: str = "en"
    liked_isbns: tuple[str, ...] = ()


class UsernameTaken(ShopError):
    """Another account has this username, or one that differs in case only."""


class ClaimInvalid(ShopError):
    """The claim token is unknown, used or expired, or its reader has an account already."""


def fold_username(username: str) -> str:
    """The form in which usernames are unique: compatibility-normalised, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def username_problem(username: str) -> str | None:
    """``username_invalid`` unless it is 3–40 letters of any script, digits and ``. _ -``."""
    name = unicodedata.normalize("NFC", username)
    fits = MIN_USERNAME <= len(name) <= MAX_USERNAME
    # Marks (category M) are part of letters in many scripts.
    if fits and all(
        c in _PUNCTUATION or unicodedata.category(c)[0] in "LM" or c.isdecimal() for c in name
    ):
        return None
    return "username_invalid"


def age_problem(age: int | None) -> str | None:
    """``age_invalid`` for an age that is told and is not 5–100."""
    return None if age is None or MIN_AGE <= age <= MAX_AGE else "age_invalid"


async def find_for_sign_in(database: ShopDatabase, username: str) -> StoredAccount | None:
    """The account of a username, in any case."""
    row = await database.row(
        "select account_id, user_id, username, age, password_hash, disabled_at is not null"
        " from account where username_folded = ?",
        (fold_username(username),),
    )
    return StoredAccount(Account(*row[:4]), row[4], bool(row[5])) if row else None


async def replace_hash(database: ShopDatabase, account: Account, password_hash: str) -> None:
    """Store a password's new hash."""
    async with database.write() as transaction:
        await transaction.execute(
            "update account set password_hash = ? where account_id = ?",
            (password_hash, account.account_id),
        )


async def set_age(database: ShopDatabase, account: Account, age: int | None) -> None:
    """Store an age (checked before), or that it is not told."""
    async with database.write() as transaction:
        await transaction.execute(
            "update account set age = ? where account_id = ?", (age, account.account_id)
        )


async def create_account(
    database: ShopDatabase, new: NewAccount, user_id: str | None = None
) -> Account:
    """Create an account, and the likes it starts with, in one transaction.

    Args:
        user_id: the reader of the data set it belongs to; None makes a new reader ``shop:N``.

    Raises:
        UsernameTaken: the username is in use.
        ShopError: ``user_id`` has an account already.
    """
    async with database.write() as transaction:
        return await _insert(transaction, new, user_id)


async def _insert(transaction: Transaction, new: NewAccount, user_id: str | None) -> Account:
    folded = fold_username(new.username)
    if await transaction.row("select 1 from account where username_folded = ?", (folded,)):
        raise UsernameTaken(f"The username {new.username!r} is taken; choose another one.")
    if user_id and await transaction.row("select 1 from account where user_id = ?", (user_id,)):
        raise ShopError(f"Reader {user_id!r} has an account already.")
    now = int(time.time())
    name = unicodedata.normalize("NFC", new.username)
    cursor = await transaction.execute(
        "insert into account (user_id, username, username_folded, password_hash, age, language,"
        " created_at) values (?, ?, ?, ?, ?, ?, ?)",
        # The number of a new reader is known only after the row is there.
        (
            user_id or f"shop:new:{secrets.token_hex(8)}",
            name,
            folded,
            new.password_hash,
            new.age,
            new.language,
            now,
        ),
    )
    account_id = cursor.lastrowid
    assert account_id is not None
    if user_id is None:
        user_id = f"shop:{account_id}"
        await transaction.execute(
            "update account set user_id = ? where account_id = ?", (user_id, account_id)
        )
    await _insert_likes(transaction, user_id, new.liked_isbns, now)
    return Account(account_id, user_id, name, new.age)


async def _insert_likes(
    transaction: Transaction, user_id: str, isbns: Iterable[str], now: int
) -> None:
    await transaction.execute_many(
        "insert into shop_interaction (user_id, isbn, kind, rating, created_at)"
        " values (?, ?, 'like', null, ?) on conflict do nothing",
        [(user_id, isbn, now) for isbn in isbns],
    )


# --- claims -------------------------------------------------------------------------------------


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def invite(database: ShopDatabase, user_id: str, valid_s: int) -> str:
    """A one-time claim token for a reader of the data set; only its hash is stored.

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
    """The reader an open claim token is for; None when it opens nothing (see `ClaimInvalid`)."""
    row = await database.row(_OPEN_CLAIM, (_token_hash(token), int(time.time())))
    return row[0] if row else None


_OPEN_CLAIM: Final = (
    "select user_id from claim where token_hash = ? and used_at is null and expires_at > ?"
    # The operator may have made the account meanwhile.
    " and user_id not in (select user_id from account)"
)


async def claim_account(database: ShopDatabase, token: str, new: NewAccount) -> Account:
    """Create the account of a claimed reader and use the token up, in one transaction.

    Raises:
        ClaimInvalid: the token opens nothing (any more).
        UsernameTaken: the username is in use; the token stays open.
    """
    now = int(time.time())
    async with database.write() as transaction:
        row = await transaction.row(_OPEN_CLAIM, (_token_hash(token), now))
        if row is None:
            raise ClaimInvalid("This claim link is unknown, used or expired; ask for a new one.")
        account = await _insert(transaction, new, user_id=row[0])
        await transaction.execute(
            "update claim set used_at = ? where token_hash = ?", (now, _token_hash(token))
        )
    return account


# --- the operator's side ------------------------------------------------------------------------


class AccountLine(msgspec.Struct, frozen=True):
    """An account as the operator sees it. Times are seconds since 1970, UTC."""

    username: str
    user_id: str
    age: int | None
    created_at: int
    disabled_at: int | None


async def list_accounts(database: ShopDatabase) -> list[AccountLine]:
    """Every account, oldest first."""
    rows = await database.rows(
        "select username, user_id, age, created_at, disabled_at from account order by account_id"
    )
    return [AccountLine(*row) for row in rows]


async def disable_account(database: ShopDatabase, username: str) -> None:
    """Stop an account from signing in and end its sessions.

    Raises:
        ShopError: there is no such account.
    """
    async with database.write() as transaction:
        row = await transaction.row(
            "select account_id from account where username_folded = ?", (fold_username(username),)
        )
        if row is None:
            raise ShopError(f"There is no account {username!r}; see 'bookrec accounts list'.")
        await transaction.execute(
            "update account set disabled_at = coalesce(disabled_at, ?) where account_id = ?",
            (int(time.time()), row[0]),
        )
        await transaction.execute("delete from session where account_id = ?", row)
