"""Contexts of the templates of a reader's account."""

from __future__ import annotations

import msgspec


class SessionRow(msgspec.Struct, frozen=True):
    """A session in the reader's list."""

    session_id: str
    device: str
    """Browser and system, e.g. 'Firefox, Linux'; '' when unknown."""
    program: bool
    """True for a session of the API."""
    started: int
    """Seconds since 1970, like ``seen``."""
    seen: int
    current: bool


class AccountPage(msgspec.Struct, frozen=True):
    """``/me/account``"""

    user_id: str
    email: str
    letters: bool
    """Whether the shop sends e-mail."""
    sessions: list[SessionRow]
    recorded: bool = True
    """Whether the reader's visits are recorded."""
    event_days: int = 90
    """Days for which single events are kept."""
    form: str = ""
    """Form that was refused: 'password', 'email' or 'delete'."""
    error: str | None = None
    """Message key of the refusal."""


class ResetPage(msgspec.Struct, frozen=True):
    """``/reset/{token}``"""

    username: str
    error: str | None
    """A message key; 'reset_invalid' shows no form."""


class ForgotPage(msgspec.Struct, frozen=True):
    """``/forgot``"""

    letters: bool
    """Whether the shop sends e-mail; else the page says whom to ask."""
    username: str = ""
    sent: bool = False
    """True after the form, whether or not there is such an account."""
    error: str | None = None


class LetterRow(msgspec.Struct, frozen=True):
    """A letter that could not be sent so far."""

    user_id: str
    created: int
    """Seconds since 1970, like ``next_try``."""
    tries: int
    next_try: int | None
    """None when it was given up."""
    error: str
