"""Registration and sign-in of pages and API."""

from __future__ import annotations

from bookrec.errors import ShopError
from bookrec.web.accounts.accounts import (
    Account,
    NewAccount,
    age_problem,
    find_for_sign_in,
    replace_hash,
    username_problem,
)
from bookrec.web.accounts.passwords import password_problem
from bookrec.web.accounts.rate_limit import count_registration, count_sign_in, forgive_attempts
from bookrec.web.request.site import Site
from bookrec.web.store.catalogue import books_by_isbn
from bookrec.web.store.snapshot_reader import Snapshot

MOST_LIKES = 100
"""Most liked books that a registration stores."""


class Refused(ShopError):
    """A registration with an unacceptable username, password or age."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The registration was refused: {key}.")
        self.key = key
        """Message key: ``username_invalid``, ``password_short``, …"""


async def sign_in(
    site: Site, username: str, password: str, address: str, device_cookie: str = ""
) -> Account | None:
    """Return the account of a username and password; None when they do not match.

    Unknown username, wrong password and disabled account look alike and take the same time.

    Raises:
        TooManyAttempts: too many attempts, see `accounts.rate_limit`.
    """
    stored = await find_for_sign_in(site.database, username)
    device = ""
    if stored is not None and device_cookie:
        device = site.form_tokens.device_of(device_cookie, stored.account.account_id)
    await count_sign_in(site.database, site.settings, username, address, device)
    right, new_hash = await site.passwords.verify(
        stored.password_hash if stored else None, password
    )
    if stored is None or not right or stored.disabled:
        return None
    await forgive_attempts(site.database, username, address, device)
    if new_hash is not None:
        await replace_hash(site.database, stored.account, new_hash)
    return stored.account


async def new_account(
    site: Site,
    username: str,
    password: str,
    *,
    age: int | None = None,
    language: str = "en",
    liked_isbns: tuple[str, ...] = (),
) -> NewAccount:
    """Check the data of a new account, and hash its password.

    Raises:
        Refused: naming the first unacceptable field.
    """
    problem = username_problem(username) or password_problem(password, username) or age_problem(age)
    if problem:
        raise Refused(problem)
    password_hash = await site.passwords.hash(password)
    return NewAccount(username, password_hash, age, language, liked_isbns)


async def register(
    site: Site,
    snapshot: Snapshot,
    username: str,
    password: str,
    address: str,
    *,
    age: int | None,
    language: str,
    liked_isbns: list[str],
) -> Account:
    """Create a new reader, and their first list from the books they like.

    Liked ISBNs that the catalogue does not have are left out.

    Raises:
        Refused: username, password or age are not acceptable.
        UsernameTaken: the username is in use.
        TooManyAttempts: the address has registered too often.
    """
    await count_registration(site.database, site.settings, address)
    known = books_by_isbn(snapshot, list(dict.fromkeys(liked_isbns))[:MOST_LIKES])
    likes = tuple(dict.fromkeys(book.isbn for book in known.values()))
    new = await new_account(site, username, password, age=age, language=language, liked_isbns=likes)
    return await site.actions.register(snapshot, new)
