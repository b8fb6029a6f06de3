"""Labels and paths of the pages that are pictured, by who sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

NAMES = """() => ["authors", "publishers", "series"].map(
    kind => document.querySelector(`main a[href*="/${kind}/"]`)?.getAttribute("href"))"""
"""Addresses of the pages that a book's page leads to."""
_OWNER = (
    *("", "/orders", "/lists", "/books", "/books?q=the", "/book/new", "/readers", "/settings"),
    *("/experiments", "/funnel"),
)
_READER = ("me", "me/account", "me/profile", "me/import", "want", "cart", "checkout", "orders")


def visitor_pages(isbns: list[str], names: list[str | None]) -> Iterator[tuple[str, str]]:
    """Yield a label and the path of each page of a visitor."""
    yield "home", "/"
    for number, isbn in enumerate(isbns):
        yield f"book{number}", f"/books/{isbn}"
    yield "catalogue", "/books"
    yield "search", "/books?q=the&year_from=1900&in_stock=1"
    yield "near", "/books?q=drakula+stokr"
    yield "nothing", "/books?q=zzzzqqq"
    for label, path in zip(("author", "publisher", "series"), names, strict=True):
        if path:
            yield label, path
    yield "new", "/new"
    for name in ("register", "login", "forgot", "nowhere", "cart", "claim/none", "reset/none"):
        yield f"visitor-{name.replace('/', '-')}", f"/{name}"


def reader_pages(isbns: list[str], order: str) -> Iterator[tuple[str, str]]:
    """Yield a label and the path of each page of a reader."""
    yield "reader-home", "/"
    yield "reader-book", f"/books/{isbns[0]}"
    for name in _READER:
        yield f"reader-{name.replace('/', '-')}", f"/{name}"
    yield "reader-order", order


def newcomer_pages() -> Iterator[tuple[str, str]]:
    """Yield a label and the path of each page that is empty for a reader without any book."""
    yield "newcomer-home", "/"
    for name in _READER:
        yield f"newcomer-{name.replace('/', '-')}", f"/{name}"


def owner_pages(isbns: list[str]) -> Iterator[tuple[str, str]]:
    """Yield a label and the path of each page of the owner."""
    for path in _OWNER:
        yield "owner" + re.sub(r"\W+", "-", path or "/today"), f"/owner{path}"
    yield "owner-order", "/owner/orders/1001"
    yield "owner-edit", f"/owner/book?isbn={quote(isbns[0])}"
    yield "owner-profile", f"/owner/book/profile?isbn={quote(isbns[0])}"
    yield "owner-audience", f"/owner/audience?isbn={quote(isbns[0])}"
    yield "owner-preview", "/owner/preview?liked=Dracula"
    yield "owner-host", "/host"
