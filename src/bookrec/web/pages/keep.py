"""The page of a reader's own shelves, and the form by which they keep and dismiss books anywhere.

Every page of a signed-in reader has one form ``keep``; a button names an action and the book it is for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import ceil
from typing import Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException

from bookrec.web.accounts.accounts import Account
from bookrec.web.contexts.reader import WantPage
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.pages.browse import page_number
from bookrec.web.pages.cards import book_card
from bookrec.web.recommendations.reader_actions import ReaderActions
from bookrec.web.request.page_request import PageRequest, local_path, signed_in
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.reader_history import DISMISSED, WANT
from bookrec.web.store.snapshot_reader import Snapshot

_PAGE_SIZE: Final = 24
_MOST_DISMISSED: Final = 48
"""Dismissed books that the page shows; all of them stay dismissed."""
_LAST: Final = "last"
"""Value of the button that takes back the latest dismissal."""

_Action = Callable[[ReaderActions, Snapshot, Account, CatalogueBook], Awaitable[None]]


def _shelve(shelf: str) -> _Action:
    return lambda actions, snapshot, account, book: actions.shelve(snapshot, account, book, shelf)


def _unshelve(shelf: str) -> _Action:
    return lambda actions, snapshot, account, book: actions.unshelve(snapshot, account, book, shelf)


_ACTIONS: Final[dict[str, tuple[_Action, str]]] = {
    "want": (_shelve(WANT), "wanted"),
    "unwant": (_unshelve(WANT), "unwanted"),
    "dismiss": (_shelve(DISMISSED), "dismissed"),
    "undismiss": (_unshelve(DISMISSED), "undismissed"),
    "own": (ReaderActions.own, "owned"),
}
"""Action and notice by the name of the button; its value is the book's ISBN."""


@post("/keep", opt={"signed_in": True})
async def keep(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Keep, own or dismiss a book, or take that back, and return to the page of the button."""
    account, snapshot = signed_in(page_request), page_request.snapshot
    form = await page_request.request.form()
    actions = page_request.site.actions
    pressed = [name for name in _ACTIONS if text(form, name)]
    if len(pressed) != 1:
        raise ClientException("The form names one action and one book.")
    action, notice = _ACTIONS[pressed[0]]
    isbn = text(form, pressed[0])
    to = local_path(text(form, "next"))
    if isbn == _LAST and pressed[0] == "undismiss":
        book = await actions.last_dismissed(snapshot, account)
        if book is None:
            return page_request.redirect(to)
    else:
        book = require_book(snapshot, isbn)
    await action(actions, snapshot, account, book)
    return page_request.redirect(to, notice)


@get("/want", opt={"signed_in": True})
async def want_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the books to read and the dismissed books, each with the way back."""
    account, snapshot = signed_in(page_request), page_request.snapshot
    history = await page_request.site.lists.history(snapshot, account)
    pages = ceil(len(history.wanted) / _PAGE_SIZE)
    page = min(page_number(page_request.request.query_params.get("page", "")), max(pages, 1))
    wanted = list(history.wanted)[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    dismissed = list(history.dismissed)[:_MOST_DISMISSED]
    books = books_by_id(snapshot, [*wanted, *dismissed])
    context = WantPage(
        wanted=[book_card(page_request, books[book_id]) for book_id in wanted],
        wanted_total=len(history.wanted),
        page=page,
        pages=pages,
        dismissed=[book_card(page_request, books[book_id]) for book_id in dismissed],
        dismissed_total=len(history.dismissed),
    )
    return page_request.page("want.html", context)
