"""Cookies of the pages. The API has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from litestar.datastructures import Cookie

from bookrec.isbn import is_usable_id

SESSION: Final = "bookrec_session"
"""Token of a signed-in reader."""
VISITOR: Final = "bookrec_visit"
"""Signed random value of an anonymous visitor who was shown a form (see `kit.csrf`)."""
NOTICE: Final = "bookrec_notice"
"""Message key to show once on the next page."""
DEVICE: Final = "bookrec_device"
"""Signed id of a browser that has signed in to an account before (see `accounts.rate_limit`)."""
RECENT: Final = "bookrec_recent"
"""Ids of books that a signed-in reader opened last. Anonymous visitors, whose pages are cached, have
none."""
CART: Final = "bookrec_cart"
"""Random id of a visitor's cart; a signed-in reader's cart needs none."""
CONSENT: Final = "bookrec_consent"
"""Random value of a visitor who agreed that their visits are recorded; ``no`` of one who refused."""
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
        "wanted",
        "unwanted",
        "dismissed",
        "undismissed",
        "owned",
        "imported",
        "import_undone",
        "in_cart",
        "cart_changed",
        "cart_less",
        "cart_full",
        "not_for_sale",
        "waiting",
        "wait_ended",
        "ordered",
        "order_cancelled",
        "order_too_late",
        "password_changed",
        "password_reset",
        "email_saved",
        "session_ended",
        "signed_out_everywhere",
        "account_deleted",
        "settings_saved",
        "order_moved",
        "promoted",
        "promotion_ended",
        "correction_removed",
        "book_saved",
        "book_added",
        "book_known",
        "recording",
        "not_recording",
        "forgotten",
        "diversity_saved",
        "experiment_started",
        "experiment_stopped",
        "taste_rejected",
        "taste_restored",
        "taste_full",
    }
)

_MOST_RECENT: Final = 8
YEAR_S: Final = 365 * 86_400


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
    return make_cookie(LANGUAGE, language, secure=secure, max_age_s=YEAR_S)


def notice_of(cookies: Mapping[str, str]) -> str | None:
    """Return the notice to show, if it is one of `NOTICES`."""
    notice = cookies.get(NOTICE)
    return notice if notice in NOTICES else None


def recent_isbns(cookies: Mapping[str, str]) -> list[str]:
    """Return the ids of the books opened last, latest first; unusable ones are left out."""
    isbns = [unquote(part) for part in cookies.get(RECENT, "").split("|")]
    return [isbn for isbn in isbns if is_usable_id(isbn)][:_MOST_RECENT]


def recent_cookie(cookies: Mapping[str, str], isbn: str, *, secure: bool) -> Cookie:
    """Return the cookie after the book of an id was opened; ids are percent-escaped in it."""
    isbns = [isbn, *(other for other in recent_isbns(cookies) if other != isbn)]
    value = "|".join(quote(isbn, safe=":") for isbn in isbns[:_MOST_RECENT])
    return make_cookie(RECENT, value, secure=secure)
