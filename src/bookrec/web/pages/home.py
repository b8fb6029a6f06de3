"""The home page: the reader's list and shelves that differ from it, or popular and new books."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from bookrec.web.accounts.accounts import Account
from bookrec.web.contexts.books import RankedCard
from bookrec.web.contexts.home import HomePage
from bookrec.web.contexts.home import HomeShelf as ShelfContext
from bookrec.web.kit import cookies
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.cards import book_card, listed_shelf, reason_card, recommended_shelf
from bookrec.web.recommendations.diversity import step_of
from bookrec.web.recommendations.home_shelves import (
    HomeShelf,
    new_shelf,
    promoted_shelf,
)
from bookrec.web.recommendations.lists import (
    popular_shelf,
)
from bookrec.web.recommendations.reader_home import (
    SHELF_LENGTH,
    ReaderHome,
    list_length,
    newest_in,
    reader_home,
)
from bookrec.web.request.page_events import note_list
from bookrec.web.request.page_request import PageRequest
from bookrec.web.store.catalogue import books_by_isbn


@get("/")
async def home(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show a signed-in reader their shelves; a visitor, popular and new books."""
    snapshot = page_request.snapshot
    if page_request.account is not None:
        page = await _reader_page(page_request, page_request.account)
    else:
        promoted = promoted_shelf(snapshot, page_request.front, set())
        works = {book.work_id for book in promoted.books} if promoted else set()
        popular = popular_shelf(
            snapshot, page_request.front, SHELF_LENGTH, works, page_request.language
        )
        newest = await newest_in(snapshot, page_request.language)
        works |= {item.book.work_id for item in popular}
        shelf = new_shelf(snapshot, page_request.front, newest, works)
        page = HomePage(
            yours=None,
            popular=listed_shelf(page_request, "popular", popular),
            shelves=[_context(page_request, shelf)] if shelf else [],
            catalogue_size=int(snapshot.meta.get("books", 0)),
            promoted=_context(page_request, promoted) if promoted else None,
        )
    _note_shelves(page_request, page)
    return page_request.page("home.html", page, cacheable=True)


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
    length = list_length(page_request.front)
    recommended = await lists.recommend(snapshot, account, history, length, opened)
    newest = await newest_in(snapshot, page_request.language)
    front = page_request.front
    home = reader_home(snapshot, front, account, history, recommended, newest, opened)
    return home_page(page_request, account, home)


def home_page(page_request: PageRequest, account: Account, home: ReaderHome) -> HomePage:
    """Return the lists of a reader's home page for its template."""
    return HomePage(
        yours=recommended_shelf(page_request, home.recommended),
        popular=None,
        shelves=[_context(page_request, shelf) for shelf in home.shelves],
        catalogue_size=int(page_request.snapshot.meta.get("books", 0)),
        promoted=_context(page_request, home.promoted) if home.promoted else None,
        diversity=step_of(account, page_request.front.settings),
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
