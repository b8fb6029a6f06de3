"""The sitemap: parts within the protocol's limits, days of change, addresses escaped."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bookrec.web.export_site.files import sitemap
from bookrec.web.export_site.files.links import SiteLinks
from bookrec.web.export_site.files.manifest import FileEntry
from bookrec.web.export_site.files.sitemap import robots_file, sitemap_files

LINKS = SiteLinks("https://www.example.org", "", ("en", "vi"))
SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def entry(day: str, listed: bool = True) -> FileEntry:
    return FileEntry("", "", 1, day, listed)


def addresses(content: bytes) -> list[tuple[str, str]]:
    tree = ElementTree.fromstring(content)
    return [
        (child.findtext("s:loc", "", SPACE), child.findtext("s:lastmod", "", SPACE))
        for child in tree
    ]


def test_pages_of_a_kind_and_language_stand_together() -> None:
    files = {
        "index.html": entry("2026-11-03"),
        "vi/index.html": entry("2026-11-02"),
        "books/1.html": entry("2026-11-01"),
        "books/index.html": entry("2026-11-04"),
        "vi/books/1.html": entry("2026-11-05"),
        "search.html": entry("2026-11-06", listed=False),
    }
    made = sitemap_files(files, LINKS)
    assert addresses(made["sitemap.xml"]) == [
        ("https://www.example.org/sitemaps/en-books-1.xml", "2026-11-04"),
        ("https://www.example.org/sitemaps/en-pages-1.xml", "2026-11-03"),
        ("https://www.example.org/sitemaps/vi-books-1.xml", "2026-11-05"),
        ("https://www.example.org/sitemaps/vi-pages-1.xml", "2026-11-02"),
    ]
    assert addresses(made["sitemaps/en-books-1.xml"]) == [
        ("https://www.example.org/books/1.html", "2026-11-01"),
        ("https://www.example.org/books/", "2026-11-04"),
    ]


@pytest.mark.parametrize(("limit", "value"), [("MOST_URLS", 2), ("MOST_BYTES", 1_300)])
def test_parts_have_at_most_so_many_addresses_and_bytes(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(sitemap, limit, value)
    files = {f"books/{n}.html": entry("2026-11-01") for n in range(5)}
    made = sitemap_files(files, LINKS)
    parts = [addresses(content) for name, content in made.items() if name != "sitemap.xml"]
    assert [len(part) for part in parts] == [2, 2, 1]
    assert [pair for part in parts for pair in part] == [
        (f"https://www.example.org/books/{n}.html", "2026-11-01") for n in range(5)
    ]


def test_robots_txt_names_the_sitemap_where_the_address_is_known() -> None:
    assert robots_file(LINKS).decode().splitlines() == [
        "User-agent: *",
        "Disallow: /.bookrec-export/",
        "Disallow: /search.html",
        "Disallow: /vi/search.html",
        "",
        "Sitemap: https://www.example.org/sitemap.xml",
    ]
    assert b"Sitemap" not in robots_file(SiteLinks("", "", ("en",)))
