"""Files beside the pages: assets, owner's style and logo, search index, feeds, sitemap, robots.txt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from bookrec.web.export_site.files.feed import MOST_ITEMS, NewBook, feed_file
from bookrec.web.export_site.files.links import FEED_FILE, book_file
from bookrec.web.export_site.files.manifest import FileEntry, digest, is_there
from bookrec.web.export_site.files.search_index import FOLDER, read_books, search_files
from bookrec.web.export_site.files.sitemap import robots_file, sitemap_files
from bookrec.web.export_site.site_view import SiteView
from bookrec.web.export_site.unit_files import FileMaker
from bookrec.web.export_site.units import all_isbns
from bookrec.web.recommendations.home_shelves import newest_books
from bookrec.web.store.catalogue import CatalogueBook, books_by_isbn

_KEPT_DAYS: Final = 60
"""Days for which a book counts as arrived."""


def make_assets(view: SiteView, maker: FileMaker, templates: Path) -> None:
    """Make the files of ``static/``, and those of the owner's settings."""
    for path in sorted((templates / "static").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            _make(maker, f"static/{path.relative_to(templates / 'static').as_posix()}", content)
    front = view.front
    if front.style:
        _make(maker, "shop.css", front.style.encode())
    if front.logo:
        address = view.links.address("/shop-logo", view.languages[0]) or ""
        _make(maker, address.removeprefix(f"{view.links.base}/"), front.logo.content)


def make_search_index(view: SiteView, maker: FileMaker) -> None:
    """Make the search index; an index of the same books stays as it is."""
    books = read_books(view.snapshot)
    inputs = digest(view.settings.code.encode(), msgspec.msgpack.encode(books))
    old = {
        file: entry
        for file, entry in maker.old.items()
        if file.startswith(FOLDER) and entry.inputs == inputs
    }
    if old and all(is_there(maker.directory.path, file, entry) for file, entry in old.items()):
        maker.entries.update(old)
        return
    for file, content in search_files(books):
        maker.make(file, inputs, partial(bytes, content))


def arrived_books(
    view: SiteView, old: Mapping[str, FileEntry], arrived: Mapping[str, str], today: str
) -> dict[str, str]:
    """Return the books that came lately and their days, the latest first.

    A book comes when the catalogue has it and the last export had no page of it; on the first export
    none comes.
    """
    if not old:
        return {}
    isbns = all_isbns(view.snapshot)
    days = {
        isbn: arrived.get(isbn, today)
        for isbn in isbns
        if isbn in arrived or book_file(isbn) not in old
    }
    since = datetime.fromisoformat(today).date().toordinal() - _KEPT_DAYS
    late = [
        (day, isbn)
        for isbn, day in days.items()
        if datetime.fromisoformat(day).date().toordinal() >= since
    ]
    late.sort(key=lambda pair: pair[0], reverse=True)
    return {isbn: day for day, isbn in late}


def make_feeds(view: SiteView, maker: FileMaker, arrived: Mapping[str, str]) -> None:
    """Make the feed of each language; without a base address there are none."""
    links = view.links
    if not links.base_url:
        return
    late = books_by_isbn(view.snapshot, list(arrived)[:MOST_ITEMS])
    books = [_new_book(book, arrived[isbn]) for isbn, book in late.items()]
    newest = newest_books(view.snapshot, datetime.now(UTC).year)
    books += [_new_book(item.book) for item in newest if item.book.isbn not in late]
    for language in view.languages:
        title, text = view.renderer.letter(
            "feed.txt", language, {"shop": view.shop.name, "tagline": view.shop.tagline}
        )
        content = feed_file(title, text.strip(), books, links, language)
        _make(maker, f"{links.folder(language)}{FEED_FILE}", content)


def make_sitemap(view: SiteView, maker: FileMaker, files: Mapping[str, FileEntry]) -> None:
    """Make robots.txt, and the sitemap where the base address is known."""
    _make(maker, "robots.txt", robots_file(view.links))
    if view.links.base_url:
        for file, content in sitemap_files(files, view.links).items():
            _make(maker, file, content)


def _new_book(book: CatalogueBook, day: str = "") -> NewBook:
    facts = [book.author, str(book.year or ""), book.publisher]
    return NewBook(book.isbn, book.title, " · ".join(fact for fact in facts if fact), day)


def _make(maker: FileMaker, file: str, content: bytes) -> None:
    maker.make(file, digest(content), partial(bytes, content))
