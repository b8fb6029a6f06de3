"""Rate limits of sign-in, registration and orders, across workers.

Wrong guesses of others must not lock an account for its owner. Attempts on a username are counted for
each address apart. A high limit over all addresses stops guessing from many of them; it does not bind
a browser that has signed in to the account before (its signed cookie, `kit.cookies.DEVICE`), whose
attempts are counted for themselves.

An attempt is counted before the password is hashed, in one transaction with the check, so that
attempts sent at once cannot slip past together.
"""

from __future__ import annotations

import time

from bookrec.errors import ShopError
from bookrec.web.accounts.accounts import fold_username
from bookrec.web.kit.client_address import network_of
from bookrec.web.kit.site_settings import SiteSettings
from bookrec.web.store.database import ShopDatabase


class TooManyAttempts(ShopError):
    """Signing in, registering or ordering is refused for now."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too many attempts; try again in {retry_after_s} seconds.")
        self.headers = {"retry-after": str(retry_after_s)}


async def count_sign_in(
    database: ShopDatabase, settings: SiteSettings, username: str, address: str, device: str = ""
) -> None:
    """Count one sign-in attempt.

    Args:
        database: the shop's.
        settings: the limits.
        username: as typed.
        address: the client's.
        device: id of a browser that has signed in to this account before; '' for any other.

    Raises:
        TooManyAttempts: the attempts are used up. This attempt is not counted, so waiting helps.
    """
    limits = {f"address:{network_of(address)}": settings.attempts_per_address}
    if device:
        limits[_device_key(device)] = settings.attempts_per_username
    else:
        limits[_pair_key(username, address)] = settings.attempts_per_username
        limits[_username_key(username)] = settings.attempts_per_username_anywhere
    await _count(database, settings.attempt_window_s, limits)


async def count_registration(database: ShopDatabase, settings: SiteSettings, address: str) -> None:
    """Count one registration, successful or not: each costs a hash and reveals whether a name is taken.

    Raises:
        TooManyAttempts: the address has used up its registrations.
    """
    limits = {f"registration:{network_of(address)}": settings.registrations_per_address}
    await _count(database, settings.attempt_window_s, limits)


async def count_order(database: ShopDatabase, settings: SiteSettings, address: str) -> None:
    """Count one order: each takes stock from the others until the shop cancels it.

    Raises:
        TooManyAttempts: the address has used up its orders.
    """
    limits = {f"order:{network_of(address)}": settings.orders_per_address}
    await _count(database, settings.attempt_window_s, limits)


async def _count(database: ShopDatabase, window_s: int, limits: dict[str, int]) -> None:
    now = int(time.time())
    async with database.write() as transaction:
        await transaction.execute("delete from sign_in_attempt where at <= ?", (now - window_s,))
        for key, limit in limits.items():
            row = await transaction.row(
                "select count(*), min(at) from sign_in_attempt where key = ?", (key,)
            )
            assert row is not None
            if row[0] >= limit:
                raise TooManyAttempts(max(1, row[1] + window_s - now))
        await transaction.execute_many(
            "insert into sign_in_attempt (key, at) values (?, ?)", [(key, now) for key in limits]
        )


async def count_letter(
    database: ShopDatabase, settings: SiteSettings, username: str, address: str
) -> None:
    """Count one request for a link by e-mail: a mailbox must not be filled by others.

    Raises:
        TooManyAttempts: the address, or the username, has used up its letters.
    """
    limits = {
        f"letters:{network_of(address)}": settings.letters_per_address,
        f"letters:{fold_username(username)[:100]}": settings.letters_per_username,
    }
    await _count(database, settings.attempt_window_s, limits)


async def forgive_attempts(
    database: ShopDatabase, username: str, address: str, device: str = ""
) -> None:
    """Forget the attempts of this address, or device, on a username after a successful sign-in.

    Attempts of the address stay: an account must not buy guesses at other accounts.
    """
    keys = [(_pair_key(username, address),)]
    if device:
        keys.append((_device_key(device),))
    async with database.write() as transaction:
        await transaction.execute_many("delete from sign_in_attempt where key = ?", keys)


def _pair_key(username: str, address: str) -> str:
    return f"username:{fold_username(username)[:100]}@{network_of(address)}"


def _device_key(device: str) -> str:
    return f"device:{device}"


def _username_key(username: str) -> str:
    return f"username:{fold_username(username)[:100]}"
