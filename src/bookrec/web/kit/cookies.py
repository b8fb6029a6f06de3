"""Cookies of the pages. The API has none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from litestar.datastructures import Cookie

SESSION: Final = "bookrec_session"
"""Token of a signed-in reader."""
VISITOR: Final = "bookrec_visit"
"""Signed random value of an anonymous visitor who was shown a form (see `kit.csrf`)."""
NOTICE: Final = "bookrec_notice"
"""Message key to show once on the next page."""
RECENT: Final = "bookrec_recent"
"""ISBNs that a signed-in reader opened last. Anonymous visitors have none: their pages are cached."""
LANGUAGE: Final = "lang"

NOTICES: Final = frozenset(
    {
        "rated",
        "rating_removed",
        "signed_in",
        "signed_out",
        "welcome",
        "claimed",
        "age_saved",
        "age_invalid",
    }
)

_MOST_RECENT: Final = 8
_YEAR_S: Final = 365 * 86_400
_SAFE_ISBN: Final = re.compile(r"[0-9A-Za-z:.\-]{1,40}")


def make_cookie(
    name: str, value: str, *, secure: bool, max_age_s: int | None = None, http_only: bool = True
) -> Cookie:
    """Return a cookie for all paths, SameSite=Lax; without ``max_age_s`` it ends with the browser."""
    return Cookie(
        name,
        path="/",
        value=value,
        max_age=max_age_s,
        httponly=http_only,
        secure=secure,
        samesite="lax",
    )


def drop_cookie(name: str, *, secure: bool) -> Cookie:
    """Return a cookie that removes the one of this name."""
    return make_cookie(name, "", secure=secure, max_age_s=0)


def language_cookie(language: str, *, secure: bool) -> Cookie:
    """Return a cookie that keeps the chosen language for a year."""
    return make_cookie(LANGUAGE, language, secure=secure, max_age_s=_YEAR_S)


def notice_of(cookies: Mapping[str, str]) -> str | None:
    """Return the notice to show, if it is one of `NOTICES`."""
    notice = cookies.get(NOTICE)
    return notice if notice in NOTICES else None


def recent_isbns(cookies: Mapping[str, str]) -> list[str]:
    """Return the ISBNs opened last, latest first; malformed ones are left out."""
    isbns = cookies.get(RECENT, "").split("|")
    return [isbn for isbn in isbns if _SAFE_ISBN.fullmatch(isbn)][:_MOST_RECENT]


def recent_cookie(cookies: Mapping[str, str], isbn: str, *, secure: bool) -> Cookie | None:
    """Return the cookie after ``isbn`` was opened; None for an ISBN that no cookie can hold."""
    if not _SAFE_ISBN.fullmatch(isbn):
        return None
    isbns = [isbn, *(other for other in recent_isbns(cookies) if other != isbn)]
    return make_cookie(RECENT, "|".join(isbns[:_MOST_RECENT]), secure=secure)
