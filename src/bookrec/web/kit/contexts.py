"""What each page's template is given: one Struct per page, so that its inputs are known and tested.

Every template sees ``page`` (the page's own Struct below) and ``shell`` (a `Shell`), and the
functions ``_`` / ``gettext`` / ``ngettext`` (translations into ``shell.language``). Undefined names
are errors. A page that may be kept by caches (``shell.cacheable``) is an anonymous one: it has no
form but the search (GET), no ``csrf_token`` and no notice.
"""

from __future__ import annotations

import msgspec


class BookCard(msgspec.Struct, frozen=True):
    """A book as lists show it."""

    isbn: str
    title: str
    author: str
    """'' when unknown, as for publisher and image_url."""
    year: int | None
    publisher: str
    image_url: str
    """A remote cover, '' unless the setting for remote covers is on."""
    cover_url: str
    """Where the generated SVG cover of this book is served."""
    rating_mean: float | None
    """1–10; None without explicit ratings."""
    rating_count: int
    reader_count: int


class Reason(msgspec.Struct, frozen=True):
    """One of the reader's own books that speaks for a recommendation."""

    isbn: str
    title: str


class RankedCard(msgspec.Struct, frozen=True):
    """A place in a list."""

    rank: int
    book: BookCard
    because: list[Reason] = []
    topped_up: bool = False
    """True for a popular book that fills a list which ran out through filtering."""


class Shelf(msgspec.Struct, frozen=True):
    """A list with where it came from: 'precomputed', 'live', 'popular' or 'content'."""

    source: str
    items: list[RankedCard]
    segment: str = "all"
    """Whose popular books these are when ``source`` is 'popular': an age band, or 'all'."""


class Shell(msgspec.Struct, frozen=True):
    """What the frame around every page needs."""

    language: str
    """'en' or 'vi'."""
    username: str | None
    """None when nobody is signed in."""
    csrf_token: str
    """To be sent back in the hidden field ``csrf_token`` of every form."""
    path: str
    """The path of this page with its query, for the language links and ``next``."""
    query: str
    """The text of the search box."""
    sample: bool
    """True when the published data is generated sample data: every page says so."""
    asset_version: str
    """To be appended to the URLs of static files as ``?v=``."""
    notice: str | None = None
    """A message key to show once after a form: 'rated', 'rating_removed', 'signed_in',
    'signed_out', 'welcome' (registered), 'claimed', 'age_saved', 'age_invalid'."""
    cacheable: bool = False
    """True when the page is the same for everyone: it must then contain nothing personal."""


class HomePage(msgspec.Struct, frozen=True):
    """``/``"""

    yours: Shelf | None
    popular: Shelf
    recently_opened: list[BookCard]
    catalogue_size: int


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
    """A message key when the query was not understood, e.g. 'bad_year'."""


class BookPage(msgspec.Struct, frozen=True):
    """``/books/{isbn}``"""

    book: BookCard
    similar: Shelf
    editions: list[BookCard]
    my_rating: int | None
    """1–10 when the reader rated it, 0 when it is theirs without a rating, None when it is not."""
    because: list[Reason]
    """Own books for whose sake this one is on the reader's shelf."""


class LoginPage(msgspec.Struct, frozen=True):
    """``/login``"""

    next: str
    username: str
    error: str | None
    """A message key: 'bad_credentials', 'too_many_attempts'."""


class RegisterPage(msgspec.Struct, frozen=True):
    """``/register``: username, password, age (optional), liked books (optional, by check box)."""

    next: str
    username: str
    age: str
    error: str | None
    """A message key: 'username_taken', 'username_invalid', 'password_short', 'password_common',
    'password_long', 'age_invalid', 'too_many_attempts'."""
    suggestions: list[BookCard]
    """Popular books of different authors to choose likes from; field ``liked_isbns``, repeated."""
    liked_isbns: list[str]
    q: str
    """A search within the form (button ``name=action value=search``) for books to like."""


class ClaimPage(msgspec.Struct, frozen=True):
    """``/claim/{token}``"""

    user_id: str
    own_books: int
    username: str
    error: str | None
    """As for registration; 'claim_invalid' shows no form."""


class RatedCard(msgspec.Struct, frozen=True):
    """An own book on ``/me``."""

    book: BookCard
    rating: int
    """1–10, or 0: theirs without a rating."""
    from_shop: bool
    """True when the word was given on this site, False when it came with the data set."""


class MePage(msgspec.Struct, frozen=True):
    """``/me``: the reader's shelf and own books."""

    user_id: str
    shelf: Shelf
    own_books: list[RatedCard]
    own_total: int
    page: int
    pages: int
    age: int | None


class ErrorPage(msgspec.Struct, frozen=True):
    """Any error: 404, 403, 429, 500, and 503 without a snapshot."""

    status: int
    title: str
    """A message key: 'not_found', 'forbidden', 'bad_request', 'too_many', 'unavailable',
    'failed'. The template has the words in each language."""
    command: str = ""
    """What the operator should run; '' when there is nothing to run."""
