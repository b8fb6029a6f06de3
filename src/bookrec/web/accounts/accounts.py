"""Accounts: creating, finding, disabling. A new account is the reader ``shop:N``; see also `claims`."""

from __future__ import annotations

import secrets
import time
import unicodedata
from collections.abc import Iterable
from typing import Final

import msgspec

from bookrec.ages import MAX_AGE, MIN_AGE
from bookrec.errors import ShopError
from bookrec.web.store.database import ShopDatabase, Transaction
from bookrec.web.store.rows import Row

MIN_USERNAME: Final = 3
MAX_USERNAME: Final = 40
_PUNCTUATION: Final = frozenset("._-")


class Account(msgspec.Struct, frozen=True):
    """A reader who may sign in."""

    account_id: int
    user_id: str
    username: str
    age: int | None
    operator: bool = False
    """Whether it sees the owner's pages."""
    recorded: bool = True
    """Whether what the reader opens and is shown is recorded."""
    diversity: int | None = None
    """Step of the reader's slider, 0–4; None = the shop's."""


class StoredAccount(msgspec.Struct, frozen=True):
    """An account with the data that signing in needs."""

    account: Account
    password_hash: str
    disabled: bool


class NewAccount(msgspec.Struct, frozen=True):
    """Data of an account to create, checked before by `username_problem` and `age_problem`."""

    username: str
    password_hash: str
    age: int | None = None
    language: str = "en"
    liked_isbns: tuple[str, ...] = ()
    operator: bool = False


COLUMNS: Final = "account_id, user_id, username, age, operator, records_events, diversity"
"""Columns of table ``account`` from which `account_of` makes an `Account`."""


def account_of(row: Row) -> Account:
    """Return the account of a row that begins with `COLUMNS`."""
    account_id, user_id, username, age, operator, recorded, diversity = row[:7]
    return Account(account_id, user_id, username, age, bool(operator), bool(recorded), diversity)


class UsernameTaken(ShopError):
    """Another account has this username, or one that differs in case only."""


def fold_username(username: str) -> str:
    """Return the form in which usernames are unique: compatibility-normalised, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def username_problem(username: str) -> str | None:
    """Return None for 3–40 letters of any script, digits and ``. _ -``, else ``username_invalid``."""
    name = unicodedata.normalize("NFC", username)
    fits = MIN_USERNAME <= len(name) <= MAX_USERNAME
    # Marks (category M) are part of letters in many scripts.
    if fits and all(
        c in _PUNCTUATION or unicodedata.category(c)[0] in "LM" or c.isdecimal() for c in name
    ):
        return None
    return "username_invalid"


def age_problem(age: int | None) -> str | None:
    """Return None for an age of 5–100 or none, else ``age_invalid``."""
    return None if age is None or MIN_AGE <= age <= MAX_AGE else "age_invalid"


async def find_for_sign_in(database: ShopDatabase, username: str) -> StoredAccount | None:
    """Return the account of a username, in any case."""
    row = await database.row(
        f"select {COLUMNS}, password_hash, disabled_at is not null"  # noqa: S608
        " from account where username_folded = ?",
        (fold_username(username),),
    )
    return StoredAccount(account_of(row), row[-2], bool(row[-1])) if row else None


async def replace_hash(database: ShopDatabase, account: Account, password_hash: str) -> None:
    """Store the new hash of a password."""
    async with database.write() as transaction:
        await transaction.execute(
            "update account set password_hash = ? where account_id = ?",
            (password_hash, account.account_id),
        )


async def store_diversity(database: ShopDatabase, account: Account, step: int | None) -> None:
    """Store the step of the reader's slider, 0–4; None = the shop's."""
    async with database.write() as transaction:
        await transaction.execute(
            "update account set diversity = ? where account_id = ?", (step, account.account_id)
        )


async def store_age(database: ShopDatabase, account: Account, age: int | None) -> None:
    """Store an age (checked before), or None to remove it."""
    async with database.write() as transaction:
        await transaction.execute(
            "update account set age = ? where account_id = ?", (age, account.account_id)
        )


async def create_account(
    database: ShopDatabase, new: NewAccount, user_id: str | None = None
) -> Account:
    """Create an account, and the likes it starts with, in one transaction.

    Args:
        database: the shop's.
        new: data of the account.
        user_id: the reader of the data set it belongs to; None makes a new reader ``shop:N``.

    Raises:
        UsernameTaken: the username is in use.
        ShopError: ``user_id`` has an account already.
    """
    async with database.write() as transaction:
        return await insert_account(transaction, new, user_id)


async def insert_account(transaction: Transaction, new: NewAccount, user_id: str | None) -> Account:
    """Insert an account and the likes it starts with; see `create_account`."""
    folded = fold_username(new.username)
    if await transaction.row("select 1 from account where username_folded = ?", (folded,)):
        raise UsernameTaken(f"The username {new.username!r} is taken; choose another one.")
    if user_id and await transaction.row("select 1 from account where user_id = ?", (user_id,)):
        raise ShopError(f"Reader {user_id!r} has an account already.")
    now = int(time.time())
    name = unicodedata.normalize("NFC", new.username)
    cursor = await transaction.execute(
        "insert into account (user_id, username, username_folded, password_hash, age, language,"
        " created_at, operator) values (?, ?, ?, ?, ?, ?, ?, ?)",
        # The number of a new reader is known only after the insert.
        (
            user_id or f"shop:new:{secrets.token_hex(8)}",
            name,
            folded,
            new.password_hash,
            new.age,
            new.language,
            now,
            new.operator,
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
    return Account(account_id, user_id, name, new.age, new.operator)


async def _insert_likes(
    transaction: Transaction, user_id: str, isbns: Iterable[str], now: int
) -> None:
    await transaction.execute_many(
        "insert into shop_interaction (user_id, isbn, kind, rating, created_at)"
        " values (?, ?, 'like', null, ?) on conflict do nothing",
        [(user_id, isbn, now) for isbn in isbns],
    )


class AccountLine(msgspec.Struct, frozen=True):
    """An account in the operator's list. Times are seconds since 1970, UTC."""

    username: str
    user_id: str
    age: int | None
    created_at: int
    disabled_at: int | None
    operator: int
    """1 or 0."""


async def list_accounts(database: ShopDatabase) -> list[AccountLine]:
    """Return every account, oldest first."""
    rows = await database.rows(
        "select username, user_id, age, created_at, disabled_at, operator from account"
        " order by account_id"
    )
    return [AccountLine(*row) for row in rows]


async def account_named(shop: ShopDatabase | Transaction, username: str) -> Account:
    """Return the account of a username that an operator typed.

    Raises:
        ShopError: there is no such account.
    """
    row = await shop.row(
        f"select {COLUMNS} from account where username_folded = ?",  # noqa: S608
        (fold_username(username),),
    )
    if row is None:
        raise ShopError(f"There is no account {username!r}; see 'bookrec accounts list'.")
    return account_of(row)


async def disable_account(database: ShopDatabase, username: str) -> None:
    """Stop an account from signing in; end its sessions and its links to a new password.

    Raises:
        ShopError: there is no such account.
    """
    async with database.write() as transaction:
        account = await account_named(transaction, username)
        await transaction.execute(
            "update account set disabled_at = coalesce(disabled_at, ?) where account_id = ?",
            (int(time.time()), account.account_id),
        )
        for table in ("session", "reset_link"):
            await transaction.execute(
                f"delete from {table} where account_id = ?",  # noqa: S608
                (account.account_id,),
            )


async def enable_account(database: ShopDatabase, username: str) -> None:
    """Let a disabled account sign in again, with its old password.

    Raises:
        ShopError: there is no such account.
    """
    async with database.write() as transaction:
        account = await account_named(transaction, username)
        await transaction.execute(
            "update account set disabled_at = null where account_id = ?", (account.account_id,)
        )
