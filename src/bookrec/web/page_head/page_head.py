"""Head of a public page: canonical address, languages, Open Graph and structured data."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import msgspec

from bookrec.json_types import JsonObject
from bookrec.web.contexts.book import BookPage
from bookrec.web.contexts.catalogue import (
    AuthorPage,
    CataloguePage,
    NewBooksPage,
    PublisherPage,
    SeriesPage,
)
from bookrec.web.contexts.home import HomePage
from bookrec.web.contexts.shell import OtherLanguage, PageHead, ShopFacts
from bookrec.web.kit.addresses import author_path, book_path, publisher_path, series_path
from bookrec.web.page_head.json_ld import book_data, list_data, script_text, shop_data
from bookrec.web.page_head.public_addresses import PublicAddresses

_KINDS: Final[dict[type, str]] = {
    AuthorPage: "Person",
    PublisherPage: "Organization",
    SeriesPage: "BookSeries",
}
"""Page of a name → type of what has the name, in schema.org."""
_NOT_INDEXED: Final = PageHead(robots="noindex, follow")


def page_head(
    page: msgspec.Struct,
    language: str,
    addresses: PublicAddresses,
    shop: ShopFacts,
) -> PageHead | None:
    """Return the head of a page that is the same for everyone; None for a page of another kind.

    Searches and other orders of a list are left to the list itself: engines are told not to index them.

    Args:
        page: context of the page's template.
        language: of the page.
        addresses: of the site's pages.
        shop: has the languages, and is the offers' seller.
    """
    if isinstance(page, CataloguePage) and not _is_plain(page):
        return _NOT_INDEXED
    if isinstance(page, AuthorPage | PublisherPage) and page.sort != "popular":
        return _NOT_INDEXED
    path = _canonical_path(page)
    if path is None:
        return None
    urls = [(code, addresses.page_url(path, code)) for code in shop.languages]
    return PageHead(
        canonical=addresses.page_url(path, language),
        others=[OtherLanguage(code, url) for code, url in urls if url and len(urls) > 1],
        kind="book" if isinstance(page, BookPage) else "website",
        image=_image(page, addresses, shop),
        author=_author_url(page, language, addresses),
        json_ld=_json_ld(page, path, language, addresses, shop),
    )


def _is_plain(page: CataloguePage) -> bool:
    filters = (page.q, page.author, page.publisher, page.by, page.category, page.language)
    bounds = (page.year_from, page.year_to, page.rating_from, page.price_from, page.price_below)
    filtered = any(filters) or page.in_stock or any(bound is not None for bound in bounds)
    return not filtered and page.sort == "popular"


def _canonical_path(page: msgspec.Struct) -> str | None:
    if isinstance(page, BookPage):
        return book_path(page.book.isbn)
    if isinstance(page, AuthorPage):
        return _numbered(author_path(page.name), page.page)
    if isinstance(page, PublisherPage):
        return _numbered(publisher_path(page.name), page.page)
    if isinstance(page, NewBooksPage):
        return _numbered("/new", page.page)
    if isinstance(page, SeriesPage):
        return series_path(page.name)
    if isinstance(page, CataloguePage):
        return _numbered("/books", page.page)
    return "/" if isinstance(page, HomePage) else None


def _numbered(path: str, number: int) -> str:
    return f"{path}?{urlencode({'page': number})}" if number > 1 else path


def _image(page: msgspec.Struct, addresses: PublicAddresses, shop: ShopFacts) -> str:
    if isinstance(page, BookPage):
        return page.book.image_url or addresses.file_url(page.book.cover_url)
    return addresses.file_url(shop.logo_url) if shop.logo_url else ""


def _author_url(page: msgspec.Struct, language: str, addresses: PublicAddresses) -> str:
    if not isinstance(page, BookPage) or not page.book.author:
        return ""
    return addresses.page_url(author_path(page.book.author), language)


def _json_ld(
    page: msgspec.Struct, path: str, language: str, addresses: PublicAddresses, shop: ShopFacts
) -> str:
    data: JsonObject | None = None
    if isinstance(page, BookPage):
        data = book_data(page, language, addresses, shop)
    elif isinstance(page, AuthorPage | PublisherPage | SeriesPage):
        kind = _KINDS[type(page)]
        isbns = [book.isbn for book in page.items]
        data = list_data(kind, page.name, path, language, addresses, isbns)
    elif isinstance(page, HomePage):
        data = shop_data(language, addresses, shop)
    return script_text(data) if data else ""
