"""Contexts of the pages of many books: catalogue, author, series."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import BookCard


class FacetOption(msgspec.Struct, frozen=True):
    """A value by which a list can be narrowed."""

    text: str
    """The value as the catalogue has it; of a decade its first year, of a rating the lowest mean, of a
    price class ``FROM-BELOW`` in minor units."""
    count: int
    address: str
    """Address of the narrowed list."""


class FacetChoice(msgspec.Struct, frozen=True):
    """Values of one property of the listed books."""

    name: str
    """'by' (author), 'publisher', 'decade', 'language', 'category', 'rating', 'price', 'stock'."""
    options: list[FacetOption]


class CataloguePage(msgspec.Struct, frozen=True):
    """``/books``"""

    items: list[BookCard]
    total: int
    page: int
    page_size: int
    pages: int
    q: str
    author: str
    publisher: str
    year_from: int | None
    year_to: int | None
    sort: str
    sorts: list[str]
    error: str | None = None
    """A message key for a malformed query: 'bad_year', 'bad_price'."""
    by: str = ""
    """Name of the author whose books alone are listed; '' and None filter nothing, here and below."""
    category: str = ""
    language: str = ""
    rating_from: int | None = None
    price_from: int | None = None
    """Minor units of the currency, like ``price_below``."""
    price_below: int | None = None
    in_stock: bool = False
    currency: str = ""
    facets: list[FacetChoice] = []
    exact: bool = True
    """False where no book has all typed words, and near ones are listed."""
    nearest: list[BookCard] = []
    """Books that come nearest, where nothing is listed."""


class AuthorPage(msgspec.Struct, frozen=True):
    """``/authors/{name}``"""

    name: str
    """The most read spelling."""
    items: list[BookCard]
    total: int
    page: int
    pages: int
    sort: str
    sorts: list[str]
    series: list[str]
    """Series of the author's books."""


class PublisherPage(msgspec.Struct, frozen=True):
    """``/publishers/{name}``"""

    name: str
    """The most read spelling."""
    items: list[BookCard]
    total: int
    page: int
    pages: int
    sort: str
    sorts: list[str]


class NewBooksPage(msgspec.Struct, frozen=True):
    """``/new``"""

    items: list[BookCard]
    page: int
    pages: int


class SeriesPage(msgspec.Struct, frozen=True):
    """``/series/{name}``"""

    name: str
    """The most read spelling."""
    items: list[BookCard]
    """One edition of each work, by number; those without one last."""


class FileSearchPage(msgspec.Struct, frozen=True):
    """``search.html`` of an exported site: a script lists the hits."""
