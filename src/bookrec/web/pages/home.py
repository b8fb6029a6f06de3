"""The home page: the reader's list and shelves that differ from it, or popular and new books."""

from __future__ import annotations

from collections.abc import Sequence

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
from bookrec.web.recommendations.diversity import step_of
from bookrec.web.recommendations.home_shelves import (
    HomeShelf,
    new_shelf,
    promoted_shelf,
)
from bookrec.web.recommendations.lists import (
    popular_shelf,
    visitor_shelf,
)
from bookrec.web.recommendations.reader_home import (
    SHELF_LENGTH,
    ReaderHome,
    list_length,
    newest_in,
    reader_home,
)
from bookrec.web.recommendations.visits import Visit
from bookrec.web.request.page_events import note_list
from bookrec.web.request.page_request import PageRequest
from bookrec.web.store.catalogue import ListedBook, books_by_isbn


@get("/")
async def home(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show a signed-in reader their shelves; a visitor, popular and new books."""
    if page_request.account is not None:
        page = await _reader_page(page_request, page_request.account)
    else:
        snapshot, actor = page_request.snapshot, page_request.consent.actor
        visit = await page_request.site.visits.of(snapshot, actor) if actor else None
        newest = await newest_in(snapshot, page_request.language)
        page = visitor_home(page_request, page_request.language, newest, visit)
    _note_shelves(page_request, page)
    return page_request.page("home.html", page, cacheable=True)


def visitor_home(
    view: PublicView, language: str, newest: Sequence[ListedBook], visit: Visit | None = None
) -> HomePage:
    """Return the home page of visitors: popular books, those in their language first, and new ones.

    Args:
        view: snapshot and shop.
        language: of the page.
        newest: newest books of the catalogue, see `newest_in`.
        visit: of a visitor who consented, which the lists follow; None for everyone else.
    """
    snapshot, front = view.snapshot, view.front
    promoted = promoted_shelf(snapshot, front, set(visit.dismissed) if visit is not None else set())
    works = {book.work_id for book in promoted.books} if promoted else set()
    if visit is None:
        listed = popular_shelf(snapshot, front, SHELF_LENGTH, works, language)
        popular = listed_shelf(view, "popular", listed)
    else:
        listed, because = visitor_shelf(snapshot, front, visit, SHELF_LENGTH, works, language)
        source = "visit" if visit.has_recent else "popular"
        popular = listed_shelf(view, source, listed, because)
        works |= visit.dismissed
    works |= {item.book.work_id for item in listed}
    shelf = new_shelf(snapshot, front, newest, works, visit)
    return HomePage(
        yours=None,
        popular=popular,
        shelves=[_context(view, shelf)] if shelf else [],
        catalogue_size=int(snapshot.meta.get("books", 0)),
        promoted=_context(view, promoted) if promoted else None,
    )


def _note_shelves(page_request: PageRequest, page: HomePage) -> None:
    for name, shelf in (("yours", page.yours), ("popular", page.popular)):
        if shelf is not None:
            isbns = [item.book.isbn for item in shelf.items]
            note_list(page_request, name, isbns, [item.team for item in shelf.items])
    for other in (*([page.promoted] if page.promoted else []), *page.shelves):
        note_list(page_request, other.kind, [item.book.isbn for item in other.items])


async def _reader_page(page_request: PageRequest, account: Account) -> HomePage:
    snapshot, lists = page_request.snapshot, page_request.site.lists
    history = await lists.history(snapshot, account)
    isbns = cookies.recent_isbns(page_request.request.cookies)
    known = books_by_isbn(snapshot, isbns)
    opened = [known[isbn] for isbn in isbns if isbn in known]
    visit = await page_request.site.visits.of(snapshot, page_request.consent.actor, history)
    length = list_length(page_request.front)
    recommended = await lists.recommend(snapshot, account, history, length, opened, visit)
    newest = await newest_in(snapshot, page_request.language)
    front = page_request.front
    home = reader_home(snapshot, front, account, history, recommended, newest, opened, visit)
    return home_page(page_request, account, home)


def home_page(page_request: PageRequest, account: Account, home: ReaderHome) -> HomePage:
    """Return the lists of a reader's home page for its template."""
    return HomePage(
        yours=recommended_shelf(page_request, home.recommended),
        popular=None,
        shelves=[_context(page_request, shelf) for shelf in home.shelves],
        catalogue_size=int(page_request.snapshot.meta.get("books", 0)),
        promoted=_context(page_request, home.promoted) if home.promoted else None,
        diversity=step_of(account, page_request.front.settings_for(account.user_id)),
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
