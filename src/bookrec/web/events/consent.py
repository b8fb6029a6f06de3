"""Consent: whose visit is recorded, and who is asked.

A visitor is recorded after they agreed, by a cookie of this site; a reader, under their account unless
they switched it off. Browsers that send ``DNT: 1`` or ``Sec-GPC: 1`` have answered for their people:
nobody is asked, and no visit is recorded.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Final

import msgspec

from bookrec.shop.events import Actor
from bookrec.web.accounts.accounts import Account

REFUSED: Final = "no"
"""Value of the cookie of a visitor who refused."""
CONSENT_S: Final = 180 * 86_400
"""Lifetime of the cookie in seconds; then the visitor is asked again."""
_TOKEN: Final = re.compile(r"[0-9A-Za-z_-]{22}")
_CALLER: Final = re.compile(r"[0-9A-Za-z_-]{16,64}")


class Consent(msgspec.Struct, frozen=True):
    """Answer of the person behind a request."""

    state: str
    """``given``, ``refused``, ``open`` (not asked yet) or ``signalled`` (refused by the browser)."""
    actor: Actor | None = None
    """Person whose visit is recorded; None unless the state is ``given``."""


def new_token() -> str:
    """Return a cookie value for a visitor who agrees."""
    return secrets.token_urlsafe(16)


def visitor_of(token: str) -> str:
    """Return the name under which the visitor of a token is stored; the token is not."""
    return hashlib.sha256(f"visitor:{token}".encode()).hexdigest()[:32]


def signals_refusal(headers: Mapping[str, str]) -> bool:
    """Whether the browser asks not to be tracked: ``DNT: 1`` or ``Sec-GPC: 1``."""
    return headers.get("dnt") == "1" or headers.get("sec-gpc") == "1"


def consent_of(headers: Mapping[str, str], cookie: str, account: Account | None) -> Consent:
    """Return the consent of a request for a page.

    Args:
        headers: of the request.
        cookie: value of the consent cookie; '' without one.
        account: of the signed-in reader, whose own switch decides.
    """
    if signals_refusal(headers):
        return Consent("signalled")
    if account is not None:
        return Consent("given", Actor(account.user_id)) if account.recorded else Consent("refused")
    if cookie == REFUSED:
        return Consent("refused")
    if not _TOKEN.fullmatch(cookie):
        return Consent("open")
    return Consent("given", Actor(visitor=visitor_of(cookie)))


def is_caller(visitor: str) -> bool:
    """Whether a program may name a visitor so: 16 to 64 letters, digits, ``_`` and ``-``."""
    return bool(_CALLER.fullmatch(visitor))


def caller_of(headers: Mapping[str, str], visitor: str, account: Account | None) -> Actor | None:
    """Return whose events a call of the API sends; None when nothing may be stored.

    Args:
        headers: of the call.
        visitor: the header by which a program names a visitor who agreed; '' without one.
        account: of the bearer token.
    """
    if signals_refusal(headers):
        return None
    if account is not None:
        return Actor(account.user_id) if account.recorded else None
    return Actor(visitor=visitor_of(visitor)) if is_caller(visitor) else None
