"""Changes of a reader's own account by pages and API: password, e-mail address, deletion."""

from __future__ import annotations

import re
from typing import Final

from bookrec.web.accounts.accounts import Account, find_for_sign_in
from bookrec.web.accounts.own_data import delete_reader
from bookrec.web.accounts.passwords import password_problem
from bookrec.web.accounts.rate_limit import count_sign_in, forgive_attempts
from bookrec.web.accounts.resets import reset_password, store_password
from bookrec.web.request.sign_in import Refused
from bookrec.web.request.site import Site

_MOST_EMAIL: Final = 254
_PART: Final = r"[^@\s<>,;:\"()\\\[\]]"
"""Any character of an address but those with a meaning of their own in a mail header."""
_EMAIL: Final = re.compile(rf"{_PART}{{1,64}}@{_PART}+\.{_PART}+")


async def confirm_password(site: Site, account: Account, password: str, address: str) -> None:
    """Check the password of a signed-in reader before a change that cannot be taken back.

    Raises:
        Refused: ``password_wrong``.
        TooManyAttempts: too many wrong passwords from this address.
    """
    await count_sign_in(site.database, site.settings, account.username, address)
    stored = await find_for_sign_in(site.database, account.username)
    right, _ = await site.passwords.verify(stored.password_hash if stored else None, password)
    if not right:
        raise Refused("password_wrong")
    await forgive_attempts(site.database, account.username, address)


async def change_password(
    site: Site, account: Account, password: str, new_password: str, address: str, token: str
) -> None:
    """Change the password; every session but that of ``token`` ends, and so do links to a new one.

    Raises:
        Refused: the password is wrong, or the new one is not acceptable.
        TooManyAttempts: too many wrong passwords from this address.
    """
    await confirm_password(site, account, password, address)
    if problem := password_problem(new_password, account.username):
        raise Refused(problem)
    new_hash = await site.passwords.hash(new_password)
    async with site.database.write() as transaction:
        await store_password(transaction, account, new_hash, keeping=token)


async def choose_new_password(site: Site, account: Account, token: str, password: str) -> Account:
    """Store a password by a one-time link, see `accounts.resets`; every session ends.

    Raises:
        Refused: the password is not acceptable; the link stays open.
        ResetInvalid: the link opens nothing any more.
    """
    if problem := password_problem(password, account.username):
        raise Refused(problem)
    return await reset_password(site.database, token, await site.passwords.hash(password))


def email_problem(email: str) -> str | None:
    """Return None for an e-mail address or '', else ``email_invalid``."""
    fits = len(email) <= _MOST_EMAIL and email.isprintable() and bool(_EMAIL.fullmatch(email))
    return None if fits or not email else "email_invalid"


async def change_email(
    site: Site, account: Account, email: str, password: str, address: str
) -> None:
    """Store the e-mail address to which links to a new password go; '' removes it.

    Raises:
        Refused: no e-mail address, or a wrong password: whoever sets it can take the account over.
        TooManyAttempts: too many wrong passwords from this address.
    """
    if problem := email_problem(email):
        raise Refused(problem)
    await confirm_password(site, account, password, address)
    async with site.database.write() as transaction:
        await transaction.execute(
            "update account set email = ? where account_id = ?",
            (email or None, account.account_id),
        )


async def email_of(site: Site, account: Account) -> str:
    """Return the e-mail address of an account; '' when it has none."""
    row = await site.database.row(
        "select email from account where account_id = ?", (account.account_id,)
    )
    return (row[0] or "") if row else ""


async def delete_account(site: Site, account: Account, password: str, address: str) -> None:
    """Delete the account and all data of its reader, see `accounts.own_data`.

    Raises:
        Refused: the password is wrong.
        TooManyAttempts: too many wrong passwords from this address.
    """
    await confirm_password(site, account, password, address)
    await delete_reader(site.database, account)
