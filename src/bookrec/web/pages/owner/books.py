"""The owner's pages of books: find one, correct it, add one, promote it."""

from __future__ import annotations

import asyncio
from typing import Final

from litestar import get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.errors import ShopError
from bookrec.shop.owner.corrections import (
    FIELDS,
    BookCorrection,
    FieldRefused,
    new_book_id,
    remove_correction,
)
from bookrec.shop.owner.promotions import MOST, end_promotion, promote
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.contexts.books import BookCard
from bookrec.web.kit.addresses import id_in_path
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.owner.edit_book import (
    catalogue_texts,
    correction_of,
    field_texts,
    offer_texts,
    store_book,
)
from bookrec.web.pages.account import text
from bookrec.web.pages.cards import book_card
from bookrec.web.pages.owner.contexts import BooksPage, EditBookPage
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import (
    CatalogueBook,
    books_by_isbn,
    catalogue_row,
    cosine_neighbours,
    description,
    find_book,
)

_HITS: Final = 12
_CO_LIKED: Final = 10
_MOST_TEXT: Final = 200
_OPERATOR: Final = {"operator": True}


@get("/owner/books", opt=_OPERATOR)
async def books_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Search a book to change; list the promoted, corrected and added ones."""
    q = page_request.request.query_params.get("q", "").strip()[:_MOST_TEXT]
    hits: list[CatalogueBook] = []
    if q:
        query = SearchQuery(q=q, page_size=_HITS)
        result = await asyncio.to_thread(search, page_request.snapshot, query)
        hits = result.items or result.nearest
    corrections = page_request.front.corrections
    page = BooksPage(
        q=q,
        hits=[book_card(page_request, book) for book in hits],
        promoted=_cards(page_request, page_request.front.promoted),
        corrected=_cards(page_request, [i for i, c in corrections.items() if not c.added]),
        added=_cards(page_request, [i for i, c in corrections.items() if c.added]),
        most_promoted=MOST,
    )
    return page_request.page("owner/books.html", page)


def _cards(page_request: PageRequest, isbns: list[str] | tuple[str, ...]) -> list[BookCard]:
    books = books_by_isbn(page_request.snapshot, isbns)
    return [book_card(page_request, books[isbn]) for isbn in isbns if isbn in books]


@get("/owner/book", opt=_OPERATOR)
async def book_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show a book's fields, price, stock and promotion in forms."""
    isbn = page_request.request.query_params.get("isbn", "")
    return await _page(page_request, require_book(page_request.snapshot, isbn))


@post("/owner/book", opt=_OPERATOR)
async def change_book(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Correct a book, take its correction back, promote it or end its promotion."""
    form = await page_request.request.form()
    book = require_book(page_request.snapshot, text(form, "isbn"))
    database, action = page_request.site.database, text(form, "action")
    to = f"/owner/book?isbn={id_in_path(book.isbn)}"
    if action == "promote":
        try:
            await database.work(lambda c: promote(c, book.isbn))
        except ShopError:
            return await _page(page_request, book, refused="promotion")
        return page_request.redirect(to, "promoted")
    if action == "end_promotion":
        await database.work(lambda c: end_promotion(c, book.isbn))
        return page_request.redirect(to, "promotion_ended")
    if action == "remove":
        await database.work(lambda c: remove_correction(c, book.isbn))
        left = catalogue_row(page_request.snapshot, book.isbn) is not None
        return page_request.redirect(to if left else "/owner/books", "correction_removed")
    typed = _typed(form)
    try:
        catalogue = catalogue_texts(page_request.snapshot, book.isbn)
        correction = correction_of(book.isbn, typed, catalogue, added=not catalogue)
        price, stock = text(form, "price"), text(form, "stock")
        await database.work(lambda c: store_book(c, correction, price, stock))
    except FieldRefused as refused:
        return await _page(page_request, book, typed, refused.field)
    return page_request.redirect(to, "book_saved")


@get("/owner/book/new", opt=_OPERATOR)
async def new_book_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the empty form for a book that the catalogue lacks."""
    return _new_page(page_request, dict.fromkeys((*FIELDS, "isbn", "price", "stock"), ""))


@post("/owner/book/new", opt=_OPERATOR)
async def add_book(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Add a book; one that the catalogue has is opened instead."""
    form = await page_request.request.form()
    typed = _typed(form) | {name: text(form, name) for name in ("isbn", "price", "stock")}
    try:
        isbn = new_book_id(typed["isbn"])
        if (known := find_book(page_request.snapshot, isbn)) is not None:
            return page_request.redirect(f"/owner/book?isbn={id_in_path(known.isbn)}", "book_known")
        correction = correction_of(isbn, typed, {}, added=True)
        await page_request.site.database.work(
            lambda c: store_book(c, correction, typed["price"], typed["stock"])
        )
    except FieldRefused as refused:
        return _new_page(page_request, typed, refused.field)
    return page_request.redirect(f"/owner/book?isbn={id_in_path(isbn)}", "book_added")


def _typed(form: FormMultiDict) -> dict[str, str]:
    return {name: text(form, name) for name in FIELDS}


async def _page(
    page_request: PageRequest,
    book: CatalogueBook,
    typed: dict[str, str] | None = None,
    refused: str = "",
) -> AnyResponse:
    front, snapshot = page_request.front, page_request.snapshot
    currency = front.settings.currency
    price, stock = await page_request.site.database.read(
        lambda c: offer_texts(c, book.isbn, currency)
    )
    correction = front.corrections.get(book.isbn, BookCorrection(book.isbn))
    page = EditBookPage(
        isbn=book.isbn,
        new=False,
        book=book_card(page_request, book),
        fields=typed or field_texts(book, description(snapshot, book)),
        catalogue=catalogue_texts(page_request.snapshot, book.isbn),
        corrected=not correction.empty,
        added=correction.added,
        promoted=book.isbn in front.promoted,
        sells=front.sells,
        price=price,
        stock=stock,
        currency=currency,
        refused=refused,
        co_liked=[
            book_card(page_request, listed.book)
            for listed in cosine_neighbours(snapshot, [book.isbn], _CO_LIKED)[book.isbn]
        ],
    )
    status = 400 if refused else 200
    return page_request.page("owner/book.html", page, status=status)


def _new_page(page_request: PageRequest, typed: dict[str, str], refused: str = "") -> AnyResponse:
    page = EditBookPage(
        isbn=typed["isbn"],
        new=True,
        book=None,
        fields=typed,
        catalogue={},
        corrected=False,
        added=False,
        promoted=False,
        sells=page_request.front.sells,
        price=typed["price"],
        stock=typed["stock"],
        currency=page_request.front.settings.currency,
        refused=refused,
    )
    return page_request.page("owner/book.html", page, status=400 if refused else 200)


HANDLERS: Final[list[ControllerRouterHandler]] = [
    books_page,
    book_page,
    change_book,
    new_book_page,
    add_book,
]
