"""Context of the frame around every page."""

from __future__ import annotations

import msgspec


class TitleLink(msgspec.Struct, frozen=True):
    """A book that is named by its title alone."""

    isbn: str
    title: str


class ShopFacts(msgspec.Struct, frozen=True):
    """The shop's own name and settings, as the frame of every page shows them; '' = not set."""

    name: str = "bookrec"
    tagline: str = ""
    welcome: str = ""
    intro: str = ""
    about: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    languages: dict[str, str] = {}
    """Code → name of each language of the pages, the default first."""
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
    """Code of a locale, such as 'en', 'vi' or 'pt_BR'."""
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
    asks_consent: bool = False
    """Whether the page asks the visitor if their visit may be recorded."""
    consent: str = ""
    """State of a visitor's consent, see `bookrec.web.events.consent.Consent`; '' for a reader."""
    view_id: str = ""
    """Name of the event that a book's page was opened; '' when the visit is not recorded."""
    head: PageHead | None = None
    """None for pages that only people read."""
    files: FileSite | None = None
    """None on the live site."""

    @property
    def accounts(self) -> bool:
        """Whether readers can sign in from this page."""
        return self.files is None or bool(self.files.api)
