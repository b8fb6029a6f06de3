"""Pages to browse: home, catalogue, book; and the generated covers."""

from __future__ import annotations

import asyncio
from math import ceil
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bookrec.web.accounts.accounts import Account
from bookrec.web.kit import cookies
from bookrec.web.kit.contexts import BookPage, CataloguePage, HomePage, Reason
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.pages.cards import book_card, listed_shelf, reason, recommended_shelf
from bookrec.web.recommendations.lists import popular_shelf, similar_shelf
from bookrec.web.recommendations.reasons import find_reasons
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import (
    CatalogueBook,
    books_by_isbn,
    editions,
)
from bookrec.web.store.search import SORTS, SearchQuery, search

SHELF_LENGTH: Final = 18
_SIMILAR: Final = 12
_PAGE_SIZE: Final = 24
_MOST_TEXT: Final = 200
_YEAR_S: Final = 365 * 86_400


@get("/")
async def home(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the reader's shelf and recently opened books (signed in), and popular books."""
    snapshot = page_request.snapshot
    yours = None
    recent: list[CatalogueBook] = []
    if page_request.account is not None:
        history = await page_request.site.lists.history(snapshot, page_request.account)
        recommended = await page_request.site.lists.recommend(
            snapshot, page_request.account, history, SHELF_LENGTH
        )
        yours = recommended_shelf(page_request, recommended)
        isbns = cookies.recent_isbns(page_request.request.cookies)
        known = books_by_isbn(snapshot, isbns)
        recent = [known[isbn] for isbn in isbns if isbn in known]
    page = HomePage(
        yours=yours,
        popular=listed_shelf(
            page_request, "popular", popular_shelf(snapshot, page_request.front, SHELF_LENGTH)
        ),
        recently_opened=[book_card(page_request, book) for book in recent],
        catalogue_size=int(snapshot.meta.get("books", 0)),
    )
    return page_request.page("home.html", page, cacheable=True)


@get("/books")
async def catalogue(page_request: NamedDependency[PageRequest], request: AnyRequest) -> AnyResponse:
    """Search and browse the whole catalogue. A malformed filter is left out."""
    fields = request.query_params
    text = {
        name: fields.get(name, "").strip()[:_MOST_TEXT] for name in ("q", "author", "publisher")
    }
    sort = fields.get("sort", "")
    year_from, bad_from = _year(fields.get("year_from", ""))
    year_to, bad_to = _year(fields.get("year_to", ""))
    query = SearchQuery(
        **text,
        year_from=year_from,
        year_to=year_to,
        sort=sort if sort in SORTS else ("relevance" if text["q"] else "popular"),
        page=page_number(fields.get("page", "")),
        page_size=_PAGE_SIZE,
    )
    result = await asyncio.to_thread(search, page_request.snapshot, query)
    page = CataloguePage(
        items=[book_card(page_request, book) for book in result.items],
        total=result.total,
        page=query.page,
        page_size=_PAGE_SIZE,
        pages=ceil(result.total / _PAGE_SIZE),
        **text,
        year_from=year_from,
        year_to=year_to,
        sort=query.sort,
        sorts=list(SORTS),
        error="bad_year" if bad_from or bad_to else None,
    )
    return page_request.page("catalogue.html", page, cacheable=True, query=text["q"])


@get("/books/{isbn:str}")
async def book_page(page_request: NamedDependency[PageRequest], isbn: FromPath[str]) -> AnyResponse:
    """Show one book, similar books, its other editions, and the reader's rating of it."""
    book = require_book(page_request.snapshot, isbn)
    front = page_request.front
    source, similar = similar_shelf(page_request.snapshot, front, book, _SIMILAR)
    my_rating, because = None, list[Reason]()
    if page_request.account is not None:
        my_rating, because = await _rating_or_reasons(page_request, page_request.account, book)
        page_request.response_cookies.append(
            cookies.recent_cookie(
                page_request.request.cookies, book.isbn, secure=page_request.secure
            )
        )
    page = BookPage(
        book=book_card(page_request, book),
        similar=listed_shelf(page_request, source, similar),
        editions=[
            book_card(page_request, other) for other in editions(page_request.snapshot, book)
        ],
        my_rating=my_rating,
        because=because,
        waiting=front.waits_for(page_request.cart_owner, book.isbn),
    )
    return page_request.page("book.html", page, cacheable=True)


async def _rating_or_reasons(
    page_request: PageRequest, account: Account, book: CatalogueBook
) -> tuple[int | None, list[Reason]]:
    """The reader's rating of a book (0: seen without a rating), or reasons to read it."""
    history = await page_request.site.lists.history(page_request.snapshot, account)
    seen = history.books.get(book.book_id)
    if seen is not None:
        return seen.rating, []
    if book.work_id in history.works:
        return None, []
    reasons = find_reasons(page_request.snapshot, history, [book])
    return None, [reason(other) for other in reasons.get(book.book_id, [])]


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


def _year(text: str) -> tuple[int | None, bool]:
    """Year in a form field (None when empty), and whether the field is malformed."""
    text = text.strip()
    if not text:
        return None, False
    if text.isascii() and text.isdecimal() and len(text) <= 4:
        return int(text), False
    return None, True


def page_number(text: str) -> int:
    """Return the 1-based page number of a query; 1 for a text that is no number."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) <= 6 else 1
