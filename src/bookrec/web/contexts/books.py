"""Books as cards, with the reason for each, and lists of them."""

from __future__ import annotations

import msgspec


class BookCard(msgspec.Struct, frozen=True):
    """A book in a list."""

    isbn: str
    title: str
    author: str
    """'' when unknown, like publisher and image_url."""
    year: int | None
    publisher: str
    image_url: str
    """Address of a remote cover; '' unless the setting for remote covers is on."""
    cover_url: str
    """Path of this book's generated SVG cover."""
    rating_mean: float | None
    """1–10; None without explicit ratings."""
    rating_count: int
    reader_count: int
    price: int | None = None
    """Minor units of the currency; None = not for sale here."""
    currency: str = ""
    stock: int | None = None
    """Copies; None = not counted, always for sale."""
    category: str = ""
    """'' when unknown, like language and series."""
    language: str = ""
    series: str = ""
    series_number: float | None = None
    promoted: bool = False
    """Whether the shop promotes it: the card says so."""


class Reason(msgspec.Struct, frozen=True):
    """A book of the reader's that is the reason for a recommendation."""

    isbn: str
    title: str
    relation: str
    """See `bookrec.web.recommendations.reasons.Reason`."""
    rating: int = 0
    """The reader's rating where ``relation`` is 'rated'."""


class RankedCard(msgspec.Struct, frozen=True):
    """A place in a list."""

    rank: int
    book: BookCard
    because: list[Reason] = []
    topped_up: bool = False
    """True for a popular book that fills a list which ran out."""
    team: str = ""
    """Arm that picked the book for a list which mixes two; it is noted, not shown."""


class Shelf(msgspec.Struct, frozen=True):
    """A list of books and its source: 'precomputed', 'live', 'popular', 'content' or 'visit'."""

    source: str
    items: list[RankedCard]
    segment: str = "all"
    """Segment of the popular books when ``source`` is 'popular': an age band, or 'all'."""
