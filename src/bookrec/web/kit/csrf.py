"""CSRF protection: tokens in forms, bound to the session, and a check of a form's origin.

The token of a signed-in reader is an HMAC of the session token. The token of an anonymous visitor is
an HMAC of a random value in a signed cookie. An installation makes its key once and keeps it beside
the shop's database.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

FIELD: Final = "csrf_token"
_KEY_NAME: Final = "csrf.key"
_KEY_BYTES: Final = 32
_TOKEN_DIGITS: Final = 32
"""Hexadecimal digits of a form token: 128 bits."""


def load_key(directory: Path) -> bytes:
    """Read the installation's key in ``directory/csrf.key``; if missing, make it for its owner only."""
    path = directory / _KEY_NAME
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{_KEY_NAME}.{secrets.token_hex(8)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        # A link fails where a file exists: of workers that start together, the first one's key wins.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
        temporary.unlink()
    return path.read_bytes()


class FormTokens:
    """Form tokens, made and checked with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _sign(self, purpose: str, value: str) -> str:
        return hmac.new(
            self._key, f"{purpose}:{value}".encode(errors="surrogatepass"), hashlib.sha256
        ).hexdigest()

    def for_session(self, session_token: str) -> str:
        """Return the form token of a signed-in reader."""
        return self._sign("session", session_token)[:_TOKEN_DIGITS]

    def new_visitor(self) -> str:
        """Make a cookie value for an anonymous visitor who is shown a form."""
        visitor = secrets.token_urlsafe(16)
        return f"{visitor}.{self._sign('visit', visitor)}"

    def is_visitor(self, cookie: str) -> bool:
        """Whether a cookie value was made with this key."""
        visitor, _, signature = cookie.partition(".")
        return _equal(signature, self._sign("visit", visitor))

    def for_visitor(self, cookie: str) -> str:
        """Return the form token of an anonymous visitor; '' for a cookie of another key."""
        return (
            self._sign("form", cookie.partition(".")[0])[:_TOKEN_DIGITS]
            if self.is_visitor(cookie)
            else ""
        )

    def new_device(self, account_id: int) -> str:
        """Make a cookie value for a browser that has signed in to an account."""
        device = secrets.token_urlsafe(12)
        return f"{device}.{self._sign(f'device {account_id}', device)}"

    def device_of(self, cookie: str, account_id: int) -> str:
        """Return the id in a `new_device` cookie of this account; '' for any other value."""
        device, _, signature = cookie.partition(".")
        known = _equal(signature, self._sign(f"device {account_id}", device))
        return device if known else ""


def masked(token: str) -> str:
    """Return a form token as a page shows it: another text each time; '' stays ''.

    The length of a compressed page would tell the digits of a text that is always the same.
    """
    if not token:
        return ""
    mask = secrets.token_bytes(_TOKEN_DIGITS // 2)
    return mask.hex() + _xor(mask, bytes.fromhex(token)).hex()


def tokens_match(expected: str, sent: str) -> bool:
    """Whether a form sent back the expected token, `masked`; never true for an empty one."""
    try:
        mask, hidden = bytes.fromhex(sent[:_TOKEN_DIGITS]), bytes.fromhex(sent[_TOKEN_DIGITS:])
    except ValueError:
        return False
    whole = len(mask) == len(hidden) == _TOKEN_DIGITS // 2
    return bool(expected) and whole and _equal(expected, _xor(mask, hidden).hex())


def _xor(text: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(text, other, strict=True))


def sent_from_here(headers: Mapping[str, str], host: str) -> bool:
    """Whether a form was sent from a page of this host, by the browser's headers.

    ``Origin`` decides if it is there (browsers send it with every POST), else ``Referer``. For a
    client that sends neither, the token alone decides.
    """
    source = headers.get("origin", headers.get("referer"))
    if source is None:
        return True
    try:
        return bool(host) and urlsplit(source).netloc == host
    except ValueError:  # brackets that hold no IPv6 address
        return False


def _equal(a: str, b: str) -> bool:
    # Cookies and forms may hold lone surrogates.
    return hmac.compare_digest(a.encode(errors="surrogatepass"), b.encode(errors="surrogatepass"))
