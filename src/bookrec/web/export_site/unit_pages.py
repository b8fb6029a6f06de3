"""Pages of a unit: contexts of the live site's pages, without a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from bookrec.search.words import name_key, series_key
from bookrec.web.catalogue_search.search import SearchQuery
from bookrec.web.contexts.catalogue import FileSearchPage
from bookrec.web.contexts.entrance import LoginPage
from bookrec.web.contexts.errors import ErrorPage
from bookrec.web.export_site.files.links import (
    LOGIN_FILE,
    SEARCH_FILE,
    SORTS,
    author_file,
    book_file,
    list_file,
    new_file,
    publisher_file,
    publisher_key,
    series_file,
)
from bookrec.web.export_site.site_view import SiteView
from bookrec.web.export_site.units import Unit
from bookrec.web.kit.addresses import author_path, book_path, publisher_path, series_path
from bookrec.web.pages.browse import book_context
from bookrec.web.pages.browsing.catalogue import (
    PAGE_SIZE,
    books_of,
    catalogue_context,
    search_with_facets,
)
from bookrec.web.pages.browsing.names import (
    author_context,
    name_query,
    new_context,
    new_query,
    publisher_context,
    series_context,
)
from bookrec.web.pages.home import visitor_home
from bookrec.web.recommendations.home_shelves import newest_books
from bookrec.web.store.catalogue import books_by_isbn
from bookrec.web.store.languages import codes_of_language


class ExportedPage(msgspec.Struct, frozen=True):
    """A page to render in every language."""

    file: str
    """Without the language's folder."""
    path: str
    """Path of the same page on the live site."""
    template: str
    page: msgspec.Struct
    listed: bool = True
    """Whether search engines are told of it."""
    language: str | None = None
    """The one language of it; None when it is the same in all."""


SINGLES: Final = ("home", "new", "404", "search")
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
        pages = _PAGES_OF_KEY[unit.kind]
        for key in unit.keys:
            yield from pages(view, key)


def _books(view: SiteView, isbns: list[str]) -> Iterator[ExportedPage]:
    for book in books_by_isbn(view.snapshot, isbns).values():
        page = book_context(view, book, None)
        yield ExportedPage(book_file(book.isbn), book_path(book.isbn), "book.html", page)


def _author(view: SiteView, name: str) -> Iterator[ExportedPage]:
    number = pages = 1
    while number <= pages:
        query = name_query(SearchQuery(by=name), SORTS[0], number)
        page = author_context(view, query, books_of(view, query))
        pages = page.pages
        path = _numbered(author_path(page.name), number)
        yield ExportedPage(author_file(name_key(name), number), path, "author.html", page)
        number += 1


def _publisher(view: SiteView, name: str) -> Iterator[ExportedPage]:
    number = pages = 1
    while number <= pages:
        query = name_query(SearchQuery(publisher=name), SORTS[0], number)
        page = publisher_context(view, query, books_of(view, query))
        pages = page.pages
        path = _numbered(publisher_path(page.name), number)
        file = publisher_file(publisher_key(name), number)
        yield ExportedPage(file, path, "publisher.html", page)
        number += 1


def _series(view: SiteView, name: str) -> Iterator[ExportedPage]:
    page = series_context(view, name)
    if page is not None:
        file = series_file(series_key(name))
        yield ExportedPage(file, series_path(page.name), "series.html", page)


def list_query(sort: str, number: int) -> SearchQuery:
    """Return the search for a page of the catalogue."""
    return SearchQuery(sort=sort, page=number, page_size=PAGE_SIZE, works=True)


def _list(view: SiteView, sort: str, number: int) -> ExportedPage:
    query = list_query(sort, number)
    # Facets lead to the live site.
    if view.settings.api_url:
        page = catalogue_context(view, query, *search_with_facets(view, query))
    else:
        page = catalogue_context(view, query, books_of(view, query), [])
    fields = [f"sort={sort}"] if sort != SORTS[0] else []
    fields += [f"page={number}"] if number > 1 else []
    path = f"/books?{'&'.join(fields)}" if fields else "/books"
    listed = sort == SORTS[0]
    return ExportedPage(list_file(sort, number), path, "catalogue.html", page, listed)


def _single(view: SiteView, name: str) -> Iterator[ExportedPage]:
    if name == "home":
        for language in view.languages:
            codes = codes_of_language(view.snapshot, language)
            newest = newest_books(view.snapshot, datetime.now(UTC).year, codes)
            page = visitor_home(view, language, newest)
            yield ExportedPage("index.html", "/", "home.html", page, language=language)
    elif name == "new":
        for language in view.languages:
            yield from _new(view, language)
    elif name == "404":
        yield ExportedPage("404.html", "/404", "error.html", ErrorPage(404, "not_found"), False)
    elif name == "search":
        yield ExportedPage(SEARCH_FILE, "/search", "search.html", FileSearchPage(), False)
    else:
        login = LoginPage(next="/", username="", error=None)
        yield ExportedPage(LOGIN_FILE, "/sign-in", "login.html", login, False)


def _new(view: SiteView, language: str) -> Iterator[ExportedPage]:
    number = pages = 1
    while number <= pages:
        query = new_query(view, language, number)
        page = new_context(view, query, books_of(view, query))
        pages = page.pages
        path = _numbered("/new", number)
        yield ExportedPage(new_file(number), path, "new.html", page, language=language)
        number += 1


_PAGES_OF_KEY: Final[dict[str, Callable[[SiteView, str], Iterator[ExportedPage]]]] = {
    "authors": _author,
    "publishers": _publisher,
    "series": _series,
    "single": _single,
}
"""Kind of a unit → pages of one of its keys."""


def _numbered(path: str, number: int) -> str:
    return f"{path}?page={number}" if number > 1 else path


def with_language(page: ExportedPage, folder: str) -> ExportedPage:
    """Return a page with its file in a language's folder."""
    return replace(page, file=f"{folder}{page.file}")
