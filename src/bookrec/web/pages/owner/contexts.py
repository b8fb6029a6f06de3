"""Contexts of the owner's pages; see `bookrec.web.contexts`."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import BookCard
from bookrec.web.contexts.home import HomePage
from bookrec.web.owner.draft import Draft
from bookrec.web.owner.plots import Plot
from bookrec.web.pages.account_contexts import LetterRow
from bookrec.web.selling.contexts import OrderFacts, OrderStepFacts


class Amount(msgspec.Struct, frozen=True):
    """An amount of money in minor units."""

    value: int
    currency: str


class RevenuePlot(msgspec.Struct, frozen=True):
    """Revenue by day in a currency."""

    currency: str
    plot: Plot


class SearchRow(msgspec.Struct, frozen=True):
    """A text that was searched for and not found."""

    query: str
    searches: int


class TodayPage(msgspec.Struct, frozen=True):
    """``/owner``"""

    sample: bool
    """Whether the demo made the business up."""
    orders_today: int
    orders_week: int
    revenue_today: list[Amount]
    revenue_week: list[Amount]
    readers_today: int
    readers_week: int
    open_orders: int
    """Orders that are neither done nor cancelled."""
    new_orders: list[OrderFacts]
    """Orders that wait for the shop, the oldest first."""
    orders: Plot
    revenue: list[RevenuePlot]
    searches: list[SearchRow]
    snapshot_id: str
    snapshot_at: int
    """Seconds since 1970; 0 = unknown."""
    model_id: str
    night: str
    """Outcome of the last nightly run: 'published', 'nothing_new', 'refused', 'failed'; '' = none."""
    night_at: int
    night_reason: str
    letters: bool
    """Whether the shop sends e-mail."""
    failures: list[LetterRow]


class Field(msgspec.Struct, frozen=True):
    """A field of the form of settings."""

    key: str
    value: str
    kind: str
    """'text', 'long', 'email', 'choice' or 'colour'."""
    choices: list[str] = []
    refused: bool = False
    """Whether the value is not taken."""


class FieldGroup(msgspec.Struct, frozen=True):
    """Fields that belong together: 'shop', 'texts', 'contact', 'money', 'looks', 'site'."""

    name: str
    fields: list[Field]


class SettingsPage(msgspec.Struct, frozen=True):
    """``/owner/settings``"""

    groups: list[FieldGroup]
    logo: bool
    logo_error: str = ""
    """'' or 'logo_invalid', 'logo_large'."""
    refused: int = 0
    """Number of fields that are not taken."""


class OwnerOrdersPage(msgspec.Struct, frozen=True):
    """``/owner/orders``"""

    state: str
    """'' = all."""
    states: list[str]
    counts: dict[str, int]
    orders: list[OrderFacts]
    names: dict[int, str]
    """Buyer's name by the order's number."""


class OwnerOrderPage(msgspec.Struct, frozen=True):
    """``/owner/orders/{number}``"""

    order: OrderFacts
    name: str
    phone: str
    email: str
    address: str
    note: str
    user_id: str
    """'' for a guest."""
    steps: list[OrderStepFacts]
    next_states: list[str]
    error: str = ""
    """'' or 'order_moved': the order is not where the form thought."""


class BooksPage(msgspec.Struct, frozen=True):
    """``/owner/books``"""

    q: str
    hits: list[BookCard]
    promoted: list[BookCard]
    corrected: list[BookCard]
    added: list[BookCard]
    most_promoted: int


class EditBookPage(msgspec.Struct, frozen=True):
    """``/owner/book`` and ``/owner/book/new``"""

    isbn: str
    """'' for a new book whose id is still to be typed."""
    new: bool
    book: BookCard | None
    """None for a new book."""
    fields: dict[str, str]
    catalogue: dict[str, str]
    """Fields as the catalogue has them without the correction; {} for an added book."""
    corrected: bool
    added: bool
    promoted: bool
    sells: bool
    price: str
    stock: str
    currency: str
    refused: str = ""
    """Field that is not taken; 'promotion' when too many books are promoted."""
    co_liked: list[BookCard] = []
    """Books most co-liked with it, by cosine."""


class MemberRow(msgspec.Struct, frozen=True):
    """A reader of an audience."""

    rank: int
    user_id: str
    email: str
    age: int | None
    percent: str


class AudiencePage(msgspec.Struct, frozen=True):
    """``/owner/audience``"""

    book: BookCard
    members: list[MemberRow]
    with_email: int
    drafts: list[Draft]
    model: bool
    """Whether the snapshot has a model that runs here."""


class PreviewForm(msgspec.Struct, frozen=True):
    """Form of a preview, and whose shelf it shows."""

    reader: str
    liked: str
    """ISBNs or titles, one a line."""
    age: str
    error: str = ""
    """'' or 'no_reader', 'no_book'."""
    missing: str = ""
    """Text that names no book or reader."""


class PreviewPage(HomePage, frozen=True, kw_only=True):
    """``/owner/preview``: the home page of somebody else, or of a new reader."""

    form: PreviewForm
    shown: bool
    """Whether there is a shelf to show."""


class CountRow(msgspec.Struct, frozen=True):
    """A book with numbers for a table."""

    book: BookCard
    numbers: list[str]


class NightRow(msgspec.Struct, frozen=True):
    """A nightly run."""

    at: int
    outcome: str
    minutes: str
    snapshot_id: str
    reason: str


class PlotRow(msgspec.Struct, frozen=True):
    """A named plot."""

    name: str
    plot: Plot


class StepCell(msgspec.Struct, frozen=True):
    """Step of the funnel at a place or on a shelf."""

    books: str
    rate: str
    """Share of the step before as a percentage: opened per shown, kept and bought per opened."""
    bar: float
    """Length of the bar of this share, 0–100, the largest of its column being 100."""


class FunnelRow(msgspec.Struct, frozen=True):
    """Books shown at a place or on a shelf, and what followed."""

    name: str
    """Number of the place, or kind of shelf; '' = all."""
    shown: str
    steps: list[StepCell]
    """Opened, kept, bought."""


class FunnelPage(msgspec.Struct, frozen=True):
    """``/owner/funnel``"""

    days: int
    spans: list[int]
    """Numbers of days to choose from."""
    shelf: str
    """Shelf whose places are shown; '' = all."""
    total: FunnelRow
    shelves: list[FunnelRow]
    places: list[FunnelRow]
    plots: list[PlotRow]
    """By place: 'opened', 'kept', 'bought'."""
    sample: bool


class StockFacts(msgspec.Struct, frozen=True):
    """Stock that the lists would sell."""

    sells: bool
    """Whether any book has a price."""
    rows: list[CountRow]
    """Stock, readers and copies of the most valuable books."""
    copies: str
    value: Amount
    unwanted: str
    """Books in stock on nobody's first places."""


class ListsPage(msgspec.Struct, frozen=True):
    """``/owner/lists``"""

    snapshot_id: str
    snapshot_at: int
    model_id: str
    with_list: str
    """Readers with a list."""
    quality: list[PlotRow]
    nights: list[NightRow]
    night_plot: Plot
    sources: list[PlotRow]
    most: list[CountRow]
    never: list[CountRow]
    never_total: str
    stock: StockFacts
    sample: bool


class ReadersPage(msgspec.Struct, frozen=True):
    """``/owner/readers``"""

    new_readers: Plot
    accounts: str
    claimed: str
    """Accounts of readers of the data set."""
    requests: list[tuple[str, int, int]]
    """Day, downloads, deletions: days with any."""
    sample: bool
