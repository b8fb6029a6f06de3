"""Pages of a unit: contexts of the live site's pages, without a request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from bookrec.search.words import name_key, series_key
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.export_site.files.links import (
    LOGIN_FILE,
    SEARCH_FILE,
    SORTS,
    author_file,
    book_file,
    list_file,
    series_file,
)
from bookrec.web.export_site.site_view import SiteView
from bookrec.web.export_site.units import Unit
from bookrec.web.kit.addresses import author_path, book_path, series_path
from bookrec.web.kit.contexts import ErrorPage, FileSearchPage, LoginPage
from bookrec.web.pages.browse import book_context
from bookrec.web.pages.catalogue import (
    PAGE_SIZE,
    author_context,
    author_query,
    catalogue_context,
    list_facets,
    series_context,
)
from bookrec.web.pages.home import visitor_home
from bookrec.web.recommendations.home_shelves import newest_books
from bookrec.web.store.catalogue import books_by_isbn


class ExportedPage(msgspec.Struct, frozen=True):
    """A page to render in every language."""

    file: str
    """Without the language's folder."""
    path: str
    """Of the same page on the live site."""
    template: str
    page: msgspec.Struct
    listed: bool = True
    """Whether search engines are told of it."""


SINGLES: Final = ("home", "404", "search")
ACCOUNT_SINGLES: Final = ("login",)
"""Single pages of a site with a live one behind it."""


def pages_of(view: SiteView, unit: Unit) -> Iterator[ExportedPage]:
    """Yield the pages of a unit."""
    if unit.kind == "books":
        yield from _books(view, unit.keys)
    elif unit.kind == "list":
        for key in unit.keys:
            yield _list(view, unit.sort, int(key))
    else:
        one = {"authors": _author, "series": _series, "single": _single}[unit.kind]
        for key in unit.keys:
            yield from one(view, key)


def _books(view: SiteView, isbns: list[str]) -> Iterator[ExportedPage]:
    for book in books_by_isbn(view.snapshot, isbns).values():
        page = book_context(view, book, None)
        yield ExportedPage(book_file(book.isbn), book_path(book.isbn), "book.html", page)


def _author(view: SiteView, name: str) -> Iterator[ExportedPage]:
    number = pages = 1
    while number <= pages:
        query = author_query(name, SORTS[0], number)
        page = author_context(view, query, search(view.snapshot, query))
        pages = page.pages
        path = author_path(page.name) + (f"?page={number}" if number > 1 else "")
        yield ExportedPage(author_file(name_key(name), number), path, "author.html", page)
        number += 1


def _series(view: SiteView, name: str) -> Iterator[ExportedPage]:
    page = series_context(view, name)
    if page is not None:
        file = series_file(series_key(name))
        yield ExportedPage(file, series_path(page.name), "series.html", page)


def _list(view: SiteView, sort: str, number: int) -> ExportedPage:
    query = SearchQuery(sort=sort, page=number, page_size=PAGE_SIZE)
    result = search(view.snapshot, query)
    # Facets lead to the live site.
    facets = list_facets(view.snapshot, query, result) if view.settings.api_url else []
    page = catalogue_context(view, query, result, facets)
    fields = [f"sort={sort}"] if sort != SORTS[0] else []
    fields += [f"page={number}"] if number > 1 else []
    path = f"/books?{'&'.join(fields)}" if fields else "/books"
    listed = sort == SORTS[0]
    return ExportedPage(list_file(sort, number), path, "catalogue.html", page, listed)


def _single(view: SiteView, name: str) -> Iterator[ExportedPage]:
    if name == "home":
        newest = newest_books(view.snapshot, datetime.now(UTC).year)
        yield ExportedPage("index.html", "/", "home.html", visitor_home(view, newest))
    elif name == "404":
        yield ExportedPage("404.html", "/404", "error.html", ErrorPage(404, "not_found"), False)
    elif name == "search":
        yield ExportedPage(SEARCH_FILE, "/search", "search.html", FileSearchPage(), False)
    else:
        page = LoginPage(next="/", username="", error=None)
        yield ExportedPage(LOGIN_FILE, "/sign-in", "login.html", page, False)


def with_language(page: ExportedPage, folder: str) -> ExportedPage:
    """Return a page with its file in a language's folder."""
    return replace(page, file=f"{folder}{page.file}")
