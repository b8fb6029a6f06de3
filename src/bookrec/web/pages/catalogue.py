"""Pages of many books: the catalogue with its search and facets, an author's books, a series."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final
from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec.structs import asdict, replace

from bookrec.search.suggestions import best_spelling
from bookrec.search.words import first_name_first
from bookrec.web.catalogue_search.facets import RATINGS, Facet, find_facets
from bookrec.web.catalogue_search.search import SORTS, SearchQuery, SearchResult, search
from bookrec.web.kit.addresses import id_of_parameter
from bookrec.web.kit.contexts import (
    AuthorPage,
    CataloguePage,
    FacetChoice,
    FacetOption,
    SeriesPage,
)
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.pages.browse import page_number
from bookrec.web.pages.cards import PublicView, book_card
from bookrec.web.request.page_request import PageRequest
from bookrec.web.store.catalogue import CatalogueBook, series_books, series_of_author
from bookrec.web.store.snapshot_reader import Snapshot

PAGE_SIZE: Final = 24
_MOST_TEXT: Final = 200
_TEXTS: Final = ("q", "author", "publisher", "by", "category", "language")
_FILTERS: Final = (*_TEXTS, "year_from", "year_to", "rating_from")
"""Fields of the address, in its order; ``sort`` and ``page`` follow."""


@get("/books")
async def catalogue(page_request: NamedDependency[PageRequest], request: AnyRequest) -> AnyResponse:
    """Search and browse the whole catalogue. A malformed filter is left out."""
    fields = request.query_params
    query, malformed = _read_query(fields)
    result = await asyncio.to_thread(search, page_request.snapshot, query)
    facets = await asyncio.to_thread(list_facets, page_request.snapshot, query, result)
    page = catalogue_context(page_request, query, result, facets)
    if malformed:
        page = replace(page, error="bad_year")
    return page_request.page("catalogue.html", page, cacheable=True, query=query.q)


def list_facets(snapshot: Snapshot, query: SearchQuery, result: SearchResult) -> list[Facet]:
    """Return the facets of a search that has hits; call it in a worker thread."""
    return find_facets(snapshot, query) if result.total else []


def catalogue_context(
    view: PublicView, query: SearchQuery, result: SearchResult, facets: Sequence[Facet]
) -> CataloguePage:
    """Return a page of the catalogue."""
    texts = {name: getattr(query, name) for name in _FILTERS}
    return CataloguePage(
        items=[book_card(view, book) for book in result.items],
        total=result.total,
        page=query.page,
        page_size=PAGE_SIZE,
        pages=ceil(result.total / PAGE_SIZE),
        **texts,
        sort=query.sort,
        sorts=list(SORTS),
        facets=[_choice(facet, query) for facet in facets],
        exact=result.exact,
        nearest=[book_card(view, book) for book in result.nearest],
    )


@get("/authors/{name:str}")
async def author_page(
    page_request: NamedDependency[PageRequest], request: AnyRequest, name: FromPath[str]
) -> AnyResponse:
    """Show the books of an author, whose name may be in any spelling."""
    name = id_of_parameter(name)[:_MOST_TEXT]
    sort = request.query_params.get("sort", "")
    number = page_number(request.query_params.get("page", ""))
    query = author_query(name, sort, number)
    result = await asyncio.to_thread(search, page_request.snapshot, query)
    if not result.total:
        raise NotFoundException(f"There is no author {name}.")
    page = author_context(page_request, query, result)
    return page_request.page("author.html", page, cacheable=True)


def author_query(name: str, sort: str, number: int) -> SearchQuery:
    """Return the search for a page of an author's books, numbered from 1."""
    return SearchQuery(
        by=name,
        sort=sort if sort in SORTS[1:] else "popular",
        page=number,
        page_size=PAGE_SIZE,
    )


def author_context(view: PublicView, query: SearchQuery, result: SearchResult) -> AuthorPage:
    """Return a page of an author's books."""
    return AuthorPage(
        name=_usual_name(result.items, query.by),
        items=[book_card(view, book) for book in result.items],
        total=result.total,
        page=query.page,
        pages=ceil(result.total / PAGE_SIZE),
        sort=query.sort,
        sorts=list(SORTS[1:]),
        series=series_of_author(view.snapshot, query.by),
    )


@get("/series/{name:str}")
async def series_page(
    page_request: NamedDependency[PageRequest], name: FromPath[str]
) -> AnyResponse:
    """Show the books of a series in their order."""
    name = id_of_parameter(name)[:_MOST_TEXT]
    page = series_context(page_request, name)
    if page is None:
        raise NotFoundException(f"There is no series {name}.")
    return page_request.page("series.html", page, cacheable=True)


def series_context(view: PublicView, name: str) -> SeriesPage | None:
    """Return the page of a series; None for an unknown one."""
    books = series_books(view.snapshot, name)
    if not books:
        return None
    spellings: Counter[str] = Counter()
    for book in books:
        spellings[book.series] += book.reader_count
    return SeriesPage(
        name=best_spelling(spellings), items=[book_card(view, book) for book in books]
    )


def _usual_name(books: list[CatalogueBook], name: str) -> str:
    """Most read spelling of an author's name among books; as it was asked for without any."""
    spellings: Counter[str] = Counter()
    for book in books:
        spellings[first_name_first(book.author)] += book.reader_count
    return best_spelling(spellings) if spellings else name


def _read_query(fields: Mapping[str, str]) -> tuple[SearchQuery, bool]:
    """Search that an address asks for, and whether a year or rating in it is malformed."""
    texts = {name: fields.get(name, "").strip()[:_MOST_TEXT] for name in _TEXTS}
    sort = fields.get("sort", "")
    year_from, bad_from = _number(fields.get("year_from", ""))
    year_to, bad_to = _number(fields.get("year_to", ""))
    rating_from, _ = _number(fields.get("rating_from", ""))
    query = SearchQuery(
        **texts,
        year_from=year_from,
        year_to=year_to,
        rating_from=rating_from if rating_from in RATINGS else None,
        sort=sort if sort in SORTS else ("relevance" if texts["q"] else "popular"),
        page=page_number(fields.get("page", "")),
        page_size=PAGE_SIZE,
    )
    return query, bad_from or bad_to


def _choice(facet: Facet, query: SearchQuery) -> FacetChoice:
    """Values of a facet, each with the address of the list that it narrows."""
    return FacetChoice(
        facet.name,
        [
            FacetOption(value.text, value.count, _address(_narrowed(query, facet.name, value.text)))
            for value in facet.values
        ],
    )


def _narrowed(query: SearchQuery, facet: str, value: str) -> SearchQuery:
    if facet == "decade":
        return replace(query, year_from=int(value), year_to=int(value) + 9)
    if facet == "rating":
        return replace(query, rating_from=int(value))
    return replace(query, **{facet: value})


def _address(query: SearchQuery) -> str:
    """Address of a list: its filters in one order, without empty ones, then its sort."""
    values = asdict(query)
    fields = [
        (name, values[name]) for name in (*_FILTERS, "sort") if values[name] not in ("", None)
    ]
    return f"/books?{urlencode(fields)}"


def _number(text: str) -> tuple[int | None, bool]:
    """Year or rating in a form field (None when empty), and whether the field is malformed."""
    text = text.strip()
    if not text:
        return None, False
    if text.isascii() and text.isdecimal() and len(text) <= 4:
        return int(text), False
    return None, True
