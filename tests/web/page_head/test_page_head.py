"""Heads of the live site's pages, read by libraries as engines read them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bookrec.settings import Home
from schema_org import faults
from selling import DUNE, EMMA, offer
from site_testing import Client, open_client
from small_snapshot import SCRIPT_ISBN

SITE = "https://shop.example"


@pytest.fixture(scope="module")
def known_site(
    published_snapshot: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A site that knows its address and sells two books."""
    home = Home(tmp_path_factory.mktemp("head") / "home")
    shutil.copytree(published_snapshot, home.snapshots)
    offer(home, **{f"i{EMMA}": (85_000, 50), f"i{DUNE}": (120_000, 0)})
    with open_client(home, address=SITE) as client:
        yield client


def data_of(page: str) -> dict[str, list[Any]]:
    extruct = pytest.importorskip("extruct", reason="extruct is not installed")
    data: dict[str, list[Any]] = extruct.extract(page, syntaxes=["json-ld", "opengraph"])
    return data


@pytest.mark.parametrize("isbn", [DUNE, EMMA, SCRIPT_ISBN, "ml:357", "gb:12", "0553382578"])
def test_book_pages_have_valid_data(known_site: Client, isbn: str) -> None:
    data = data_of(known_site.get(f"/books/{isbn}").text)
    (book,) = data["json-ld"]
    assert book["@type"] == "Book"
    assert faults(book) == []
    assert ("offers" in book) == (isbn in (DUNE, EMMA))
    (graph,) = data["opengraph"]
    properties = dict(graph["properties"])
    assert properties["og:url"] == book["url"]
    assert {"og:title", "og:type", "og:image", "og:url"} <= properties.keys()
    assert properties["og:type"] == "book"


def test_languages_name_each_other(known_site: Client) -> None:
    for prefers, path in (("en", f"/books/{DUNE}"), ("vi", f"/vi/books/{DUNE}")):
        page = known_site.get(f"/books/{DUNE}", headers={"accept-language": prefers}).text
        assert f'<link rel="canonical" href="{SITE}{path}">' in page
        for language, other in (("en", ""), ("vi", "/vi"), ("x-default", "")):
            link = f'<link rel="alternate" hreflang="{language}" href="{SITE}{other}/books/{DUNE}">'
            assert link in page


def test_lists_and_searches(known_site: Client) -> None:
    assert f'href="{SITE}/books?page=2">' in known_site.get("/books?sort=popular&page=2").text
    for path in (
        "/books?q=dune",
        "/books?sort=title",
        "/books?by=King",
        "/authors/King?sort=title",
    ):
        page = known_site.get(path).text
        if path.startswith("/books"):
            assert '<meta name="robots" content="noindex, follow">' in page
        assert "canonical" not in page
    series = data_of(known_site.get("/series/Harry%20Potter").text)["json-ld"][0]
    assert faults(series) == []
    assert faults(data_of(known_site.get("/").text)["json-ld"][0]) == []
    urls = [item["url"] for item in series["mainEntity"]["itemListElement"]]
    assert urls == [f"{SITE}/books/0590353403", f"{SITE}/books/0439139597"]


def test_a_site_without_an_address_names_none(visitor: Client) -> None:
    page = visitor.get(f"/books/{DUNE}").text
    assert "canonical" not in page
    assert "hreflang" not in page.split("<body>")[0]
    assert "@id" not in page
    assert '"@type":"Book"' in page
