"""Addresses of lists of books: what a query string asks for, and that of a narrowed list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from msgspec.structs import asdict, replace

from bookrec.web.catalogue_search.facets import RATINGS
from bookrec.web.catalogue_search.filters import (
    FILTERS,
    MOST_TEXT,
    NUMBERS,
    PRICE_SORTS,
    SORTS,
    TEXTS,
)
from bookrec.web.catalogue_search.search import SearchQuery
from bookrec.web.pages.browse import page_number

_MOST_DIGITS: Final = {"price_from": 12, "price_below": 12}


def read_query(fields: Mapping[str, str], page_size: int) -> tuple[SearchQuery, str | None]:
    """Return the search that an address asks for.

    The second value is the message key of a malformed year or price, which filters nothing, or None.
    """
    texts = {name: fields.get(name, "").strip()[:MOST_TEXT] for name in TEXTS}
    numbers: dict[str, int | None] = {}
    malformed = None
    for name in NUMBERS:
        numbers[name], bad = _number(fields.get(name, ""), _MOST_DIGITS.get(name, 4))
        if bad and name != "rating_from":
            malformed = "bad_price" if name.startswith("price") else "bad_year"
    if numbers["rating_from"] not in RATINGS:
        numbers["rating_from"] = None
    sort = fields.get("sort", "")
    query = SearchQuery(
        sort=sort if sort in (*SORTS, *PRICE_SORTS) else ("relevance" if texts["q"] else "popular"),
        page=page_number(fields.get("page", "")),
        page_size=page_size,
        in_stock=fields.get("in_stock") == "1",
        works=True,
    )
    return replace(query, **texts, **numbers), malformed


def list_address(query: SearchQuery) -> str:
    """Return the address of a list: its filters in one order, without empty ones, then its sort."""
    values = asdict(query)
    fields = [
        (name, int(values[name]) if name == "in_stock" else values[name])
        for name in (*FILTERS, "sort")
        if values[name] not in ("", None, False)
    ]
    return f"/books?{urlencode(fields)}"


def _number(text: str, most_digits: int) -> tuple[int | None, bool]:
    """Whole number in a form field (None when empty), and whether the field is malformed."""
    text = text.strip()
    if not text:
        return None, False
    if text.isascii() and text.isdecimal() and len(text) <= most_digits:
        return int(text), False
    return None, True
