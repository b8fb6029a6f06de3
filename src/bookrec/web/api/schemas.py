"""What the JSON API takes and gives."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from bookrec.ages import MAX_AGE, MIN_AGE
from bookrec.web.accounts.accounts import MAX_USERNAME, MIN_USERNAME
from bookrec.web.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from bookrec.web.recommendations.lists import Recommendations
from bookrec.web.store import catalogue
from bookrec.web.store.catalogue import ListedBook


class Book(msgspec.Struct, frozen=True):
    """A book of the catalogue."""

    isbn: str
    title: str
    author: str
    """'' when unknown, as for publisher and image_url."""
    year: int | None
    publisher: str
    image_url: str
    rating_mean: float | None
    """1–10; null without explicit ratings."""
    rating_count: int


class BookList(msgspec.Struct, frozen=True):
    """One page of the catalogue."""

    items: list[Book]
    total: int
    page: int
    page_size: int


class OwnBookReference(msgspec.Struct, frozen=True):
    """One of the reader's own books that speaks for a recommendation."""

    isbn: str
    title: str


class RankedBook(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place in a list."""

    rank: int
    score: float
    """Probability of a positive interaction; for popular books the share of readers who have it."""
    book: Book
    because: list[OwnBookReference] = []
    topped_up: bool = False
    """True for a popular book filling up a list that ran out."""


class RankedList(msgspec.Struct, frozen=True):
    """A list, where it came from and of which snapshot."""

    source: str
    """``precomputed``, ``live``, ``popular`` or ``content``."""
    snapshot_id: str
    items: list[RankedBook]


class NewAccountRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Registration."""

    username: Annotated[str, Meta(min_length=MIN_USERNAME, max_length=MAX_USERNAME)]
    password: Annotated[str, Meta(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
    age: Annotated[int, Meta(ge=MIN_AGE, le=MAX_AGE)] | None = None
    liked_isbns: Annotated[list[str], Meta(max_length=100)] = []


class AccountAnswer(msgspec.Struct, frozen=True):
    """A new account."""

    user_id: str
    username: str
    age: int | None


class SessionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signing in."""

    username: Annotated[str, Meta(max_length=2_000)]
    password: Annotated[str, Meta(max_length=2_000)]


class SessionAnswer(msgspec.Struct, frozen=True):
    """A bearer token; it is told once."""

    token: str
    expires_at: str
    """ISO 8601, UTC; earlier when the token is not used for a week."""


class RatingRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reader's word on a book."""

    rating: Annotated[int, Meta(ge=1, le=10)]


class OwnRating(msgspec.Struct, frozen=True):
    """An own book."""

    book: Book
    rating: int | None
    """1–10; null for a book that is theirs without a rating (a like, a purchase)."""
    origin: str
    """``shop``: said on this site; ``dataset``: came with the data set."""


class OwnRatings(msgspec.Struct, frozen=True):
    """One page of a reader's own books, what was said on this site first."""

    items: list[OwnRating]
    total: int
    page: int
    page_size: int


def api_book(book: catalogue.CatalogueBook) -> Book:
    """A catalogue row for the API."""
    return Book(
        isbn=book.isbn,
        title=book.title,
        author=book.author,
        year=book.year,
        publisher=book.publisher,
        image_url=book.image_url,
        rating_mean=book.rating_mean,
        rating_count=book.rating_count,
    )


def ranked_list(source: str, snapshot_id: str, listed: list[ListedBook]) -> RankedList:
    """A list that is the same for everyone."""
    items = [
        RankedBook(rank, item.score, api_book(item.book))
        for rank, item in enumerate(listed, start=1)
    ]
    return RankedList(source, snapshot_id, items)


def recommended_list(snapshot_id: str, recommendations: Recommendations) -> RankedList:
    """A reader's own list."""
    items = [
        RankedBook(
            rank=item.rank,
            score=item.score,
            book=api_book(item.book),
            because=[OwnBookReference(book.isbn, book.title) for book in item.because],
            topped_up=item.topped_up,
        )
        for item in recommendations.items
    ]
    return RankedList(recommendations.source, snapshot_id, items)
