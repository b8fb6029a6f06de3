"""Passwords: rules for new ones, and argon2id in a small bounded pool off the event loop.

The parameters are OWASP's minimum (19 MiB, 2 passes, 1 lane): about 20 ms of one core. They can be
raised here: an outdated hash is replaced at the next sign-in (`Passwords.verify`).
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 256

_HASHER: Final = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
_THREADS: Final = 2
"""Hashes that one worker computes at the same time; others wait."""


def normalize(password: str) -> str:
    """Return one spelling of a typed password: keyboards differ in how they compose accents."""
    return unicodedata.normalize("NFKC", password)


def password_problem(password: str, username: str) -> str | None:
    """Return the message key of why a new password is refused, or None when it is good.

    The keys are ``password_short`` (under 8 characters), ``password_long`` (over 256) and
    ``password_common`` (a common password, or little more than the username). Any character counts.
    """
    password = normalize(password)
    if len(password) < MIN_LENGTH:
        return "password_short"
    if len(password) > MAX_LENGTH:
        return "password_long"
    folded = password.casefold()
    if folded in _common_passwords():
        return "password_common"
    name = normalize(username).casefold()
    if name and name in folded and len(folded) - len(name) < MIN_LENGTH // 2:
        return "password_common"
    return None


@cache
def _common_passwords() -> frozenset[str]:
    # Imported on first use: the word lists cost time and memory that most processes do not need.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_LENGTH)


def generate_password() -> str:
    """Return a random password of 96 bits, for the operator to hand over."""
    return secrets.token_urlsafe(12)


def hash_password(password: str) -> str:
    """Return the argon2id hash as a PHC string; it takes about 20 ms of the calling thread."""
    return _HASHER.hash(normalize(password))


class Passwords:
    """Hashing and verifying off the event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")
        self._hash_of_nobody = hash_password(secrets.token_urlsafe(32))

    async def hash(self, password: str) -> str:
        """Return the argon2id hash of a new password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, hash_password, password)

    async def verify(self, stored_hash: str | None, password: str) -> tuple[bool, str | None]:
        """Return whether the password is right, and a new hash to store when the old is outdated.

        ``stored_hash`` None (no such account) takes as long as a wrong password, so that the time
        does not reveal who has an account.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, _verify, stored_hash, self._hash_of_nobody, password
        )

    def close(self) -> None:
        """Let the running hashes end and drop the waiting ones."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _verify(stored_hash: str | None, hash_of_nobody: str, password: str) -> tuple[bool, str | None]:
    # A text longer than any accepted password is wrong, so it is not hashed at its full length. It
    # is cut after normalising, like the limit: a letter may be sent as a base and its marks.
    password = normalize(password)[: MAX_LENGTH + 1]
    try:
        _HASHER.verify(stored_hash or hash_of_nobody, password)
    except (VerificationError, InvalidHashError):
        return False, None
    if stored_hash is None:
        return False, None
    outdated = _HASHER.check_needs_rehash(stored_hash)
    return True, _HASHER.hash(password) if outdated else None
