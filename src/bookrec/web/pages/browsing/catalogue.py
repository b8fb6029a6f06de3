"""The catalogue with its search, filters and facets."""

from __future__ import annotations

import asyncio
from math import ceil
from typing import Final

from litestar import get
from litestar.di import NamedDependency

from bookrec.web.catalogue_search.facets import Facet, find_facets
from bookrec.web.catalogue_search.search import (
    PRICE_SORTS,
    SORTS,
    SearchQuery,
    SearchResult,
    search,
)
from bookrec.web.contexts.catalogue import CataloguePage, FacetChoice, FacetOption
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.pages.browsing.addresses import FILTERS, list_address, narrowed, read_query
from bookrec.web.pages.cards import book_card
from bookrec.web.request.page_events import note_list, note_search
from bookrec.web.request.page_request import PageRequest

PAGE_SIZE: Final = 24


@get("/books")
async def catalogue(page_request: NamedDependency[PageRequest], request: AnyRequest) -> AnyResponse:
    """Search and browse the whole catalogue. A malformed filter is left out."""
    query, error = read_query(request.query_params, PAGE_SIZE)
    result, facets = await asyncio.to_thread(_search, page_request, query)
    page = CataloguePage(
        items=[book_card(page_request, book) for book in result.items],
        total=result.total,
        page=query.page,
        page_size=PAGE_SIZE,
        pages=ceil(result.total / PAGE_SIZE),
        **{name: getattr(query, name) for name in FILTERS},
        currency=page_request.front.settings.currency,
        sort=query.sort,
        sorts=sorts_of(page_request),
        error=error,
        facets=[_choice(facet, query) for facet in facets],
        exact=result.exact,
        nearest=[book_card(page_request, book) for book in result.nearest],
    )
    if query.page == 1:
        note_search(page_request, query.q, result.total)
    note_list(
        page_request, "search" if query.q else "catalogue", [book.isbn for book in result.items]
    )
    return page_request.page("catalogue.html", page, cacheable=True, query=query.q)


def sorts_of(page_request: PageRequest) -> list[str]:
    """Return the orders of a list of books, those by price where the shop sells."""
    return [*SORTS, *(PRICE_SORTS if page_request.front.sells else ())]


async def list_books(page_request: PageRequest, query: SearchQuery) -> SearchResult:
    """Search in a worker thread, with the shop's prices and stock."""
    return await asyncio.to_thread(
        lambda: search(page_request.snapshot, query, page_request.front.offer_table())
    )


def _search(page_request: PageRequest, query: SearchQuery) -> tuple[SearchResult, list[Facet]]:
    snapshot, offers = page_request.snapshot, page_request.front.offer_table()
    result = search(snapshot, query, offers)
    return result, find_facets(snapshot, query, offers) if result.total else []


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
