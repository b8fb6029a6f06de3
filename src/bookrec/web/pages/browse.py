"""Pages for browsing: home, catalogue, book; and the generated covers."""

from __future__ import annotations

import asyncio
from math import ceil
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bookrec.web.accounts.accounts import Account
from bookrec.web.kit import cookies
from bookrec.web.kit.contexts import BookPage, CataloguePage, HomePage, Reason
from bookrec.web.pages.cards import book_card, listed_shelf, reason, recommended_shelf
from bookrec.web.recommendations.reasons import find_reasons
from bookrec.web.request.page_request import AnyRequest, PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import (
    EVERYONE,
    CatalogueBook,
    books_by_isbn,
    editions,
    popular_books,
    similar_books,
)
from bookrec.web.store.search import SORTS, SearchQuery, search

SHELF_LENGTH: Final = 18
_SIMILAR: Final = 12
_PAGE_SIZE: Final = 24
_MOST_TEXT: Final = 200
_YEAR_S: Final = 365 * 86_400


@get("/")
async def home(page_request: NamedDependency[PageRequest]) -> Response[Any]:
    """Your shelf (signed in), what is popular, what you opened last."""
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
            page_request, "popular", popular_books(snapshot, EVERYONE, SHELF_LENGTH)
        ),
        recently_opened=[book_card(page_request, book) for book in recent],
        catalogue_size=int(snapshot.meta.get("books", 0)),
    )
    return page_request.page("home.html", page, cacheable=True)


@get("/books")
async def catalogue(
    page_request: NamedDependency[PageRequest], request: AnyRequest
) -> Response[Any]:
    """Search and browse the whole catalogue. What cannot be understood filters nothing."""
    asked = request.query_params
    text = {name: asked.get(name, "").strip()[:_MOST_TEXT] for name in ("q", "author", "publisher")}
    sort = asked.get("sort", "")
    year_from, bad_from = _year(asked.get("year_from", ""))
    year_to, bad_to = _year(asked.get("year_to", ""))
    query = SearchQuery(
        **text,
        year_from=year_from,
        year_to=year_to,
        sort=sort if sort in SORTS else ("relevance" if text["q"] else "popular"),
        page=page_number(asked.get("page", "")),
        page_size=_PAGE_SIZE,
    )
    found = await asyncio.to_thread(search, page_request.snapshot, query)
    page = CataloguePage(
        items=[book_card(page_request, book) for book in found.items],
        total=found.total,
        page=query.page,
        page_size=_PAGE_SIZE,
        pages=ceil(found.total / _PAGE_SIZE),
        **text,
        year_from=year_from,
        year_to=year_to,
        sort=query.sort,
        sorts=list(SORTS),
        error="bad_year" if bad_from or bad_to else None,
    )
    return page_request.page("catalogue.html", page, cacheable=True, query=text["q"])


@get("/books/{isbn:str}")
async def book_page(
    page_request: NamedDependency[PageRequest], isbn: FromPath[str]
) -> Response[Any]:
    """One book, what goes with it, its other editions, and the reader's own word on it."""
    book = require_book(page_request.snapshot, isbn)
    source, similar = similar_books(page_request.snapshot, book, _SIMILAR)
    my_rating, because = None, list[Reason]()
    if page_request.account is not None:
        my_rating, because = await _own_view(page_request, page_request.account, book)
        cookie = cookies.recent_cookie(
            page_request.request.cookies, isbn, secure=page_request.secure
        )
        if cookie:
            page_request.response_cookies.append(cookie)
    page = BookPage(
        book=book_card(page_request, book),
        similar=listed_shelf(page_request, source, similar),
        editions=[
            book_card(page_request, other) for other in editions(page_request.snapshot, book)
        ],
        my_rating=my_rating,
        because=because,
    )
    return page_request.page("book.html", page, cacheable=True)


async def _own_view(
    page_request: PageRequest, account: Account, book: CatalogueBook
) -> tuple[int | None, list[Reason]]:
    """The reader's rating of a book (0: theirs without one), or reasons to read it."""
    history = await page_request.site.lists.history(page_request.snapshot, account)
    own = history.books.get(book.book_id)
    if own is not None:
        return own.rating, []
    if book.work_id in history.works:
        return None, []
    reasons = find_reasons(page_request.snapshot, history, [book])
    return None, [reason(other) for other in reasons.get(book.book_id, [])]


@get("/covers/{file_name:str}")
async def cover(
    page_request: NamedDependency[PageRequest], file_name: FromPath[str]
) -> Response[bytes]:
    """The generated cover of a book, ``<isbn>.svg``."""
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
async def nothing_here(path: FromPath[str]) -> Response[Any]:
    """Any other address: a 404 page that knows who is signed in."""
    raise NotFoundException(f"There is no page {path}.")


def _year(text: str) -> tuple[int | None, bool]:
    """A year of a form field, None for an empty one; and whether it was not understood."""
    text = text.strip()
    if not text:
        return None, False
    if text.isascii() and text.isdecimal() and len(text) <= 4:
        return int(text), False
    return None, True


def page_number(text: str) -> int:
    """A 1-based page number of a query; 1 for anything that is none."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) <= 6 else 1
