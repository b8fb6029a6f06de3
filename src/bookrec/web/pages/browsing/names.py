"""Pages of the books under one name: of an author, a publisher, a series; and the new books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from math import ceil
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bookrec.search.suggestions import best_spelling
from bookrec.search.words import first_name_first
from bookrec.web.catalogue_search.filters import MOST_TEXT
from bookrec.web.catalogue_search.search import SearchQuery, SearchResult
from bookrec.web.contexts.catalogue import AuthorPage, NewBooksPage, PublisherPage, SeriesPage
from bookrec.web.kit.addresses import id_of_parameter
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.pages.browse import page_number
from bookrec.web.pages.browsing.catalogue import PAGE_SIZE, list_books, sorts_of
from bookrec.web.pages.cards import PublicView, book_card
from bookrec.web.request.page_events import note_list
from bookrec.web.request.page_request import PageRequest
from bookrec.web.store.catalogue import CatalogueBook, series_books, series_of_author
from bookrec.web.store.languages import codes_of_language

MOST_NEW: Final = 20
"""Pages of new books; beyond them lies the catalogue by year."""


@get("/authors/{name:str}")
async def author_page(
    page_request: NamedDependency[PageRequest], request: AnyRequest, name: FromPath[str]
) -> AnyResponse:
    """Show the books of an author, whose name may be in any spelling."""
    name = id_of_parameter(name)[:MOST_TEXT]
    query = _query(page_request, request, SearchQuery(by=name))
    result = await list_books(page_request, query)
    if not result.total:
        raise NotFoundException(f"There is no author {name}.")
    page = author_context(page_request, query, result)
    note_list(page_request, "catalogue", [book.isbn for book in result.items])
    return page_request.page("author.html", page, cacheable=True)


@get("/publishers/{name:str}")
async def publisher_page(
    page_request: NamedDependency[PageRequest], request: AnyRequest, name: FromPath[str]
) -> AnyResponse:
    """Show the books of a publisher, whose name may be in small or capital letters."""
    name = id_of_parameter(name)[:MOST_TEXT]
    query = _query(page_request, request, SearchQuery(publisher=name))
    result = await list_books(page_request, query) if name.strip() else None
    if result is None or not result.total:
        raise NotFoundException(f"There is no publisher {name}.")
    page = publisher_context(page_request, query, result)
    note_list(page_request, "catalogue", [book.isbn for book in result.items])
    return page_request.page("publisher.html", page, cacheable=True)


@get("/series/{name:str}")
async def series_page(
    page_request: NamedDependency[PageRequest], name: FromPath[str]
) -> AnyResponse:
    """Show the books of a series in their order."""
    name = id_of_parameter(name)[:MOST_TEXT]
    page = series_context(page_request, name)
    if page is None:
        raise NotFoundException(f"There is no series {name}.")
    return page_request.page("series.html", page, cacheable=True)


@get("/new")
async def new_page(page_request: NamedDependency[PageRequest], request: AnyRequest) -> AnyResponse:
    """Show the newest books up to this year, those in the page's language first."""
    number = page_number(request.query_params.get("page", ""))
    query = new_query(page_request, page_request.language, number)
    result = await list_books(page_request, query)
    page = new_context(page_request, query, result)
    note_list(page_request, "catalogue", [book.isbn for book in result.items])
    return page_request.page("new.html", page, cacheable=True)


def author_context(view: PublicView, query: SearchQuery, result: SearchResult) -> AuthorPage:
    """Return a page of an author's books."""
    return AuthorPage(
        name=_usual(result.items, lambda book: first_name_first(book.author)) or query.by,
        items=[book_card(view, book) for book in result.items],
        total=result.total,
        page=query.page,
        pages=ceil(result.total / PAGE_SIZE),
        sort=query.sort,
        sorts=_sorts(view),
        series=series_of_author(view.snapshot, query.by),
    )


def publisher_context(view: PublicView, query: SearchQuery, result: SearchResult) -> PublisherPage:
    """Return a page of a publisher's books."""
    return PublisherPage(
        name=_usual(result.items, lambda book: book.publisher) or query.publisher,
        items=[book_card(view, book) for book in result.items],
        total=result.total,
        page=query.page,
        pages=ceil(result.total / PAGE_SIZE),
        sort=query.sort,
        sorts=_sorts(view),
    )


def series_context(view: PublicView, name: str) -> SeriesPage | None:
    """Return the page of a series; None for an unknown one."""
    books = series_books(view.snapshot, name)
    if not books:
        return None
    return SeriesPage(
        name=_usual(books, lambda book: book.series),
        items=[book_card(view, book) for book in books],
    )


def new_context(view: PublicView, query: SearchQuery, result: SearchResult) -> NewBooksPage:
    """Return a page of the newest books."""
    return NewBooksPage(
        items=[book_card(view, book) for book in result.items],
        page=query.page,
        pages=min(MOST_NEW, ceil(result.total / PAGE_SIZE)),
    )


def new_query(view: PublicView, language: str, number: int) -> SearchQuery:
    """Return the search for a page of the newest books, those in a language first."""
    return SearchQuery(
        sort="newest",
        year_to=datetime.now(UTC).year,
        page=number,
        page_size=PAGE_SIZE,
        works=True,
        languages=codes_of_language(view.snapshot, language),
    )


def name_query(name: SearchQuery, sort: str, number: int) -> SearchQuery:
    """Return the search for a page of the works under a name (``by`` or ``publisher``)."""
    return SearchQuery(
        by=name.by,
        publisher=name.publisher,
        sort=sort,
        page=number,
        page_size=PAGE_SIZE,
        works=True,
    )


def _sorts(view: PublicView) -> list[str]:
    """Orders of a list without words."""
    return sorts_of(view)[1:]


def _query(page_request: PageRequest, request: AnyRequest, name: SearchQuery) -> SearchQuery:
    """Search for the works under a name, with order and page of the address."""
    sort = request.query_params.get("sort", "")
    number = page_number(request.query_params.get("page", ""))
    return name_query(name, sort if sort in _sorts(page_request) else "popular", number)


def _usual(books: Iterable[CatalogueBook], name: Callable[[CatalogueBook], str]) -> str:
    """Most read spelling of a name among books; '' without any."""
    spellings: Counter[str] = Counter()
    for book in books:
        spellings[name(book)] += book.reader_count
    return best_spelling(spellings) if spellings else ""
