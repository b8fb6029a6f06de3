"""The home page: the reader's list and shelves that differ from it, or popular and new books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from litestar import get
from litestar.di import NamedDependency

from bookrec.web.accounts.accounts import Account
from bookrec.web.kit import cookies
from bookrec.web.kit.contexts import HomePage, RankedCard
from bookrec.web.kit.contexts import HomeShelf as ShelfContext
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
    reader_shelves,
)
from bookrec.web.recommendations.lists import popular_segment, popular_shelf
from bookrec.web.recommendations.live_lists import known_age
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
        page = visitor_home(page_request, await _newest_books.of(snapshot))
    return page_request.page("home.html", page, cacheable=True)


def visitor_home(view: PublicView, newest: Sequence[ListedBook]) -> HomePage:
    """Return the home page of visitors: popular books, and the newest others."""
    popular = popular_shelf(view.snapshot, view.front, SHELF_LENGTH)
    shelf = new_shelf(view.front, newest, {item.book.work_id for item in popular})
    return HomePage(
        yours=None,
        popular=listed_shelf(view, "popular", popular),
        shelves=[_context(view, shelf)] if shelf else [],
        catalogue_size=int(view.snapshot.meta.get("books", 0)),
    )


async def _reader_page(page_request: PageRequest, account: Account) -> HomePage:
    snapshot, lists = page_request.snapshot, page_request.site.lists
    history = await lists.history(snapshot, account)
    isbns = cookies.recent_isbns(page_request.request.cookies)
    known = books_by_isbn(snapshot, isbns)
    opened = [known[isbn] for isbn in isbns if isbn in known]
    recommended = await lists.recommend(snapshot, account, history, SHELF_LENGTH, opened)
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
    )
    return HomePage(
        yours=recommended_shelf(page_request, recommended),
        popular=None,
        shelves=[_context(page_request, shelf) for shelf in shelves],
        catalogue_size=int(snapshot.meta.get("books", 0)),
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
