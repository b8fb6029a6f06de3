"""Filters and orders of lists of books, under the names that addresses of pages and the API share."""

from __future__ import annotations

from typing import Final, Literal, get_args

from msgspec.structs import replace

from bookrec.web.catalogue_search.search_hits import SearchQuery

Sort = Literal["relevance", "popular", "rating", "newest", "title", "price", "price_high"]
SORTS: Final[tuple[str, ...]] = get_args(Sort)[:5]
PRICE_SORTS: Final[tuple[str, ...]] = get_args(Sort)[5:]
"""Orders besides, where the shop sells: the lowest price first, the highest first."""

TEXTS: Final = ("q", "author", "publisher", "by", "category", "language")
NUMBERS: Final = ("year_from", "year_to", "rating_from", "price_from", "price_below")
FILTERS: Final = (*TEXTS, *NUMBERS, "in_stock")
"""Fields of an address, in its order; ``sort`` and ``page`` follow."""
MOST_TEXT: Final = 200
"""Letters of a text."""


def facet_filter(facet: str, value: str) -> dict[str, str | int | bool]:
    """Return the filters that keep only the hits with a value of a facet.

    >>> facet_filter("decade", "1990")
    {'year_from': 1990, 'year_to': 1999}
    >>> facet_filter("price", "-50000")
    {'price_below': 50000}
    """
    if facet == "decade":
        return {"year_from": int(value), "year_to": int(value) + 9}
    if facet == "rating":
        return {"rating_from": int(value)}
    if facet == "stock":
        return {"in_stock": True}
    if facet == "price":
        ends = zip(("price_from", "price_below"), value.split("-"), strict=True)
        return {name: int(end) for name, end in ends if end}
    return {facet: value}


def narrowed(query: SearchQuery, facet: str, value: str) -> SearchQuery:
    """Return a search that keeps only the hits with a value of a facet."""
    return replace(query, **facet_filter(facet, value))
