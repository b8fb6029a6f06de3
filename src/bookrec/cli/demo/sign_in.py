"""Accounts of the demo: a reader and the owner with passwords, another reader with a link to claim."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

import click

from bookrec.errors import BookrecError
from bookrec.settings import Home
from bookrec.snapshot import current_snapshot, open_database

USERNAME: Final = "demo"
OWNER: Final = "owner"
"""Username of the operator, who sees the owner's pages."""


def print_sign_in(home: Home, address: str) -> None:
    """Print how to sign in, with a password made for this run.

    The first time it creates the account. Whatever else visitors did stays: their accounts, ratings
    and a claimed invitation.
    """
    from bookrec.web.accounts.passwords import generate_password

    known, invited = _two_readers(home)
    password = generate_password()
    owner_password = generate_password()
    claim = _claim(home, known, invited, {USERNAME: password, OWNER: owner_password})
    lines = [
        f"  The site                  {address}/",
        f"  Sign in as a reader       {address}/login",
        f"  of the data set             username  {USERNAME}   (reader {known})",
        f"                              password  {password}   (made for this run)",
    ]
    lines += [
        f"  See the shop as its owner {address}/owner",
        f"                              username  {OWNER}",
        f"                              password  {owner_password}   (made for this run)",
        f"  Hold a live session       {address}/host   as owner; open the link that it shows in",
        "                              a private window or on a phone, and press Join",
    ]
    if claim:
        lines.append(f"  Claim another reader      {address}{claim}")
    lines.append(f"  Register as a new reader  {address}/register")
    click.echo("\n" + "\n".join(lines) + "\n")


def _claim(home: Home, known: str, invited: str, passwords: dict[str, str]) -> str | None:
    """Give the accounts their passwords; return the path of a claim link, None once it is claimed."""
    from bookrec.web.accounts.accounts import (
        NewAccount,
        create_account,
        find_for_sign_in,
        replace_hash,
    )
    from bookrec.web.accounts.cli import invite_reader
    from bookrec.web.accounts.passwords import hash_password
    from bookrec.web.store import database

    async def set_passwords() -> None:
        async with database.opened(home.shop_database) as shop:
            for username, password in passwords.items():
                stored = await find_for_sign_in(shop, username)
                hashed = hash_password(password)
                if stored is not None:
                    await replace_hash(shop, stored.account, hashed)
                elif username == OWNER:
                    await create_account(shop, NewAccount(OWNER, hashed, operator=True))
                else:
                    await create_account(shop, NewAccount(username, hashed), known)

    asyncio.run(set_passwords())
    with contextlib.suppress(BookrecError):
        return invite_reader(home, invited)
    return None


def _two_readers(home: Home) -> tuple[str, str]:
    """Choose two readers with about 20 books: enough for good lists, few enough to look through."""
    with contextlib.closing(open_database(current_snapshot(home.snapshots))) as connection:
        rows = connection.execute(
            "select user_id from reader join interaction using (reader_id) group by reader_id"
            " order by abs(count(*) - 20), reader_id limit 2"
        ).fetchall()
    if len(rows) < 2:
        raise BookrecError(f"The snapshot in {home.snapshots} has too few readers for a demo.")
    return rows[0][0], rows[1][0]
