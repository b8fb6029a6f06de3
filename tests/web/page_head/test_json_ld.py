"""JSON-LD: safe in a script, and of the shape that schema.org has."""

from __future__ import annotations

import json

from bookrec.web.contexts.book import BookPage
from bookrec.web.contexts.books import BookCard, Shelf
from bookrec.web.contexts.shell import ShopFacts
from bookrec.web.page_head.json_ld import book_data, script_text
from bookrec.web.page_head.public_addresses import LiveAddresses

LIVE = LiveAddresses("https://x.example", ("en", "vi"))
NASTY = '</script><script>alert(1)</script> “quotes" & 🍜 \u202eRTL\u2028 <!--'


def page(**changes: object) -> BookPage:
    fields = {
        "isbn": "0441172717",
        "title": "Dune",
        "author": "Frank Herbert",
        "year": 1990,
        "publisher": "Ace Books",
        "image_url": "",
        "cover_url": "/covers/0441172717.svg?v=1",
        "rating_mean": 8.126,
        "rating_count": 9,
        "reader_count": 12,
        "price": 1250,
        "currency": "USD",
        "stock": 2,
        "language": "eng",
        "series": "Dune Novels",
        "series_number": 1.0,
        **changes,
    }
    return BookPage(
        book=BookCard(**fields),  # type: ignore[arg-type]
        similar=Shelf("precomputed", []),
        editions=[],
        my_rating=None,
        my_shelf=None,
        because=[],
        by_author=[],
        ratings=[],
        near_readers=0,
        near_pleased=0,
        description="A desert planet.",
    )


def test_a_book_with_its_offer() -> None:
    url = "https://x.example/vi/books/0441172717"
    assert book_data(page(), "vi", LIVE, ShopFacts(name="Shop")) == {
        "@context": "https://schema.org",
        "@type": "Book",
        "@id": url,
        "url": url,
        "name": "Dune",
        "author": {
            "@type": "Person",
            "name": "Frank Herbert",
            "url": "https://x.example/vi/authors/Frank%20Herbert",
        },
        "isbn": "0441172717",
        "image": "https://x.example/covers/0441172717.svg?v=1",
        "publisher": {"@type": "Organization", "name": "Ace Books"},
        "datePublished": "1990",
        "inLanguage": "en",
        "description": "A desert planet.",
        "isPartOf": {
            "@type": "BookSeries",
            "name": "Dune Novels",
            "url": "https://x.example/vi/series/Dune%20Novels",
        },
        "position": "1",
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": 8.13,
            "ratingCount": 9,
            "bestRating": 10,
            "worstRating": 1,
        },
        "offers": {
            "@type": "Offer",
            "price": "12.50",
            "priceCurrency": "USD",
            "availability": "https://schema.org/LimitedAvailability",
            "url": url,
            "seller": {"@type": "Organization", "name": "Shop"},
        },
    }


def test_unknown_facts_are_left_out() -> None:
    bare = page(isbn="gb:12", author="", year=None, publisher="", rating_mean=None, price=None)
    data = book_data(bare, "en", LiveAddresses("", ("en",)), ShopFacts())
    assert data["identifier"] == "gb:12"
    assert not data.keys() & {"isbn", "author", "url", "image", "aggregateRating", "offers"}


def test_stock_as_schema_org_says_it() -> None:
    for stock, word in (
        (0, "OutOfStock"),
        (3, "LimitedAvailability"),
        (4, "InStock"),
        (None, "InStock"),
    ):
        offers = book_data(page(stock=stock), "en", LIVE, ShopFacts())["offers"]
        assert offers["availability"] == f"https://schema.org/{word}"


def test_no_title_ends_the_script() -> None:
    data = book_data(page(title=NASTY), "en", LIVE, ShopFacts())
    text = script_text(data)
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text)["name"] == NASTY
