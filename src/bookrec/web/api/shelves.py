"""JSON API of a reader's own shelves: books to read, books not for them, books they own."""

from __future__ import annotations

from typing import Final

from litestar import Response, delete, get, put
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from bookrec.web.accounts.accounts import Account
from bookrec.web.api.parameters import Page, PageSize
from bookrec.web.api.schemas import (
    OwnBook,
    OwnRating,
    ShelvedBook,
    ShelvedBooks,
    own_rating,
    shelved_book,
)
from bookrec.web.request.page_request import private
from bookrec.web.request.problems import require_book
from bookrec.web.request.site import Site
from bookrec.web.selling.front import ShopFront
from bookrec.web.store import reader_history
from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.reader_history import DISMISSED, WANT
from bookrec.web.store.snapshot_reader import Snapshot


@get("/me/want", summary="Books to read", tags=["me"])
async def list_wanted(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    page: Page = 1,
    page_size: PageSize = 24,
) -> Response[ShelvedBooks]:
    """Get the books that the reader wants to read, the latest first; seen ones are left out."""
    history = await site.lists.history(snapshot, account)
    return _shelf(snapshot, site.fronts.current(), history.wanted, page, page_size)


@put("/me/want/{isbn:str}", summary="Want to read", tags=["me"])
async def want(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
) -> Response[ShelvedBook]:
    """Put a book on the shelf of books to read. 409: an edition of it is among the seen books."""
    book = require_book(snapshot, isbn)
    await site.actions.shelve(snapshot, account, book, WANT)
    history = await site.lists.history(snapshot, account)
    if book.book_id not in history.wanted:
        raise HTTPException(
            status_code=409,
            detail="The reader has this book already; delete its rating first.",
        )
    return _shelved(site, book, history.wanted)


@delete("/me/want/{isbn:str}", summary="No longer want to read", tags=["me"])
async def unwant(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
) -> None:
    """Take a book off the shelf of books to read."""
    await site.actions.unshelve(snapshot, account, require_book(snapshot, isbn), WANT)


@get("/me/dismissed", summary="Dismissed books", tags=["me"])
async def list_dismissed(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    page: Page = 1,
    page_size: PageSize = 24,
) -> Response[ShelvedBooks]:
    """Get the books that are not for the reader, the latest first."""
    history = await site.lists.history(snapshot, account)
    return _shelf(snapshot, site.fronts.current(), history.dismissed, page, page_size)


@put("/me/dismissed/{isbn:str}", summary="Not for me", tags=["me"])
async def dismiss(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
) -> Response[ShelvedBook]:
    """Dismiss a book: no list of the reader shows any edition of it."""
    book = require_book(snapshot, isbn)
    await site.actions.shelve(snapshot, account, book, DISMISSED)
    history = await site.lists.history(snapshot, account)
    return _shelved(site, book, history.dismissed)


@delete("/me/dismissed/{isbn:str}", summary="Undo a dismissal", tags=["me"])
async def undismiss(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
) -> None:
    """Let the lists show a dismissed book again."""
    await site.actions.unshelve(snapshot, account, require_book(snapshot, isbn), DISMISSED)


@get("/me/books/{isbn:str}", summary="Own state of a book", tags=["me"])
async def own_book(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
) -> Response[OwnBook]:
    """Get what the reader did with a book: seen, rated, shelved."""
    book = require_book(snapshot, isbn)
    history = await site.lists.history(snapshot, account)
    seen = history.books.get(book.book_id)
    answer = OwnBook(
        isbn=book.isbn,
        seen=seen is not None,
        rating=seen.rating or None if seen else None,
        shelf=history.shelf_of(book.book_id),
    )
    return Response(answer, headers=private())


@put("/me/owned/{isbn:str}", summary="Own a book", tags=["me"])
async def own(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
) -> Response[OwnRating]:
    """Put a book among the seen books without a rating; a rating that is there stays.

    ``DELETE /me/ratings/{isbn}`` removes it.
    """
    book = require_book(snapshot, isbn)
    await site.actions.own(snapshot, account, book)
    seen = (await site.lists.history(snapshot, account)).books[book.book_id]
    return Response(own_rating(book, seen, site.fronts.current()), headers=private())


def _shelved(
    site: Site, book: CatalogueBook, shelf: dict[int, reader_history.ShelvedBook]
) -> Response[ShelvedBook]:
    answer = shelved_book(book, shelf[book.book_id], site.fronts.current())
    return Response(answer, headers=private())


def _shelf(
    snapshot: Snapshot,
    front: ShopFront,
    shelved: dict[int, reader_history.ShelvedBook],
    page: int,
    page_size: int,
) -> Response[ShelvedBooks]:
    shown = list(shelved.values())[(page - 1) * page_size : page * page_size]
    books = books_by_id(snapshot, [book.book_id for book in shown])
    items = [shelved_book(books[book.book_id], book, front) for book in shown]
    return Response(ShelvedBooks(items, len(shelved), page, page_size), headers=private())


HANDLERS: Final[list[ControllerRouterHandler]] = [
    list_wanted,
    want,
    unwant,
    list_dismissed,
    dismiss,
    undismiss,
    own_book,
    own,
]
