"""Contexts of the templates: one Struct per page, so that a template's inputs are known and tested.

Every template sees ``page`` (the Struct of its page), ``shell`` (a `Shell`), and the functions ``_`` /
``gettext`` / ``ngettext`` (translations into ``shell.language``). Undefined names are errors. A page
that caches may keep (``shell.cacheable``) is anonymous: it has no ``csrf_token`` and no notice, and no
form but the search (GET) and the one that puts a book into the cart, which the browser's ``Origin``
protects.
"""

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


class Shelf(msgspec.Struct, frozen=True):
    """A list of books and its source: 'precomputed', 'live', 'popular' or 'content'."""

    source: str
    items: list[RankedCard]
    segment: str = "all"
    """Segment of the popular books when ``source`` is 'popular': an age band, or 'all'."""


class TitleLink(msgspec.Struct, frozen=True):
    """A book that is named by its title alone."""

    isbn: str
    title: str


class ShopFacts(msgspec.Struct, frozen=True):
    """The shop's own name and settings, as the frame of every page shows them; '' = not set."""

    name: str = "bookrec"
    tagline: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    languages: tuple[str, ...] = ("en", "vi")
    sells: bool = False
    """Whether any book has a price."""
    style_url: str = ""
    """Address of the style sheet of the owner's colours."""
    logo_url: str = ""
    logo_width: int = 0
    """Pixels at the height of the header's logo."""


class OtherLanguage(msgspec.Struct, frozen=True):
    """Address of a page in one of the shop's languages."""

    language: str
    url: str


class PageHead(msgspec.Struct, frozen=True):
    """Facts of a public page for search engines and social networks; '' = none."""

    canonical: str = ""
    """Absolute address of the page, like all addresses here."""
    others: list[OtherLanguage] = []
    """The page in every language of the shop, the default first; [] when the shop has one."""
    kind: str = "website"
    """Type of Open Graph: 'website' or 'book'."""
    image: str = ""
    author: str = ""
    """Address of the page of a book's author."""
    json_ld: str = ""
    """Structured data, safe inside a script."""
    robots: str = ""


class FileSite(msgspec.Struct, frozen=True):
    """The site of files that a page belongs to, when it is exported."""

    root: str
    """Start of the addresses of pages in the page's language; '' or '/vi'."""
    base: str
    """Start of the addresses of all files."""
    api: str
    """Address of the live site, which answers personal calls; '' without one."""
    feed: str
    """Address of the feed of new arrivals; '' without one."""
    policy: str
    """Content security policy."""


class Shell(msgspec.Struct, frozen=True):
    """Context of the frame around every page."""

    language: str
    """'en' or 'vi'."""
    username: str | None
    """None when nobody is signed in."""
    csrf_token: str
    """Value of the hidden field ``csrf_token`` of every form."""
    path: str
    """Path of this page with its query, for the language links and ``next``."""
    query: str
    """Text of the search box."""
    sample: bool
    """True when the snapshot is made from generated sample data: every page says so."""
    asset_version: str
    """Value of ``?v=`` in the URLs of static files."""
    notice: str | None = None
    """A message key to show once after a form: 'rated', 'rating_removed', 'signed_in',
    'signed_out', 'welcome' (registered), 'claimed', 'age_saved', 'age_invalid', … (see
    `kit.cookies.NOTICES`)."""
    operator: bool = False
    """True when the signed-in reader runs the shop: the frame links to the owner's pages."""
    cacheable: bool = False
    """True when the page is the same for everyone: it then contains nothing personal."""
    shop: ShopFacts = ShopFacts()
    cart_copies: int = 0
    """Copies in the cart of this visitor or reader."""
    back_in_stock: list[TitleLink] = []
    """Books they waited for and can buy now."""
    head: PageHead | None = None
    """None for pages that only people read."""
    files: FileSite | None = None
    """None on the live site."""

    @property
    def accounts(self) -> bool:
        """Whether readers can sign in from this page."""
        return self.files is None or bool(self.files.api)


class HomeShelf(msgspec.Struct, frozen=True):
    """A shelf of the home page beside the reader's list."""

    kind: str
    """'opened', 'because', 'authors', 'series', 'popular' or 'new'."""
    items: list[RankedCard]
    reason: Reason | None = None
    """The book that those of a shelf 'because' are similar to."""
    segment: str = ""
    """Segment of the popular books: an age band, or 'all'."""


class HomePage(msgspec.Struct, frozen=True):
    """``/``: no work is on it twice."""

    yours: Shelf | None
    """None for a visitor."""
    popular: Shelf | None
    """For a visitor; None for a reader."""
    shelves: list[HomeShelf]
    catalogue_size: int


class FacetOption(msgspec.Struct, frozen=True):
    """A value by which a list can be narrowed."""

    text: str
    """The value as the catalogue has it; of a decade its first year, of a rating the lowest mean."""
    count: int
    address: str
    """Address of the narrowed list."""


class FacetChoice(msgspec.Struct, frozen=True):
    """Values of one property of the listed books."""

    name: str
    """'by' (author), 'publisher', 'decade', 'language', 'category', 'rating'."""
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
    """A message key for a malformed query, e.g. 'bad_year'."""
    by: str = ""
    """Name of the author whose books alone are listed; '' and None filter nothing, here and below."""
    category: str = ""
    language: str = ""
    rating_from: int | None = None
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


class SeriesPage(msgspec.Struct, frozen=True):
    """``/series/{name}``"""

    name: str
    """The most read spelling."""
    items: list[BookCard]
    """One edition of each work, by number; those without one last."""


class BookPage(msgspec.Struct, frozen=True):
    """``/books/{isbn}``"""

    book: BookCard
    similar: Shelf
    editions: list[BookCard]
    my_rating: int | None
    """1–10 when the reader rated it, 0 for a seen book without a rating, None when not seen."""
    my_shelf: str | None
    """'want', 'dismissed' or None."""
    because: list[Reason]
    """Books of the reader's that are the reason to recommend this one."""
    by_author: list[BookCard]
    """Other books of the author, the most read first."""
    ratings: list[int]
    """[10] numbers of readers who rated it 1, 2, … 10; [] without any rating."""
    near_readers: int
    """Readers of the nearest taste who rated it; 0 when there are too few to say so."""
    near_pleased: int
    """Those of them who rated it 8 or more."""
    waiting: bool = False
    """Whether this visitor waits for the book to be back in stock."""
    description: str = ""
    """'' when unknown."""


class WantPage(msgspec.Struct, frozen=True):
    """``/want``: books to read, and dismissed books."""

    wanted: list[BookCard]
    """One page of them, the latest first."""
    wanted_total: int
    page: int
    pages: int
    dismissed: list[BookCard]
    """The latest first."""
    dismissed_total: int


class ImportRow(msgspec.Struct, frozen=True):
    """An entry of an imported file."""

    line: int
    title: str
    author: str
    isbn: str
    """'' for a book that the catalogue does not have."""
    outcome: str
    """'rating', 'owned', 'want', 'dismissed', or a reason of
    `bookrec.web.recommendations.history_actions.ReportedEntry`."""
    rating: int


class ImportPage(msgspec.Struct, frozen=True):
    """``/me/import``"""

    error: str | None
    """A message key: 'file_empty', 'file_large', 'file_long', 'file_no_table', 'file_no_columns'."""
    most_megabytes: int
    imported: bool
    """Whether there is an import to undo: the tables are of the last one."""
    matched: list[ImportRow]
    unmatched: list[ImportRow]
    ignored: list[ImportRow]
    matched_total: int
    unmatched_total: int
    ignored_total: int


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
    """Books of different authors to like; repeated field ``liked_isbns``."""
    liked_isbns: list[str]
    shown_isbns: list[str]
    """Books that were offered; repeated field ``shown``. The button ``name=action value=more`` asks for
    others."""
    q: str
    """A search within the form (button ``name=action value=search``) for books to like."""


class ClaimPage(msgspec.Struct, frozen=True):
    """``/claim/{token}``"""

    user_id: str
    seen_books: int
    """Number of the reader's books in the data set."""
    username: str
    error: str | None
    """A message key of registration; 'claim_invalid' shows no form."""


class RatedCard(msgspec.Struct, frozen=True):
    """A seen book on ``/me``."""

    book: BookCard
    rating: int
    """1–10, or 0 without a rating."""
    kind: str
    """'rating', 'like', 'purchase', 'owned', or 'dataset': in the data set without a rating."""


class MePage(msgspec.Struct, frozen=True):
    """``/me``: the reader's shelf and seen books."""

    user_id: str
    shelf: Shelf
    seen_books: list[RatedCard]
    """One page of them."""
    seen_total: int
    page: int
    pages: int
    age: int | None


class FileSearchPage(msgspec.Struct, frozen=True):
    """``search.html`` of an exported site: a script lists the hits."""


class ErrorPage(msgspec.Struct, frozen=True):
    """Any error: 404, 403, 429, 500, and 503 without a snapshot."""

    status: int
    title: str
    """A message key: 'not_found', 'forbidden', 'bad_request', 'too_many', 'too_slow', 'unavailable',
    'shop_unavailable', 'failed'. The template has the words in each language."""
    command: str = ""
    """Command for the operator to run; '' when there is none."""
