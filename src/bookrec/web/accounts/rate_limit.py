"""Rate limits of sign-in, registration and orders, per username and per client address, across workers.

An attempt is counted before the password is hashed, in one transaction with the check, so that
attempts sent at once cannot slip past together.
"""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address

from bookrec.errors import ShopError
from bookrec.web.accounts.accounts import fold_username
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.kit.site_settings import SiteSettings
from bookrec.web.store.database import ShopDatabase

_IPV6_HOST_BITS = 64


class TooManyAttempts(ShopError):
    """Signing in, registering or ordering is refused for now."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too many attempts; try again in {retry_after_s} seconds.")
        self.headers = {"retry-after": str(retry_after_s)}


async def count_sign_in(
    database: ShopDatabase, settings: SiteSettings, username: str, address: str
) -> None:
    """Count one sign-in attempt.

    Raises:
        TooManyAttempts: the username or the address has used up its attempts. This attempt is
            not counted, so waiting helps.
    """
    limits = {
        _username_key(username): settings.attempts_per_username,
        f"address:{_network(address)}": settings.attempts_per_address,
    }
    await _count(database, settings.attempt_window_s, limits)


async def count_registration(database: ShopDatabase, settings: SiteSettings, address: str) -> None:
    """Count one registration, successful or not: each costs a hash and reveals whether a name is taken.

    Raises:
        TooManyAttempts: the address has used up its registrations.
    """
    limits = {f"registration:{_network(address)}": settings.registrations_per_address}
    await _count(database, settings.attempt_window_s, limits)


async def count_order(database: ShopDatabase, settings: SiteSettings, address: str) -> None:
    """Count one order: each takes stock from the others until the shop cancels it.

    Raises:
        TooManyAttempts: the address has used up its orders.
    """
    limits = {f"order:{_network(address)}": settings.orders_per_address}
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


async def forgive_attempts(database: ShopDatabase, username: str) -> None:
    """Forget the attempts on a username after a successful sign-in.

    Attempts of the address stay: an account must not buy guesses at other accounts.
    """
    async with database.write() as transaction:
        await transaction.execute(
            "delete from sign_in_attempt where key = ?", (_username_key(username),)
        )


def client_address(request: AnyRequest, settings: SiteSettings) -> str:
    """Return the address of the client's end of the connection.

    Behind a trusted proxy (by setting only) it is the last entry of ``X-Forwarded-For``, which the
    proxy wrote; anyone can write the entries before it.
    """
    if settings.behind_proxy:
        # Repeated headers are one list (RFC 9110).
        forwarded = ",".join(request.headers.getall("x-forwarded-for", []))
        if last := forwarded.rpartition(",")[2].strip():
            return last
    return request.client.host if request.client else "unknown"


def _username_key(username: str) -> str:
    return f"username:{fold_username(username)[:100]}"


def _network(address: str) -> str:
    """Network whose attempts are counted together: an IPv4 address, or an IPv6 /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:100]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> _IPV6_HOST_BITS << _IPV6_HOST_BITS)) + "/64"
