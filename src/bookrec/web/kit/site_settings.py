"""Settings of the site: frozen, made once from defaults and ``BOOKREC_*`` variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bookrec.errors import BookrecError
from bookrec.settings import templates_directory


@dataclass(frozen=True)
class SiteSettings:
    """Knobs of the site; `from_environment` says which variables set them."""

    templates: Path
    """Directory of the Jinja templates, with ``static/`` and ``locale/`` inside."""
    remote_covers: bool = False
    """Show the covers that ``image_url`` names on other hosts (``BOOKREC_REMOTE_COVERS``)."""
    secure_cookies: bool = False
    """Mark cookies Secure even when the request came by plain http, as it does behind a proxy that
    ends TLS (``BOOKREC_SECURE_COOKIES``); by https they are always Secure."""
    behind_proxy: bool = False
    """Clients are told apart by the last address of ``X-Forwarded-For`` (``BOOKREC_BEHIND_PROXY``);
    only for a site that nobody reaches but through a proxy that adds it."""
    snapshot_check_s: float = 1.0
    """A worker looks at ``precomputed/current`` at most once in this many seconds."""
    session_idle_s: int = 7 * 86_400
    """A session not used for this long has ended."""
    session_absolute_s: int = 30 * 86_400
    """A session ends this long after signing in, used or not."""
    attempt_window_s: int = 15 * 60
    """Attempts to sign in or register are counted over this many seconds."""
    attempts_per_username: int = 10
    """Attempts on one username within the window before it is refused."""
    attempts_per_address: int = 100
    """Attempts from one client address within the window before it is refused."""
    registrations_per_address: int = 50
    """Registrations from one client address within the window, so that neither accounts nor
    guesses at usernames come in bulk; generous, as a school may share an address."""


def from_environment(environ: Mapping[str, str] = os.environ) -> SiteSettings:
    """Settings with the ``BOOKREC_*`` variables named at them (0 or 1) applied.

    Raises:
        BookrecError: a variable is neither 0 nor 1.
    """
    return SiteSettings(
        templates=templates_directory(),
        remote_covers=_flag(environ, "BOOKREC_REMOTE_COVERS"),
        secure_cookies=_flag(environ, "BOOKREC_SECURE_COOKIES"),
        behind_proxy=_flag(environ, "BOOKREC_BEHIND_PROXY"),
    )


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "0")
    if value not in ("0", "1"):
        raise BookrecError(f"{name} is {value!r}; set it to 0 or 1.")
    return value == "1"
