"""Sign-in attempts, limited per username and per client address, across workers.

An attempt is counted before the password is hashed, in one transaction with the check, so that
attempts sent at once cannot slip past together.
"""

from __future__ import annotations

import time

from bookrec.errors import ShopError
from bookrec.web.accounts import fold_username
from bookrec.web.database import ShopDatabase
from bookrec.web.site_settings import SiteSettings


class TooManyAttempts(ShopError):
    """Sign-in is refused for now."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too many sign-in attempts; try again in {retry_after_s} seconds.")
        self.retry_after_s = retry_after_s


async def count_attempt(
    database: ShopDatabase, settings: SiteSettings, username: str, address: str
) -> None:
    """Count one sign-in attempt.

    Raises:
        TooManyAttempts: the username or the address has used up its attempts; this one is then
            not counted, so waiting helps.
    """
    now = int(time.time())
    limits = {
        _username_key(username): settings.attempts_per_username,
        _address_key(address): settings.attempts_per_address,
    }
    async with database.write() as transaction:
        await transaction.execute(
            "delete from sign_in_attempt where at <= ?", (now - settings.attempt_window_s,)
        )
        for key, limit in limits.items():
            row = await transaction.row(
                "select count(*), min(at) from sign_in_attempt where key = ?", (key,)
            )
            assert row is not None
            if row[0] >= limit:
                raise TooManyAttempts(max(1, row[1] + settings.attempt_window_s - now))
        await transaction.execute_many(
            "insert into sign_in_attempt (key, at) values (?, ?)", [(key, now) for key in limits]
        )


async def forgive_attempts(database: ShopDatabase, username: str) -> None:
    """Forget the attempts on a username after a successful sign-in.

    Those of the address stay: somebody's own account must not buy guesses at others'.
    """
    async with database.write() as transaction:
        await transaction.execute(
            "delete from sign_in_attempt where key = ?", (_username_key(username),)
        )


def _username_key(username: str) -> str:
    return f"username:{fold_username(username)[:100]}"


def _address_key(address: str) -> str:
    return f"address:{address}"
