"""Settings of outgoing e-mail, from ``BOOKREC_SMTP``, ``BOOKREC_MAIL_FROM`` and ``BOOKREC_SITE``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

from bookrec.errors import BookrecError

_EXAMPLE: Final = "smtps://USER:PASSWORD@mail.example.org:465"
_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailSettings:
    """SMTP server, sender, and the site's address in links."""

    host: str
    port: int
    tls: bool
    """TLS from the first byte (``smtps``); else STARTTLS, which is required with a password."""
    username: str
    password: str = field(repr=False)
    sender: str
    """``shop@example.org`` or ``The shop <shop@example.org>``."""
    site: str
    """Address of the site without a slash at its end. Never taken from a request's Host header."""


def mail_settings(environ: Mapping[str, str] = os.environ) -> MailSettings | None:
    """Return the settings of outgoing e-mail; None without ``BOOKREC_SMTP``.

    Raises:
        BookrecError: a variable is missing or malformed.
    """
    server = environ.get("BOOKREC_SMTP", "")
    if not server:
        return None
    try:
        parts = urlsplit(server)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in _PORTS or parts.path not in ("", "/"):
        raise BookrecError(f"BOOKREC_SMTP is no address of an SMTP server; set it like {_EXAMPLE}")
    sender, site = environ.get("BOOKREC_MAIL_FROM", ""), environ.get("BOOKREC_SITE", "")
    if "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise BookrecError(
            f"BOOKREC_MAIL_FROM is {sender!r}; set it to the sender's address, e.g. shop@example.org."
        )
    if not site.startswith(("http://", "https://")) or not site.isprintable():
        raise BookrecError(
            f"BOOKREC_SITE is {site!r}; set it to the site's address for links in e-mail, "
            "e.g. https://books.example.org."
        )
    return MailSettings(
        host=host,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
        site=site.rstrip("/"),
    )
