"""Events of pages: a book opened, a search, lists shown. Nothing is written on the request's path.

The list whose link was followed is found by the page that it stood on (``Referer``): the lists shown
there to the same person are known. So addresses stay clean, no script is needed, and pages of people
who are not recorded stay the same for everyone.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from bookrec.shop.events import Actor, Event, Impression, Kind
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.site import Site

_MOST_PAGE: Final = 500


def page_key(address: str) -> str:
    """Return path and query of an address of this site in one spelling, without the language.

    >>> page_key("/books/vh%2F1?q=a+b&lang=vi"), page_key("/")
    ('/books/vh/1?q=a+b', '/')
    """
    path, _, query = address.partition("?")
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "lang"]
    return (f"{unquote(path)}?{urlencode(pairs)}" if pairs else unquote(path))[:_MOST_PAGE]


def came_from(page_request: PageRequest) -> str | None:
    """Return the `page_key` of the page whose link was followed; None without one of this site."""
    headers = page_request.request.headers
    try:
        referer = urlsplit(headers.get("referer", ""))
    except ValueError:  # brackets that hold no IPv6 address
        return None
    if not referer.netloc or referer.netloc != headers.get("host"):
        return None
    return page_key(f"{referer.path}?{referer.query}" if referer.query else referer.path or "/")


def note_view(page_request: PageRequest, isbn: str) -> str:
    """Note that a book's page is opened; return the event's name, '' when it is not recorded.

    A page that follows on itself, after a form, is no second view; one that the browser fetches before
    anybody asked for it is none.
    """
    actor, headers = page_request.consent.actor, page_request.request.headers
    before = came_from(page_request)
    if actor is None or "prefetch" in headers.get("sec-purpose", ""):
        return ""
    if before == page_key(page_request.path):
        return ""
    view_id = secrets.token_urlsafe(9)
    page_request.site.recorder.note(
        Event(actor, "view", int(time.time()), isbn, client_id=view_id, came_from=before)
    )
    return view_id


def note_search(page_request: PageRequest, query: str, hits: int) -> None:
    """Note a search and the number of books that it found."""
    actor = page_request.consent.actor
    if actor is not None and query:
        page_request.site.recorder.note(
            Event(actor, "search", int(time.time()), query=query, hits=hits)
        )


def note_list(
    page_request: PageRequest, shelf: str, isbns: Iterable[str], teams: Iterable[str] = ()
) -> None:
    """Note the books of a list as this page shows them, best first; see `Impression`."""
    actor = page_request.consent.actor
    note_shown(page_request.site, actor, shelf, isbns, page_request.path, teams)


def note_shown(
    site: Site,
    actor: Actor | None,
    shelf: str,
    isbns: Iterable[str],
    path: str = "",
    teams: Iterable[str] = (),
) -> str:
    """Note a list shown on a page, or given by the API without one; return its id, '' for none.

    Args:
        site: has the recorder.
        actor: who saw it; None where nothing is recorded.
        shelf: see `Impression.shelf`.
        isbns: of the books, best first.
        path: of the page; '' for the API.
        teams: arm that picked each book, '' for none; all '' where the list mixes no arms.
    """
    listed = tuple(isbns)
    if actor is None or not listed:
        return ""
    list_id = secrets.token_urlsafe(9)
    page = page_key(path) if path else ""
    mixed = tuple(teams)
    shown = Impression(
        actor,
        list_id,
        shelf,
        page,
        listed,
        int(time.time()),
        teams=mixed if any(mixed) else (),
    )
    return list_id if site.recorder.note(shown) else ""


def note_act(site: Site, actor: Actor | None, kind: Kind, isbns: Iterable[str]) -> None:
    """Note what somebody did with books: put into the cart, bought."""
    if actor is not None:
        now = int(time.time())
        site.recorder.note(*(Event(actor, kind, now, isbn) for isbn in isbns))
