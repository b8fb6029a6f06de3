"""Pages of a unit: contexts of the live site's pages, without a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from bookrec.search.words import name_key, series_key
from bookrec.web.catalogue_search.facets import find_facets
from bookrec.web.catalogue_search.search import SearchQuery, SearchResult
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
from bookrec.web.export_site.units import PAGES_AT_ONCE, Unit
from bookrec.web.kit.addresses import author_path, book_path, publisher_path, series_path
from bookrec.web.pages.browse import book_context
from bookrec.web.pages.browsing.catalogue import (
    PAGE_SIZE,
    books_of,
    catalogue_context,
)
from bookrec.web.pages.browsing.names import (
    MOST_NEW,
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
        yield from _lists(view, unit.sort, int(unit.keys[0]), len(unit.keys))
    else:
        pages = _PAGES_OF_KEY[unit.kind]
        for key in unit.keys:
            yield from pages(view, key)


def _books(view: SiteView, isbns: list[str]) -> Iterator[ExportedPage]:
    for book in books_by_isbn(view.snapshot, isbns).values():
        page = book_context(view, book, None)
        yield ExportedPage(book_file(book.isbn), book_path(book.isbn), "book.html", page)


def _author(view: SiteView, name: str) -> Iterator[ExportedPage]:
    for query, result in _searched(view, name_query(SearchQuery(by=name), SORTS[0], 1)):
        page = author_context(view, query, result)
        path = _numbered(author_path(page.name), query.page)
        file = author_file(name_key(name), query.page)
        yield ExportedPage(file, path, "author.html", page)


def _publisher(view: SiteView, name: str) -> Iterator[ExportedPage]:
    for query, result in _searched(view, name_query(SearchQuery(publisher=name), SORTS[0], 1)):
        page = publisher_context(view, query, result)
        path = _numbered(publisher_path(page.name), query.page)
        file = publisher_file(publisher_key(name), query.page)
        yield ExportedPage(file, path, "publisher.html", page)


def _searched(
    view: SiteView, query: SearchQuery, first: int = 1, most: int | None = None
) -> Iterator[tuple[SearchQuery, SearchResult]]:
    """Yield the pages of a search, each as its own search would find it; one query reads many.

    Args:
        view: of the site.
        query: the search.
        first: number of the first page, one more than a multiple of `PAGES_AT_ONCE`.
        most: pages at most; None for all.
    """
    size = PAGE_SIZE * PAGES_AT_ONCE
    number, last = first, first
    while number <= last:
        part = (number - 1) // PAGES_AT_ONCE + 1
        result = books_of(view, replace(query, page=part, page_size=size))
        last = max(1, -(-result.total // PAGE_SIZE))
        last = last if most is None else min(last, first + most - 1)
        for start in range(0, size, PAGE_SIZE):
            if number > last:
                return
            items = result.items[start : start + PAGE_SIZE]
            yield replace(query, page=number), replace(result, items=items)
            number += 1


def _series(view: SiteView, name: str) -> Iterator[ExportedPage]:
    page = series_context(view, name)
    if page is not None:
        file = series_file(series_key(name))
        yield ExportedPage(file, series_path(page.name), "series.html", page)


def list_query(sort: str) -> SearchQuery:
    """Return the search for the catalogue's first page."""
    return SearchQuery(sort=sort, page_size=PAGE_SIZE, works=True)


def _lists(view: SiteView, sort: str, first: int, most: int) -> Iterator[ExportedPage]:
    query = list_query(sort)
    # Facets lead to the live site.
    facets = []
    if view.settings.api_url:
        facets = find_facets(view.snapshot, query, view.front.offer_table())
    for numbered, result in _searched(view, query, first, most):
        number = numbered.page
        page = catalogue_context(view, numbered, result, facets if result.total else [])
        fields = [f"sort={sort}"] if sort != SORTS[0] else []
        fields += [f"page={number}"] if number > 1 else []
        path = f"/books?{'&'.join(fields)}" if fields else "/books"
        file = list_file(sort, number)
        yield ExportedPage(file, path, "catalogue.html", page, sort == SORTS[0])


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
    for query, result in _searched(view, new_query(view, language, 1), most=MOST_NEW):
        page = new_context(view, query, result)
        path = _numbered("/new", query.page)
        yield ExportedPage(new_file(query.page), path, "new.html", page, language=language)


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
