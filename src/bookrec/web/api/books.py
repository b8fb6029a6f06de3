"""Public part of the JSON API: the catalogue, similar and popular books."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Final, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, HTTPException
from litestar.params import FromPath, QueryParameter

from bookrec.web.api.schemas import Book as BookAnswer
from bookrec.web.api.schemas import (
    BookList,
    RankedList,
    SuggestedText,
    SuggestionList,
    api_book,
    ranked_list,
)
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.catalogue_search.suggestions import suggest
from bookrec.web.kit.headers import entity_tag, has_current, public
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.recommendations.lists import popular_shelf, similar_shelf
from bookrec.web.request.page_request import path_with_query
from bookrec.web.request.problems import InvalidRequest, require_book
from bookrec.web.request.site import Site
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.snapshot_reader import Snapshot

Limit = Annotated[int, QueryParameter(ge=1, le=100, description="Length of the list.")]
Page = Annotated[int, QueryParameter(ge=1, le=1_000_000, description="1-based.")]
PageSize = Annotated[int, QueryParameter(ge=1, le=100)]
Year = Annotated[int | None, QueryParameter(ge=0, le=9999)]
Text = Annotated[str, QueryParameter(max_length=200)]
Sort = Annotated[Literal["relevance", "popular", "rating", "newest", "title"], QueryParameter()]

_FIELD: Final = re.compile(r"field `([^`]+)`")
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


async def check_call(request: AnyRequest) -> None:
    """Check a call before its handler: a body is JSON, and no parameter is misspelt.

    A handler that takes other media types names them in ``opt={"media_types": …}``.

    Raises:
        InvalidRequest: a query parameter the route does not have.
        HTTPException: 415 for a body of another media type, 400 for JSON that is not UTF-8.
    """
    known = request.route_handler.parsed_fn_signature.parameters
    for name in request.query_params:
        if name not in known or name in _INJECTED:
            raise InvalidRequest(name, "is not a parameter of this route")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    media_types = request.route_handler.opt.get("media_types")
    if media_types is not None:
        if media_type not in media_types:
            detail = f"Send the body as one of {', '.join(media_types)}."
            raise HTTPException(status_code=415, detail=detail)
    elif request.method in _WITH_BODY and "data" in known:
        if media_type != "application/json":
            raise HTTPException(status_code=415, detail="Send the body as application/json.")
        await _check_encoding(request)
        if item_type := request.route_handler.opt.get("items"):
            _check_items(await request.body(), item_type)


def _check_items(body: bytes, item_type: type[msgspec.Struct]) -> None:
    """Check the items of a list (``opt={"items": …}``): Litestar would not say which one is wrong.

    Raises:
        InvalidRequest: names the item by its 0-based index, and the field.
    """
    try:
        msgspec.json.decode(body, type=list[item_type])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        field = _FIELD.search(reason)
        path = place.rstrip("`")
        name = f"{path}.{field[1]}" if field and path.endswith("]") else path
        raise InvalidRequest(name or "data", reason) from error
    except msgspec.DecodeError:
        pass  # the route's own decoder says what is wrong


async def _check_encoding(request: AnyRequest) -> None:
    # The decoder raises plain errors for these two faults, which would be answered like bugs.
    try:
        (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise ClientException(f"The body is not UTF-8: {error.reason}.") from error
    try:
        msgspec.json.decode(await request.body(), type=msgspec.Raw)
    except RecursionError as error:
        raise ClientException("The body is nested too deep.") from error
    except msgspec.DecodeError:
        pass  # the route's own decoder says what is wrong


_INJECTED: Final = frozenset(
    {"site", "snapshot", "account", "caller", "request", "data", "isbn", "session_id"}
)
"""Arguments of handlers that are no query parameters."""


async def provide_site(request: AnyRequest) -> Site:
    """Return the parts that this worker holds open."""
    site: Site = request.app.state.site
    return site


async def provide_snapshot(site: NamedDependency[Site]) -> Snapshot:
    """Return the one snapshot an answer comes from."""
    return site.watch.current()


@get("/books", summary="Search the catalogue", tags=["books"])
async def list_books(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    q: Text = "",
    author: Text = "",
    publisher: Text = "",
    year_from: Year = None,
    year_to: Year = None,
    sort: Sort = "relevance",
    page: Page = 1,
    page_size: PageSize = 24,
) -> Response[BookList]:
    """Search by words of title, author or ISBN; ``relevance`` without words is ``popular``.

    Where no book has the words as they are typed, books with near words are listed.

    ``rating`` sorts by a mean shrunk towards the catalogue's by ten ratings, so that a single 10 does
    not lead.
    """
    query = SearchQuery(q, author, publisher, year_from, year_to, sort, page, page_size)
    result = await asyncio.to_thread(search, snapshot, query)
    front = site.fronts.current()
    answer = BookList(
        [api_book(book, front) for book in result.items], result.total, page, page_size
    )
    return _public(request, front, site, snapshot, answer)


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
