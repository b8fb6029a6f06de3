"""The catalogue with its search, filters and facets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import ceil
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from msgspec.structs import replace

from bookrec.web.catalogue_search.facets import Facet, find_facets
from bookrec.web.catalogue_search.filters import FILTERS, PRICE_SORTS, SORTS, narrowed
from bookrec.web.catalogue_search.search import SearchQuery, SearchResult, search
from bookrec.web.contexts.catalogue import CataloguePage, FacetChoice, FacetOption
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.pages.browsing.addresses import list_address, read_query
from bookrec.web.pages.cards import PublicView, book_card
from bookrec.web.request.page_events import note_list, note_search
from bookrec.web.request.page_request import PageRequest

PAGE_SIZE: Final = 24


@get("/books")
async def catalogue(page_request: NamedDependency[PageRequest], request: AnyRequest) -> AnyResponse:
    """Search and browse the whole catalogue. A malformed filter is left out."""
    query, error = read_query(request.query_params, PAGE_SIZE)
    result, facets = await asyncio.to_thread(search_with_facets, page_request, query)
    page = catalogue_context(page_request, query, result, facets)
    if error:
        page = replace(page, error=error)
    if query.page == 1:
        note_search(page_request, query.q, result.total)
    note_list(
        page_request, "search" if query.q else "catalogue", [book.isbn for book in result.items]
    )
    return page_request.page("catalogue.html", page, cacheable=True, query=query.q)


def catalogue_context(
    view: PublicView, query: SearchQuery, result: SearchResult, facets: Sequence[Facet]
) -> CataloguePage:
    """Return a page of the catalogue."""
    return CataloguePage(
        items=[book_card(view, book) for book in result.items],
        total=result.total,
        page=query.page,
        page_size=PAGE_SIZE,
        pages=ceil(result.total / PAGE_SIZE),
        **{name: getattr(query, name) for name in FILTERS},
        currency=view.front.settings.currency,
        sort=query.sort,
        sorts=sorts_of(view),
        facets=[_choice(facet, query) for facet in facets],
        exact=result.exact,
        nearest=[book_card(view, book) for book in result.nearest],
    )


def sorts_of(view: PublicView) -> list[str]:
    """Return the orders of a list of books, those by price where the shop sells."""
    return [*SORTS, *(PRICE_SORTS if view.front.sells else ())]


async def list_books(page_request: PageRequest, query: SearchQuery) -> SearchResult:
    """Search in a worker thread, with the shop's prices and stock."""
    return await asyncio.to_thread(books_of, page_request, query)


def books_of(view: PublicView, query: SearchQuery) -> SearchResult:
    """Return the books of a search, with the shop's prices and stock; for a worker thread."""
    return search(view.snapshot, query, view.front.offer_table())


def search_with_facets(view: PublicView, query: SearchQuery) -> tuple[SearchResult, list[Facet]]:
    """Return the books of a search, and its facets where there are any; for a worker thread."""
    result = books_of(view, query)
    offers = view.front.offer_table()
    return result, find_facets(view.snapshot, query, offers) if result.total else []


def _choice(facet: Facet, query: SearchQuery) -> FacetChoice:
    """Values of a facet, each with the address of the list that it narrows."""
    return FacetChoice(
        facet.name,
        [
            FacetOption(
                value.text, value.count, list_address(narrowed(query, facet.name, value.text))
            )
            for value in facet.values
        ],
    )
