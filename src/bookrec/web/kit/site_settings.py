"""Settings of the site: immutable, made once from defaults and ``BOOKREC_*`` variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec.errors import BookrecError
from bookrec.settings import templates_directory

_HOST: Final = r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?"
_ORIGIN: Final = re.compile(_HOST)
_ADDRESS: Final = re.compile(_HOST + r"(?:/[A-Za-z0-9._~/-]*)?", re.IGNORECASE)


@dataclass(frozen=True)
class SiteSettings:
    """Settings of the site; the environment variable in brackets sets a field."""

    templates: Path
    """Directory of the Jinja templates, with ``static/`` and ``locale/`` inside."""
    remote_covers: bool = False
    """Show the covers on other hosts that ``image_url`` names (``BOOKREC_REMOTE_COVERS``)."""
    secure_cookies: bool = False
    """Mark cookies Secure even for requests by plain http, as behind a proxy that ends TLS
    (``BOOKREC_SECURE_COOKIES``). For requests by https they are always Secure."""
    behind_proxy: bool = False
    """Take a client's address from the end of ``X-Forwarded-For`` (``BOOKREC_BEHIND_PROXY``). Only for
    a site that is reachable through a proxy alone, which adds that header."""
    compression: bool = True
    """Compress texts (``BOOKREC_COMPRESSION``); off where a proxy does."""
    address: str = ""
    """Address of the site for the heads of public pages (``BOOKREC_SITE``); '' = not known."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API (``BOOKREC_CORS``, separated by spaces or commas)."""
    snapshot_check_s: float = 1.0
    """Least seconds between two looks of a worker at ``precomputed/current``."""
    session_idle_s: int = 7 * 86_400
    """Seconds without use after which a session ends."""
    session_absolute_s: int = 30 * 86_400
    """Seconds after sign-in at which a session ends, used or not."""
    attempt_window_s: int = 15 * 60
    """Window in seconds over which attempts to sign in or register are counted."""
    attempts_per_username: int = 10
    """Attempts on one username, from one address or one known browser, within the window."""
    attempts_per_username_anywhere: int = 100
    """Attempts on one username from all addresses together, known browsers left out."""
    attempts_per_address: int = 100
    """Attempts from one client address within the window."""
    letters_per_username: int = 3
    """Links by e-mail that one username may be sent within the window."""
    letters_per_address: int = 20
    """Links by e-mail that one client address may ask for within the window."""
    registrations_per_address: int = 50
    """Registrations from one client address within the window. It stops accounts and guesses at
    usernames in bulk; it is generous because a school may share an address."""
    orders_per_address: int = 30
    """Orders from one client address within the window."""


def from_environment(environ: Mapping[str, str] = os.environ) -> SiteSettings:
    """Return the defaults with the ``BOOKREC_*`` variables applied.

    Raises:
        BookrecError: a flag is neither 0 nor 1, or an address is malformed.
    """
    return SiteSettings(
        templates=templates_directory(),
        remote_covers=_flag(environ, "BOOKREC_REMOTE_COVERS"),
        secure_cookies=_flag(environ, "BOOKREC_SECURE_COOKIES"),
        behind_proxy=_flag(environ, "BOOKREC_BEHIND_PROXY"),
        compression=_flag(environ, "BOOKREC_COMPRESSION", default="1"),
        address=site_address(environ.get("BOOKREC_SITE", "")),
        cors_origins=_origins(environ.get("BOOKREC_CORS", "")),
    )


def _flag(environ: Mapping[str, str], name: str, default: str = "0") -> bool:
    value = environ.get(name, default)
    if value not in ("0", "1"):
        raise BookrecError(f"{name} is {value!r}; set it to 0 or 1.")
    return value == "1"


def site_address(text: str) -> str:
    """Return the address of a site without a slash at its end; '' for ''.

    Raises:
        BookrecError: it is no address with http or https.
    """
    if text and not _ADDRESS.fullmatch(text):
        raise BookrecError(
            f"{text!r} is no address of a site; write it like https://books.example.org."
        )
    return text.rstrip("/")


def _origins(text: str) -> tuple[str, ...]:
    origins = re.split(r"[\s,]+", text.strip()) if text.strip() else []
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise BookrecError(
                f"BOOKREC_CORS names {origin!r}; an origin is scheme, host and port alone, "
                "e.g. https://www.example.org, as browsers send it."
            )
    return tuple(dict.fromkeys(origins))
