"""Structured data of schema.org as JSON-LD: books with their offers, series, authors, the shop.

A search engine reads them from a ``<script type="application/ld+json">``. `script_text` escapes all
characters that could end the script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from bookrec.isbn import is_isbn10, is_isbn13
from bookrec.json_types import JsonObject
from bookrec.shop.selling.currencies import major_units
from bookrec.web.contexts.book import BookPage
from bookrec.web.contexts.books import BookCard
from bookrec.web.contexts.shell import ShopFacts
from bookrec.web.kit.addresses import author_path, book_path, series_path
from bookrec.web.page_head.public_addresses import PublicAddresses

_CONTEXT: Final = "https://schema.org"
_FEW_COPIES: Final = 3
_ESCAPES: Final = {
    ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029\u0085"
}
_LANGUAGE_CODE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SHORT_CODES: Final = {"eng": "en", "vie": "vi", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr"}


def script_text(data: JsonObject) -> str:
    """Return data as JSON that is safe inside a ``<script>`` of an HTML page.

    >>> script_text({"name": "</script>"})
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def book_data(
    page: BookPage, language: str, addresses: PublicAddresses, shop: ShopFacts
) -> JsonObject:
    """Return the ``Book`` of a book's page, with its ``Offer`` where it has a price."""
    book = page.book
    url = addresses.page_url(book_path(book.isbn), language)
    data: JsonObject = {
        "@context": _CONTEXT,
        "@type": "Book",
        **_with_url(url),
        "name": book.title,
        **_author(book, language, addresses),
        **_identifier(book.isbn),
    }
    if image := _image(book, addresses):
        data["image"] = image
    if book.publisher:
        data["publisher"] = {"@type": "Organization", "name": book.publisher}
    if book.year is not None:
        data["datePublished"] = f"{book.year:04d}"
    if code := _language_code(book.language):
        data["inLanguage"] = code
    if book.category:
        data["genre"] = book.category
    if page.description:
        data["description"] = page.description
    if book.series:
        data["isPartOf"] = {
            "@type": "BookSeries",
            "name": book.series,
            **_url_of(addresses.page_url(series_path(book.series), language)),
        }
        if book.series_number is not None:
            data["position"] = f"{book.series_number:g}"
    if book.rating_mean is not None and book.rating_count:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(book.rating_mean, 2),
            "ratingCount": book.rating_count,
            "bestRating": 10,
            "worstRating": 1,
        }
    if book.price is not None:
        data["offers"] = _offer(book, book.price, url, shop)
    return data


def list_data(
    kind: str, name: str, path: str, language: str, addresses: PublicAddresses, books: Sequence[str]
) -> JsonObject:
    """Return a list of books by their ISBNs, in order, and the thing that they belong to.

    Args:
        kind: type of the thing, such as ``Person``.
        name: of the thing.
        path: of its page.
        language: of the page.
        addresses: of the site.
        books: ISBNs.
    """
    url = addresses.page_url(path, language)
    urls = [addresses.page_url(book_path(isbn), language) for isbn in books]
    items = [
        {"@type": "ListItem", "position": place, "url": address}
        for place, address in enumerate(urls, start=1)
        if address
    ]
    entries = {"mainEntity": {"@type": "ItemList", "itemListElement": items}} if items else {}
    return {
        "@context": _CONTEXT,
        "@type": "CollectionPage",
        **_with_url(url),
        "name": name,
        "about": {"@type": kind, "name": name},
        **entries,
    }


def shop_data(language: str, addresses: PublicAddresses, shop: ShopFacts) -> JsonObject:
    """Return the ``BookStore`` of the home page."""
    facts = {
        "slogan": shop.tagline,
        "address": shop.address,
        "telephone": shop.phone,
        "email": shop.email,
        "logo": addresses.file_url(shop.logo_url) if shop.logo_url else "",
    }
    return {
        "@context": _CONTEXT,
        "@type": "BookStore",
        **_with_url(addresses.page_url("/", language)),
        "name": shop.name,
        **{name: value for name, value in facts.items() if value},
    }


def _offer(book: BookCard, price: int, url: str, shop: ShopFacts) -> JsonObject:
    if book.stock == 0:
        availability = "OutOfStock"
    elif book.stock is not None and book.stock <= _FEW_COPIES:
        availability = "LimitedAvailability"
    else:
        availability = "InStock"
    return {
        "@type": "Offer",
        "price": str(major_units(price, book.currency)),
        "priceCurrency": book.currency,
        "availability": f"{_CONTEXT}/{availability}",
        **_url_of(url),
        "seller": {"@type": "Organization", "name": shop.name},
    }


def _author(book: BookCard, language: str, addresses: PublicAddresses) -> JsonObject:
    if not book.author:
        return {}
    url = addresses.page_url(author_path(book.author), language)
    return {"author": {"@type": "Person", "name": book.author, **_url_of(url)}}


def _identifier(isbn: str) -> JsonObject:
    if is_isbn10(isbn) or is_isbn13(isbn):
        return {"isbn": isbn}
    return {"identifier": isbn}


def _image(book: BookCard, addresses: PublicAddresses) -> str:
    return book.image_url or addresses.file_url(book.cover_url)


def _language_code(language: str) -> str:
    """BCP 47 code of a book's language; '' for a text that is no code."""
    code = language.strip().lower()
    return _SHORT_CODES.get(code, code) if _LANGUAGE_CODE.fullmatch(code) else ""


def _with_url(url: str) -> JsonObject:
    return {"@id": url, "url": url} if url else {}


def _url_of(url: str) -> JsonObject:
    return {"url": url} if url else {}
