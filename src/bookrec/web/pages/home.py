"""The home page: the reader's list and shelves that differ from it, or popular and new books."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from litestar import get
from litestar.di import NamedDependency

from bookrec.web.accounts.accounts import Account
from bookrec.web.contexts.books import RankedCard
from bookrec.web.contexts.home import HomePage
from bookrec.web.contexts.home import HomeShelf as ShelfContext
from bookrec.web.kit import cookies
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.cards import (
    PublicView,
    book_card,
    listed_shelf,
    reason_card,
    recommended_shelf,
)
from bookrec.web.recommendations.home_shelves import (
    HomeShelf,
    new_shelf,
    newest_books,
    promoted_shelf,
    reader_shelves,
)
from bookrec.web.recommendations.lists import (
    Recommendations,
    popular_segment,
    popular_shelf,
)
from bookrec.web.recommendations.live_lists import known_age
from bookrec.web.request.page_events import note_list
from bookrec.web.request.page_request import PageRequest
from bookrec.web.store.catalogue import CatalogueBook, ListedBook, books_by_isbn
from bookrec.web.store.languages import codes_of_language
from bookrec.web.store.reader_history import ReaderHistory

SHELF_LENGTH: Final = 12


async def _newest(page_request: PageRequest) -> list[ListedBook]:
    """Newest books of the catalogue, those in the page's language first."""
    snapshot, this_year = page_request.snapshot, datetime.now(UTC).year
    codes = codes_of_language(snapshot, page_request.language)
    key = ("newest", this_year, codes)
    return await asyncio.to_thread(
        snapshot.keep, key, lambda: newest_books(snapshot, this_year, codes)
    )


@get("/")
async def home(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show a signed-in reader their shelves; a visitor, popular and new books."""
    if page_request.account is not None:
        page = await _reader_page(page_request, page_request.account)
    else:
        page = visitor_home(page_request, page_request.language, await _newest(page_request))
    _note_shelves(page_request, page)
    return page_request.page("home.html", page, cacheable=True)


def visitor_home(view: PublicView, language: str, newest: Sequence[ListedBook]) -> HomePage:
    """Return the home page of visitors: popular books, those in their language first, and new ones."""
    snapshot, front = view.snapshot, view.front
    promoted = promoted_shelf(snapshot, front, set())
    works = {book.work_id for book in promoted.books} if promoted else set()
    popular = popular_shelf(snapshot, front, SHELF_LENGTH, works, language)
    works |= {item.book.work_id for item in popular}
    shelf = new_shelf(snapshot, front, newest, works)
    return HomePage(
        yours=None,
        popular=listed_shelf(view, "popular", popular),
        shelves=[_context(view, shelf)] if shelf else [],
        catalogue_size=int(snapshot.meta.get("books", 0)),
        promoted=_context(view, promoted) if promoted else None,
    )


def _note_shelves(page_request: PageRequest, page: HomePage) -> None:
    for name, shelf in (("yours", page.yours), ("popular", page.popular)):
        if shelf is not None:
            note_list(page_request, name, [item.book.isbn for item in shelf.items])
    for other in (*([page.promoted] if page.promoted else []), *page.shelves):
        note_list(page_request, other.kind, [item.book.isbn for item in other.items])


async def _reader_page(page_request: PageRequest, account: Account) -> HomePage:
    snapshot, lists = page_request.snapshot, page_request.site.lists
    history = await lists.history(snapshot, account)
    isbns = cookies.recent_isbns(page_request.request.cookies)
    known = books_by_isbn(snapshot, isbns)
    opened = [known[isbn] for isbn in isbns if isbn in known]
    recommended = await lists.recommend(snapshot, account, history, SHELF_LENGTH, opened)
    return await home_of_reader(page_request, account, history, recommended, opened)


async def home_of_reader(
    page_request: PageRequest,
    account: Account,
    history: ReaderHistory,
    recommended: Recommendations,
    opened: Sequence[CatalogueBook],
) -> HomePage:
    """Return the shelves of a reader around their list."""
    snapshot = page_request.snapshot
    segment = popular_segment(snapshot, known_age(snapshot, account, history))
    shown = [item.book for item in recommended.items]
    works = history.kept_works | {book.work_id for book in shown}
    promoted = promoted_shelf(snapshot, page_request.front, works)
    shelves = reader_shelves(
        snapshot,
        page_request.front,
        history,
        [*shown, *(promoted.books if promoted else [])],
        opened,
        await _newest(page_request),
        # Popular books are the reader's own list already when nothing else is known of them.
        segment if recommended.source != "popular" else "",
    )
    return HomePage(
        yours=recommended_shelf(page_request, recommended),
        popular=None,
        shelves=[_context(page_request, shelf) for shelf in shelves],
        catalogue_size=int(snapshot.meta.get("books", 0)),
        promoted=_context(page_request, promoted) if promoted else None,
    )


def _context(view: PublicView, shelf: HomeShelf) -> ShelfContext:
    items = [
        RankedCard(
            rank=rank,
            book=book_card(view, book),
            because=[reason_card(reason)] if (reason := shelf.reasons.get(book.book_id)) else [],
        )
        for rank, book in enumerate(shelf.books, start=1)
    ]
    similar_to = reason_card(shelf.reason) if shelf.reason else None
    return ShelfContext(shelf.kind, items, similar_to, shelf.segment)
