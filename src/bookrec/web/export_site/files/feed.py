"""RSS 2.0 of new arrivals: books that came after the first export, then the newest others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Final
from xml.etree import ElementTree

import msgspec

from bookrec.web.export_site.files.links import FEED_FILE, SiteLinks, book_file

MOST_ITEMS: Final = 50
_ATOM: Final = "http://www.w3.org/2005/Atom"


class NewBook(msgspec.Struct, frozen=True):
    """An item of the feed."""

    isbn: str
    title: str
    text: str
    """Author, year and publisher in a line."""
    day: str = ""
    """Day on which the book came; '' for those of the first export."""


def feed_file(
    title: str, description: str, books: Sequence[NewBook], links: SiteLinks, language: str
) -> bytes:
    """Return the feed of one language; its addresses are absolute, so the base must be known."""
    folder = links.folder(language)
    root = ElementTree.Element("rss", {"version": "2.0", "xmlns:atom": _ATOM})
    channel = ElementTree.SubElement(root, "channel")
    _add(channel, "title", title)
    _add(channel, "link", links.url_of(f"{folder}index.html"))
    _add(channel, "description", description)
    _add(channel, "language", language)
    address = {"href": links.url_of(f"{folder}{FEED_FILE}"), "rel": "self"}
    ElementTree.SubElement(channel, "atom:link", {**address, "type": "application/rss+xml"})
    for book in books[:MOST_ITEMS]:
        item = ElementTree.SubElement(channel, "item")
        url = links.url_of(f"{folder}{book_file(book.isbn)}")
        _add(item, "title", book.title)
        _add(item, "link", url)
        _add(item, "guid", url)
        _add(item, "description", book.text)
        if book.day:
            noon = datetime.fromisoformat(book.day).replace(hour=12, tzinfo=UTC)
            _add(item, "pubDate", formatdate(noon.timestamp(), usegmt=True))
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    # XML has no control characters.
    ElementTree.SubElement(parent, name).text = "".join(
        character if character.isprintable() else " " for character in text
    )
