"""Contexts of the pages to sign in, register and claim an account."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import BookCard


class LoginPage(msgspec.Struct, frozen=True):
    """``/login``"""

    next: str
    username: str
    error: str | None
    """A message key: 'bad_credentials', 'too_many_attempts'."""


class RegisterPage(msgspec.Struct, frozen=True):
    """``/register``: username, password, age (optional), liked books (optional, by check box)."""

    next: str
    username: str
    age: str
    error: str | None
    """A message key: 'username_taken', 'username_invalid', 'password_short', 'password_common',
    'password_long', 'age_invalid', 'too_many_attempts'."""
    suggestions: list[BookCard]
    """Books of different authors to like; repeated field ``liked_isbns``."""
    liked_isbns: list[str]
    shown_isbns: list[str]
    """Books that were offered; repeated field ``shown``. The button ``name=action value=more`` asks for
    others."""
    q: str
    """A search within the form (button ``name=action value=search``) for books to like."""


class ClaimPage(msgspec.Struct, frozen=True):
    """``/claim/{token}``"""

    user_id: str
    seen_books: int
    """Number of the reader's books in the data set."""
    username: str
    error: str | None
    """A message key of registration; 'claim_invalid' shows no form."""
