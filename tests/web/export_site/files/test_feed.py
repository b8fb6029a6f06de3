"""The feed is valid RSS 2.0 whatever the titles."""

from __future__ import annotations

from xml.etree import ElementTree

from bookrec.web.export_site.files.feed import NewBook, feed_file
from bookrec.web.export_site.files.links import SiteLinks

LINKS = SiteLinks("https://www.example.org/shop", "", ("en", "vi"))


def test_items_have_addresses_texts_and_days() -> None:
    books = [
        NewBook("gb:12", "</title> & \x00 “Số đỏ” 🍜", "Vũ Trọng Phụng · 1936", "2026-11-27"),
        NewBook("0441172717", "Dune", "Frank Herbert"),
    ]
    channel = ElementTree.fromstring(feed_file("New", "Books", books, LINKS, "vi")).find("channel")
    assert channel is not None
    assert channel.findtext("link") == "https://www.example.org/shop/vi/"
    assert channel.findtext("language") == "vi"
    first, second = channel.findall("item")
    assert first.findtext("title") == "</title> &   “Số đỏ” 🍜"
    assert first.findtext("link") == "https://www.example.org/shop/vi/books/gb_3a12.html"
    assert first.findtext("guid") == first.findtext("link")
    assert first.findtext("pubDate") == "Fri, 27 Nov 2026 12:00:00 GMT"
    assert second.findtext("pubDate") is None
    (itself,) = channel.findall("{http://www.w3.org/2005/Atom}link")
    assert itself.get("href") == "https://www.example.org/shop/vi/new.xml"


def test_a_feed_has_fifty_items_at_most() -> None:
    books = [NewBook(str(n), f"Book {n}", "") for n in range(60)]
    assert feed_file("New", "", books, LINKS, "en").count(b"<item>") == 50
