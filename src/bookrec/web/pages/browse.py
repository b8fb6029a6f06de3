"""Pages to look at: home, book; and the generated covers."""

from __future__ import annotations

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bookrec.web.accounts.accounts import Account
from bookrec.web.kit import cookies
from bookrec.web.kit.contexts import BookPage, HomePage, Reason
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.cards import book_card, listed_shelf, reason, recommended_shelf
from bookrec.web.recommendations.lists import popular_shelf, similar_shelf
from bookrec.web.recommendations.reasons import find_reasons
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import (
    CatalogueBook,
    books_by_isbn,
    description,
    editions,
)

SHELF_LENGTH: Final = 18
_SIMILAR: Final = 12
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
        description=description(page_request.snapshot, book),
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


def page_number(text: str) -> int:
    """Return the 1-based page number of a query; 1 for a text that is no number."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) <= 6 else 1
