"""Pages to look at: book; and the generated covers."""

from __future__ import annotations

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec.structs import replace

from bookrec.web.contexts.book import BookPage
from bookrec.web.contexts.shell import TitleLink
from bookrec.web.kit import cookies
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.cards import PublicView, book_card, listed_shelf, reason_card
from bookrec.web.recommendations.lists import pass_chain, similar_shelf
from bookrec.web.recommendations.reasons import find_reasons
from bookrec.web.recommendations.series import series_place
from bookrec.web.recommendations.visits import Visit
from bookrec.web.request.page_events import note_list, note_view
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.selling.stock_rule import buyable_first
from bookrec.web.store.book_ratings import near_ratings, rating_counts
from bookrec.web.store.catalogue import (
    CatalogueBook,
    books_by_author,
    description,
    editions,
    series_books,
)
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.rejections import NONE

_SIMILAR: Final = 12
_MOST_BY_AUTHOR: Final = 100
"""Books of an author that are looked at: a reader may have many of them."""
_BY_AUTHOR: Final = 6
_YEAR_S: Final = 365 * 86_400


@get("/books/{isbn:str}")
async def book_page(page_request: NamedDependency[PageRequest], isbn: FromPath[str]) -> AnyResponse:
    """Show one book, its neighbours, its author's other books, its ratings and editions.

    The shelves of a signed-in reader have no book that they have or dismissed.
    """
    snapshot = page_request.snapshot
    book = require_book(snapshot, isbn)
    history = await _history(page_request, book)
    visit = await page_request.site.visits.of(snapshot, page_request.consent.actor, history)
    page = book_context(page_request, book, history, visit)
    if page_request.front.waits_for(page_request.cart_owner, book.isbn):
        page = replace(page, waiting=True)
    view_id = note_view(page_request, book.isbn)
    note_list(page_request, "similar", [place.book.isbn for place in page.similar.items])
    note_list(page_request, "by_author", [card.isbn for card in page.by_author])
    return page_request.page("book.html", page, cacheable=True, view_id=view_id)


def book_context(
    view: PublicView,
    book: CatalogueBook,
    history: ReaderHistory | None,
    visit: Visit | None = None,
) -> BookPage:
    """Return the page of a book, for a reader or for visitors; its shelves follow the visit."""
    snapshot, front = view.snapshot, view.front
    rejections = history.rejections if history else NONE
    works = (history.hidden_works if history else set()) | {book.work_id}
    if visit is not None:
        works |= visit.dismissed
    source, similar = similar_shelf(
        snapshot, front, book, _SIMILAR, works, visit, rejections, sink=True
    )
    works |= {item.book.work_id for item in similar}
    authored = books_by_author(snapshot, book.author, _MOST_BY_AUTHOR)
    by_author = pass_chain(snapshot, front, authored, works, _BY_AUTHOR, visit)
    reasons = find_reasons(snapshot, history, [book]) if history else {}
    kept = history is not None and book.work_id in history.kept_works
    near = near_ratings(snapshot, history, book) if history and not kept else None
    seen = history.books.get(book.book_id) if history else None
    first, following = _series_neighbours(view, book)
    return BookPage(
        book=book_card(view, book),
        similar=listed_shelf(view, source, similar),
        editions=[book_card(view, edition) for edition in _editions(view, book)],
        my_rating=seen.rating if seen else None,
        my_shelf=history.shelf_of(book.book_id) if history else None,
        because=[] if kept else [reason_card(r) for r in reasons.get(book.book_id, [])],
        by_author=[book_card(view, item.book) for item in by_author],
        ratings=rating_counts(snapshot, book),
        near_readers=near.readers if near else 0,
        near_pleased=near.pleased if near else 0,
        series_first=first,
        series_next=following,
        description=description(snapshot, book),
    )


def _series_neighbours(
    view: PublicView, book: CatalogueBook
) -> tuple[TitleLink | None, TitleLink | None]:
    """First volume of a book's series if this is a later one, and the volume after this one."""
    place = series_place(book)
    if place is None:
        return None, None
    volumes = [
        (other.number, volume)
        for volume in series_books(view.snapshot, book.series)
        if (other := series_place(volume)) and volume.work_id != book.work_id
    ]
    first = next((v for number, v in volumes if number < place.number), None)
    following = next((v for number, v in volumes if number > place.number), None)
    links = [TitleLink(v.isbn, v.title) if v else None for v in (first, following)]
    return links[0], links[1]


def _editions(view: PublicView, book: CatalogueBook) -> list[CatalogueBook]:
    """Editions of a book's work, those in stock first; [] where there is only one."""
    others = editions(view.snapshot, book)
    together = sorted([book, *others], key=lambda b: (-b.reader_count, b.book_id))
    return buyable_first(view.front, together) if others else []


async def _history(page_request: PageRequest, opened: CatalogueBook) -> ReaderHistory | None:
    """Return the books of the signed-in reader, who has opened one; None for a visitor."""
    if page_request.account is None:
        return None
    page_request.response_cookies.append(
        cookies.recent_cookie(page_request.request.cookies, opened.isbn, secure=page_request.secure)
    )
    return await page_request.site.lists.history(page_request.snapshot, page_request.account)


@get("/covers/{file_name:str}")
async def cover(
    page_request: NamedDependency[PageRequest], file_name: FromPath[str]
) -> Response[bytes]:
    """Draw the generated cover of a book, ``<isbn>.svg``."""
    isbn, dot, extension = file_name.rpartition(".")
    if not dot or extension != "svg":
        raise NotFoundException("A cover's address ends in .svg.")
    book = require_book(page_request.snapshot, isbn)
    return Response(
        page_request.site.renderer.cover(book.title, book.author).encode(),
        media_type="image/svg+xml",
        headers={"cache-control": f"public, max-age={_YEAR_S}, immutable"},
    )


@get("/{path:path}")
async def nothing_here(path: FromPath[str]) -> AnyResponse:
    """Answer any other address with a 404 page that knows who is signed in."""
    raise NotFoundException(f"There is no page {path}.")


def page_number(text: str) -> int:
    """Return the 1-based page number of a query; 1 for a text that is no number."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) <= 6 else 1
