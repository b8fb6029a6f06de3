"""Bodies of the JSON API's requests and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bookrec.ages import MAX_AGE, MIN_AGE
from bookrec.web.accounts.accounts import MAX_USERNAME, MIN_USERNAME
from bookrec.web.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from bookrec.web.recommendations.lists import Recommendations
from bookrec.web.selling.front import ShopFront
from bookrec.web.store import catalogue, reader_history
from bookrec.web.store.catalogue import ListedBook
from bookrec.web.store.reader_history import SeenBook


class Book(msgspec.Struct, frozen=True, omit_defaults=True):
    """A book of the catalogue; what comes after ``rating_count`` is left out where it is not known."""

    isbn: str
    title: str
    author: str
    """'' when unknown, like publisher and image_url."""
    year: int | None
    publisher: str
    image_url: str
    rating_mean: float | None
    """1–10; null without explicit ratings."""
    rating_count: int
    price: int | None = None
    """Minor units of the currency: đồng for VND, cents for USD."""
    currency: str | None = None
    """ISO 4217."""
    stock: int | None = None
    """Copies that can be bought; absent beside a price where the shop does not count them."""
    promoted: bool = False
    """True for a book that the shop promotes."""
    category: str = ""
    """Text of the catalogue; left out when unknown, like the language."""
    language: str = ""


class CatalogueFacetValue(msgspec.Struct, frozen=True):
    """A value by which the hits can be narrowed."""

    text: str
    """A decade is its first year, a rating the lowest mean, a price class ``FROM-BELOW`` in minor
    units, the stock ``1``; any other value is the catalogue's text."""
    count: int
    """Hits that have it; works with ``works=true``."""
    filter: dict[str, str | int | bool]
    """Parameters that narrow the list to it, to be sent beside those of the call."""


class CatalogueFacet(msgspec.Struct, frozen=True):
    """Values of one property of the hits, the most frequent first; decades the newest first."""

    name: str
    """``by`` (author), ``publisher``, ``decade``, ``language``, ``category``, ``rating``, ``price`` or
    ``stock``."""
    values: list[CatalogueFacetValue]


class BookList(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of the catalogue."""

    items: list[Book]
    total: int
    page: int
    page_size: int
    facets: list[CatalogueFacet] = []
    """Absent unless asked for, and where nothing leaves a choice."""


class SuggestedText(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text that what was typed may become."""

    kind: Literal["title", "author", "series"]
    text: str
    isbn: str | None = None
    """Id of a title; absent for names."""


class SuggestionList(msgspec.Struct, frozen=True):
    """Texts to offer while somebody types, the likeliest first."""

    items: list[SuggestedText]


class OwnBookReference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A book of the reader's that is the reason for a recommendation."""

    isbn: str
    title: str
    relation: str = ""
    """``rated``, ``liked``, ``bought``, ``owned``, ``wanted``, ``readers`` (the data set knows it
    without a rating), ``author`` (the same author), ``follows`` (the listed book comes after it), or of
    this visit ``opened``, ``searched``, ``carted``."""
    rating: int = 0
    """The reader's rating, 1–10, where ``relation`` is ``rated``."""


class RankedBook(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place in a list."""

    rank: int
    score: float
    """Probability of a positive interaction. For similar books ``1 / (1 + exp(-lift))``, where the lift
    is how much more the book's readers would like this one than others would; by content, 0 to 1. For
    popular books 0–1, how well liked by how many."""
    book: Book
    because: list[OwnBookReference] = []
    topped_up: bool = False
    """True for a popular book that fills a list which ran out."""


class RankedList(msgspec.Struct, frozen=True, omit_defaults=True):
    """A list, its source and its snapshot."""

    source: str
    """``precomputed``, ``live``, ``popular`` or ``content``."""
    snapshot_id: str
    items: list[RankedBook]
    list_id: str = ""
    """Names this answer in events (``POST /events``); absent where none are recorded."""


class NewAccountRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a registration."""

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
    """Body of a sign-in."""

    username: Annotated[str, Meta(max_length=2_000)]
    password: Annotated[str, Meta(max_length=2_000)]


class SessionAnswer(msgspec.Struct, frozen=True):
    """A bearer token; no later answer repeats it."""

    token: str
    expires_at: str
    """ISO 8601, UTC; earlier when the token is not used for a week."""


class DiversityStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Step of the slider of a reader's list."""

    step: Annotated[int, Meta(ge=0, le=4)] | None
    """0 = the books most like those of the reader, 4 = the most surprising; null = the shop's."""


class RatingRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a rating."""

    rating: Annotated[int, Meta(ge=1, le=10)]


class OwnBook(msgspec.Struct, frozen=True):
    """State of a book for the reader."""

    isbn: str
    seen: bool
    """Whether it is one of the reader's own books."""
    rating: int | None
    """1–10; null without a rating."""
    shelf: str | None
    """``want``, ``dismissed`` or null."""


class OwnRating(msgspec.Struct, frozen=True):
    """A seen book and its rating."""

    book: Book
    rating: int | None
    """1–10; null for a book without a rating (a like, a purchase)."""
    origin: str
    """``shop``: rated or liked on this site; ``dataset``: part of the data set."""
    kind: str = "rating"
    """``rating``, ``like``, ``purchase``, ``owned``, or ``dataset`` without a rating."""


class OwnRatings(msgspec.Struct, frozen=True):
    """One page of a reader's seen books, those of the site first."""

    items: list[OwnRating]
    total: int
    page: int
    page_size: int


class ShelvedBook(msgspec.Struct, frozen=True):
    """A book on a shelf of the reader's own."""

    book: Book
    added_at: str
    """ISO 8601, UTC."""


class ShelvedBooks(msgspec.Struct, frozen=True):
    """One page of a shelf of the reader's own, the latest first."""

    items: list[ShelvedBook]
    total: int
    page: int
    page_size: int


def utc(seconds: int) -> str:
    """Return a time as ISO 8601, UTC.

    >>> utc(0)
    '1970-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def api_book(book: catalogue.CatalogueBook, front: ShopFront) -> Book:
    """Return a catalogue row for the API, with the shop's offer."""
    offer = front.offer(book.isbn)
    return Book(
        isbn=book.isbn,
        title=book.title,
        author=book.author,
        year=book.year,
        publisher=book.publisher,
        image_url=book.image_url,
        rating_mean=book.rating_mean,
        rating_count=book.rating_count,
        price=offer.price if offer else None,
        currency=offer.currency if offer else None,
        stock=offer.stock if offer else None,
        promoted=book.isbn in front.promoted,
        category=book.category,
        language=book.language,
    )


def own_rating(book: catalogue.CatalogueBook, seen: SeenBook, front: ShopFront) -> OwnRating:
    """Return a seen book for the API."""
    origin = "shop" if seen.from_shop else "dataset"
    return OwnRating(api_book(book, front), seen.rating or None, origin, seen.kind)


def shelved_book(
    book: catalogue.CatalogueBook, shelved: reader_history.ShelvedBook, front: ShopFront
) -> ShelvedBook:
    """Return a book of a shelf for the API."""
    return ShelvedBook(api_book(book, front), utc(shelved.created_at))


def ranked_list(
    source: str, snapshot_id: str, listed: list[ListedBook], front: ShopFront
) -> RankedList:
    """Return a list that is the same for everyone."""
    items = [
        RankedBook(rank, item.score, api_book(item.book, front))
        for rank, item in enumerate(listed, start=1)
    ]
    return RankedList(source, snapshot_id, items)


def recommended_list(
    snapshot_id: str, recommendations: Recommendations, front: ShopFront, list_id: str = ""
) -> RankedList:
    """Return a reader's list, with reasons."""
    items = [
        RankedBook(
            rank=item.rank,
            score=item.score,
            book=api_book(item.book, front),
            because=[
                OwnBookReference(
                    reason.book.isbn, reason.book.title, reason.relation, reason.rating
                )
                for reason in item.because
            ],
            topped_up=item.topped_up,
        )
        for item in recommendations.items
    ]
    return RankedList(recommendations.source, snapshot_id, items, list_id)
