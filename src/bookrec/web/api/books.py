"""Public part of the JSON API: the catalogue, similar and popular books."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from bookrec.web.api.parameters import (
    AuthorWords,
    By,
    Category,
    InStock,
    Language,
    Limit,
    Mean,
    Page,
    PageSize,
    Price,
    Publisher,
    SortBy,
    Text,
    WithFacets,
    Works,
    Year,
)
from bookrec.web.api.schemas import Book as BookAnswer
from bookrec.web.api.schemas import (
    BookList,
    CatalogueFacet,
    CatalogueFacetValue,
    RankedList,
    SuggestedText,
    SuggestionList,
    api_book,
    ranked_list,
)
from bookrec.web.catalogue_search.facets import Facet, find_facets
from bookrec.web.catalogue_search.filters import facet_filter
from bookrec.web.catalogue_search.search import SearchQuery, SearchResult, search
from bookrec.web.catalogue_search.suggestions import suggest
from bookrec.web.kit.headers import entity_tag, has_current, public
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.recommendations.lists import popular_shelf, similar_shelf
from bookrec.web.request.page_request import path_with_query
from bookrec.web.request.problems import require_book
from bookrec.web.request.site import Site
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.snapshot_reader import Snapshot


@get("/books", summary="Search the catalogue", tags=["books"])
async def list_books(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    q: Text = "",
    author: AuthorWords = "",
    publisher: Publisher = "",
    by: By = "",
    category: Category = "",
    language: Language = "",
    year_from: Year = None,
    year_to: Year = None,
    rating_from: Mean = None,
    price_from: Price = None,
    price_below: Price = None,
    in_stock: InStock = False,
    sort: SortBy = "relevance",
    works: Works = False,
    facets: WithFacets = False,
    page: Page = 1,
    page_size: PageSize = 24,
) -> Response[BookList]:
    """Search by words of title, author or ISBN; ``relevance`` without words is ``popular``.

    Where no book has the words as they are typed, books with near words are listed. Filters and orders
    have the names that addresses of the page ``/books`` have.

    ``rating`` sorts by a mean shrunk towards the catalogue's by ten ratings, so that a single 10 does
    not lead.
    """
    query = SearchQuery(
        q=q,
        author=author,
        publisher=publisher,
        by=by,
        category=category,
        language=language,
        year_from=year_from,
        year_to=year_to,
        rating_from=rating_from,
        price_from=price_from,
        price_below=price_below,
        in_stock=in_stock,
        sort=sort,
        works=works,
        page=page,
        page_size=page_size,
    )
    front = site.fronts.current()
    result, counts = await asyncio.to_thread(_search, snapshot, front, query, facets)
    answer = BookList(
        [api_book(book, front) for book in result.items],
        result.total,
        page,
        page_size,
        [_api_facet(facet) for facet in counts],
    )
    return _public(request, front, site, snapshot, answer)


def _search(
    snapshot: Snapshot, front: ShopFront, query: SearchQuery, facets: bool
) -> tuple[SearchResult, list[Facet]]:
    """Return the books of a search, and its facets where they are asked for; for a worker thread."""
    offers = front.offer_table()
    result = search(snapshot, query, offers)
    return result, find_facets(snapshot, query, offers) if facets and result.total else []


def _api_facet(facet: Facet) -> CatalogueFacet:
    return CatalogueFacet(
        facet.name,
        [
            CatalogueFacetValue(value.text, value.count, facet_filter(facet.name, value.text))
            for value in facet.values
        ],
    )


@get("/suggest", summary="Suggest titles, authors and series", tags=["books"])
async def suggest_texts(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    q: Text = "",
    limit: Limit = 20,
) -> Response[SuggestionList]:
    """Texts that ``q``, typed so far, may become. A title has its ``isbn``; names have none."""
    suggestions = await asyncio.to_thread(suggest, snapshot, q, limit)
    items = [msgspec.convert(s, SuggestedText, from_attributes=True) for s in suggestions]
    return _public(request, site.fronts.current(), site, snapshot, SuggestionList(items))


@get("/books/popular", summary="Popular books", tags=["books"])
async def list_popular(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    limit: Limit = 20,
) -> Response[RankedList]:
    """Books that most readers have; ``score`` is the share of readers."""
    front = site.fronts.current()
    listed = popular_shelf(snapshot, front, limit)
    answer = ranked_list("popular", snapshot.snapshot_id, listed, front)
    return _public(request, front, site, snapshot, answer)


@get("/books/{isbn:str}", summary="One book", tags=["books"])
async def get_book(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    isbn: FromPath[str],
) -> Response[BookAnswer]:
    """A book by its ISBN."""
    front = site.fronts.current()
    answer = api_book(require_book(snapshot, isbn), front)
    return _public(request, front, site, snapshot, answer)


@get("/books/{isbn:str}/similar", summary="Similar books", tags=["books"])
async def list_similar(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    isbn: FromPath[str],
    limit: Limit = 20,
) -> Response[RankedList]:
    """Books similar to a book; ``source`` is ``content`` for a book without readers."""
    front = site.fronts.current()
    source, listed = similar_shelf(snapshot, front, require_book(snapshot, isbn), limit)
    answer = ranked_list(source, snapshot.snapshot_id, listed, front)
    return _public(request, front, site, snapshot, answer)


def _public(
    request: AnyRequest, front: ShopFront, site: Site, snapshot: Snapshot, answer: msgspec.Struct
) -> AnyResponse:
    """Answer alike for everyone, with a tag by which clients ask for changes."""
    tag = entity_tag(
        snapshot.snapshot_id, site.renderer.version, front.tag, path_with_query(request)
    )
    if has_current(request.headers, tag):
        return Response(None, status_code=304, headers=public(tag))
    return Response(answer, headers=public(tag))
