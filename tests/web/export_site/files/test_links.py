"""Addresses of exported files, and links of pages turned to them."""

from __future__ import annotations

import pytest

from bookrec.web.export_site.files.links import SiteLinks

API = "https://shop.example.org"
LINKS = SiteLinks("https://www.example.org/books", API, ("vi", "en"))
ALONE = SiteLinks("", "", ("en", "vi"))


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", "/"),
        ("/books", "/books/"),
        ("/books?sort=popular", "/books/"),
        ("/books?sort=relevance&page=1", "/books/"),
        ("/books?sort=newest", "/books/lists/newest-1.html"),
        ("/books?page=3", "/books/lists/popular-3.html"),
        ("/books/014143984X", "/books/014143984X.html"),
        ("/books/VH%2F00013", "/books/_56_48_2f00013.html"),
        ("/books/page-2", "/books/page-2.html"),
        ("/authors/Tolkien%2C%20J.%20R.%20R.", "/authors/jrrtolkien.html"),
        ("/authors/J.R.R.%20Tolkien?sort=popular&page=2", "/authors/jrrtolkien/2.html"),
        ("/series/The%20Dark%20Tower", "/series/darktower.html"),
        ("/books/0441172717?lang=vi", "/vi/books/0441172717.html"),
        ("/?lang=vi", "/vi/"),
        ("/covers/gb%3A12.svg?v=1", "/covers/gb_3a12.svg?v=1"),
        ("/static/site.css?v=2", "/static/site.css?v=2"),
        # What only a server can answer.
        ("/books?q=dune", None),
        ("/books?page=0", None),
        ("/books?sort=newest&by=King", None),
        ("/authors/King?sort=title", None),
        ("/authors/%3F%3F%3F", None),
        ("/login?next=/books/0441172717", None),
        ("/?lang=fr", None),
    ],
)
def test_addresses_of_a_site_without_an_api(path: str, address: str | None) -> None:
    assert ALONE.address(path, "en") == address


def test_addresses_below_a_folder_and_with_an_api() -> None:
    assert LINKS.address("/books/0441172717", "vi") == "/books/books/0441172717.html"
    assert LINKS.address("/books/0441172717", "en") == "/books/en/books/0441172717.html"
    assert LINKS.address("/login?next=/", "en") == f"{API}/login?next=/"
    assert LINKS.address("/books?q=dune", "en") == f"{API}/books?q=dune"
    assert LINKS.page_url("/", "en") == "https://www.example.org/books/en/"
    assert LINKS.page_url("/books?page=2", "vi") == (
        "https://www.example.org/books/books/lists/popular-2.html"
    )
    assert LINKS.file_url("/covers/1.svg?v=2") == "https://www.example.org/books/covers/1.svg?v=2"
    assert LINKS.root("vi") == "/books"
    assert LINKS.root("en") == "/books/en"
    assert ALONE.page_url("/", "en") == ""


def test_links_of_a_page_are_turned_and_text_is_not() -> None:
    page = (
        '<a class="x" href="/books?page=2">2</a> <img src="/covers/1.svg?v=3">'
        '<a href="/books?q=a&amp;by=b">b</a><form action="/books" method="get">'
        ' a title with href=/books <a href="https://x.example/">x</a> &#34; href=&#34;/books&#34;'
    )
    assert LINKS.relink(page, "vi") == (
        '<a class="x" href="/books/books/lists/popular-2.html">2</a>'
        ' <img src="/books/covers/1.svg?v=3">'
        f'<a href="{API}/books?q=a&amp;by=b">b</a><form action="{API}/books" method="get">'
        ' a title with href=/books <a href="https://x.example/">x</a> &#34; href=&#34;/books&#34;'
    )
    assert '<a>b</a><form action="/search.html" method="get">' in ALONE.relink(page, "en")
