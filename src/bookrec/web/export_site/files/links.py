"""Addresses of the exported files, and links of rendered pages turned to them.

The templates write the addresses of the live site. `SiteLinks.relink` replaces each by that of the
exported file; what is not exported leads to the live site, or loses its address where there is none.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from bookrec.search.words import name_key, series_key
from bookrec.web.export_site.files.file_names import file_name

SORTS: Final = ("popular", "rating", "newest", "title")
"""Orders of the catalogue that are exported."""
SEARCH_FILE: Final = "search.html"
LOGIN_FILE: Final = "login.html"
FEED_FILE: Final = "new.xml"
_LINK: Final = re.compile(r' (href|src|action)="(/[^"]*)"')
_NEUTRAL: Final = ("/static/", "/covers/", "/shop.css", "/shop-logo")
"""Beginnings of addresses that have no language."""
_MOST_KEPT: Final = 50_000


class SiteLinks:
    """Addresses of a site of files."""

    def __init__(
        self, base_url: str, api_url: str, languages: Sequence[str], logo_ending: str = "png"
    ) -> None:
        """Make the addresses.

        Args:
            base_url: public address of the directory; '' when unknown: it then is a host's root.
            api_url: address of the live site; '' without one.
            languages: of the shop, the default first; its pages have no folder of their own.
            logo_ending: of the file of the shop's logo.
        """
        self.base_url, self.api_url, self.languages = base_url, api_url, tuple(languages)
        parts = urlsplit(base_url)
        self.base = parts.path
        self._origin = f"{parts.scheme}://{parts.netloc}" if base_url else ""
        self._logo = f"shop-logo.{logo_ending}"
        self.address = lru_cache(maxsize=_MOST_KEPT)(self._address)

    def folder(self, language: str) -> str:
        """Return the folder of a language's pages: '' or ``vi/``."""
        return "" if language == self.languages[0] else f"{language}/"

    def root(self, language: str) -> str:
        """Return the start of the addresses of a language's pages, without a slash at its end."""
        return f"{self.base}/{self.folder(language)}".rstrip("/")

    def page_url(self, path: str, language: str) -> str:
        """See `bookrec.web.page_head.public_addresses.PublicAddresses`."""
        file = self.file_of(path, language)
        return f"{self._origin}{self.address_of(file)}" if file and self._origin else ""

    def file_url(self, path: str) -> str:
        """See `bookrec.web.page_head.public_addresses.PublicAddresses`."""
        address = self.address(path, self.languages[0])
        return f"{self._origin}{address}" if address and self._origin else ""

    def url_of(self, file: str) -> str:
        """Return the absolute address of a file; '' when the base is unknown."""
        return f"{self._origin}{self.address_of(file)}" if self._origin else ""

    def address_of(self, file: str) -> str:
        """Return the address of a file; a folder's own page has the folder's."""
        return f"{self.base}/{file.removesuffix('index.html') if _is_index(file) else file}"

    def relink(self, page: str, language: str) -> str:
        """Return a rendered page with its links turned to files."""

        def turned(match: re.Match[str]) -> str:
            attribute, value = match[1], match[2]
            address: str | None = self.address(html.unescape(value), language)
            if attribute == "action" and value == "/books":
                search = self.address_of(f"{self.folder(language)}{SEARCH_FILE}")
                address = f"{self.api_url}/books" if self.api_url else search
            # A link to nowhere is text.
            return "" if address is None else f' {attribute}="{html.escape(address)}"'

        return _LINK.sub(turned, page)

    def _address(self, path: str, language: str) -> str | None:
        """Address of a link of the live site; None when it leads nowhere."""
        bare, _, query = path.partition("?")
        if bare.startswith(_NEUTRAL):
            name = self._neutral_file(bare)
            return f"{self.base}/{name}{f'?{query}' if query else ''}"
        file = self.file_of(path, language)
        if file is not None:
            return self.address_of(file)
        return f"{self.api_url}{path}" if self.api_url else None

    def _neutral_file(self, path: str) -> str:
        if path.startswith("/covers/"):
            return cover_file(unquote(path.removeprefix("/covers/").removesuffix(".svg")))
        return self._logo if path == "/shop-logo" else path.removeprefix("/")

    def file_of(self, path: str, language: str) -> str | None:
        """Return the file of a page of the live site, by its path with query; None without one."""
        bare, _, query = path.partition("?")
        fields = dict(parse_qsl(query, keep_blank_values=True))
        language = fields.pop("lang", language)
        if language not in self.languages:
            return None
        head, _, rest = bare.removeprefix("/").partition("/")
        page = _PAGES.get(head)
        file = page(unquote(rest), fields) if page else None
        return None if file is None else f"{self.folder(language)}{file}"


def cover_file(isbn: str) -> str:
    """Return the file of a generated cover."""
    return f"covers/{file_name(isbn)}.svg"


def book_file(isbn: str) -> str:
    """Return the file of a book's page, without its language's folder; so below."""
    return f"books/{file_name(isbn)}.html"


def list_file(sort: str, number: int) -> str:
    """Return the file of a page of the catalogue, numbered from 1."""
    if sort == SORTS[0] and number == 1:
        return "books/index.html"
    return f"books/lists/{sort}-{number}.html"


def author_file(key: str, number: int) -> str:
    """Return the file of a page of an author's books, by the key of the name."""
    name = f"authors/{file_name(key)}"
    return f"{name}.html" if number == 1 else f"{name}/{number}.html"


def publisher_file(key: str, number: int) -> str:
    """Return the file of a page of a publisher's books, by the key of the name."""
    name = f"publishers/{file_name(key)}"
    return f"{name}.html" if number == 1 else f"{name}/{number}.html"


def publisher_key(name: str) -> str:
    """Return the key by which spellings of a publisher are one: small letters for A to Z."""
    return "".join(c.lower() if c.isascii() else c for c in name)


def new_file(number: int) -> str:
    """Return the file of a page of new books, numbered from 1."""
    return "new/index.html" if number == 1 else f"new/{number}.html"


def series_file(key: str) -> str:
    """Return the file of the page of a series, by its key."""
    return f"series/{file_name(key)}.html"


def _home(rest: str, fields: dict[str, str]) -> str | None:
    return None if rest or fields else "index.html"


def _books(rest: str, fields: dict[str, str]) -> str | None:
    if rest:
        return None if fields else book_file(rest)
    number = _page(fields)
    sort = fields.get("sort", SORTS[0])
    sort = SORTS[0] if sort == "relevance" else sort
    if number is None or sort not in SORTS or fields.keys() - {"sort", "page"}:
        return None
    return list_file(sort, number)


def _authors(rest: str, fields: dict[str, str]) -> str | None:
    key, number = name_key(rest), _page(fields)
    usual = fields.get("sort", SORTS[0]) == SORTS[0] and not fields.keys() - {"sort", "page"}
    return author_file(key, number) if key and number is not None and usual else None


def _publishers(rest: str, fields: dict[str, str]) -> str | None:
    key, number = publisher_key(rest), _page(fields)
    usual = fields.get("sort", SORTS[0]) == SORTS[0] and not fields.keys() - {"sort", "page"}
    return publisher_file(key, number) if rest.strip() and number is not None and usual else None


def _new(rest: str, fields: dict[str, str]) -> str | None:
    number = _page(fields)
    return None if rest or number is None or fields.keys() - {"page"} else new_file(number)


def _series(rest: str, fields: dict[str, str]) -> str | None:
    key = series_key(rest)
    return series_file(key) if key and not fields else None


def _named(file: str) -> Callable[[str, dict[str, str]], str | None]:
    return lambda rest, fields: None if rest or fields else file


_PAGES: Final[dict[str, Callable[[str, dict[str, str]], str | None]]] = {
    "": _home,
    "books": _books,
    "authors": _authors,
    "publishers": _publishers,
    "series": _series,
    "new": _new,
    "404": _named("404.html"),
    "search": _named(SEARCH_FILE),
    "sign-in": _named(LOGIN_FILE),
}
"""First segment of a live path → the file of the rest and the query."""


def _page(fields: dict[str, str]) -> int | None:
    text = fields.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text) < 10**6 else None


def _is_index(file: str) -> bool:
    return file == "index.html" or file.endswith("/index.html")
