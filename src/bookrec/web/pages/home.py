"""The home page: the reader's list and shelves that differ from it, or popular and new books."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from litestar import get
from litestar.di import NamedDependency

from bookrec.web.accounts.accounts import Account
from bookrec.web.kit import cookies
from bookrec.web.kit.contexts import HomePage, RankedCard
from bookrec.web.kit.contexts import HomeShelf as ShelfContext
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.cards import book_card, listed_shelf, reason_card, recommended_shelf
from bookrec.web.recommendations.home_shelves import (
    HomeShelf,
    new_shelf,
    newest_books,
    reader_shelves,
)
from bookrec.web.recommendations.lists import popular_segment, popular_shelf, visitor_shelf
from bookrec.web.recommendations.live_lists import known_age
from bookrec.web.request.page_events import note_list
from bookrec.web.request.page_request import PageRequest
from bookrec.web.store.catalogue import ListedBook, books_by_isbn
from bookrec.web.store.per_snapshot import PerSnapshot
from bookrec.web.store.snapshot_reader import Snapshot

SHELF_LENGTH: Final = 12


def _newest(snapshot: Snapshot) -> list[ListedBook]:
    return newest_books(snapshot, datetime.now(UTC).year)


_newest_books: Final = PerSnapshot(_newest)


@get("/")
async def home(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show a signed-in reader their shelves; a visitor, popular and new books."""
    snapshot = page_request.snapshot
    if page_request.account is not None:
        page = await _reader_page(page_request, page_request.account)
    else:
        page = await _visitor_page(page_request, snapshot)
    _note_shelves(page_request, page)
    return page_request.page("home.html", page, cacheable=True)


def _note_shelves(page_request: PageRequest, page: HomePage) -> None:
    for name, shelf in (("yours", page.yours), ("popular", page.popular)):
        if shelf is not None:
            note_list(page_request, name, [item.book.isbn for item in shelf.items])
    for other in page.shelves:
        note_list(page_request, other.kind, [item.book.isbn for item in other.items])


async def _visitor_page(page_request: PageRequest, snapshot: Snapshot) -> HomePage:
    front = page_request.front
    visit = await page_request.site.visits.of(snapshot, page_request.consent.actor)
    if page_request.consent.actor is not None:
        listed, reasons = visitor_shelf(snapshot, front, visit, SHELF_LENGTH)
        source = "visit" if visit.has_recent else "popular"
        popular = listed_shelf(page_request, source, listed, reasons)
    else:
        listed = popular_shelf(snapshot, front, SHELF_LENGTH)
        popular = listed_shelf(page_request, "popular", listed)
    works = {item.book.work_id for item in listed} | visit.dismissed
    shelf = new_shelf(front, await _newest_books.of(snapshot), works, visit)
    return HomePage(
        yours=None,
        popular=popular,
        shelves=[_context(page_request, shelf)] if shelf else [],
        catalogue_size=int(snapshot.meta.get("books", 0)),
    )


async def _reader_page(page_request: PageRequest, account: Account) -> HomePage:
    snapshot, lists = page_request.snapshot, page_request.site.lists
    history = await lists.history(snapshot, account)
    isbns = cookies.recent_isbns(page_request.request.cookies)
    known = books_by_isbn(snapshot, isbns)
    opened = [known[isbn] for isbn in isbns if isbn in known]
    visit = await page_request.site.visits.of(snapshot, page_request.consent.actor, history)
    recommended = await lists.recommend(snapshot, account, history, SHELF_LENGTH, opened, visit)
    segment = popular_segment(snapshot, known_age(snapshot, account, history))
    shelves = reader_shelves(
        snapshot,
        page_request.front,
        history,
        [item.book for item in recommended.items],
        opened,
        await _newest_books.of(snapshot),
        # Popular books are the reader's own list already when nothing else is known of them.
        segment if recommended.source != "popular" else "",
        visit,
    )
    return HomePage(
        yours=recommended_shelf(page_request, recommended),
        popular=None,
        shelves=[_context(page_request, shelf) for shelf in shelves],
        catalogue_size=int(snapshot.meta.get("books", 0)),
    )


def _context(page_request: PageRequest, shelf: HomeShelf) -> ShelfContext:
    items = [
        RankedCard(
            rank=rank,
            book=book_card(page_request, book),
            because=[reason_card(reason)] if (reason := shelf.reasons.get(book.book_id)) else [],
        )
        for rank, book in enumerate(shelf.books, start=1)
    ]
    similar_to = reason_card(shelf.reason) if shelf.reason else None
    return ShelfContext(shelf.kind, items, similar_to, shelf.segment)
