"""Sitemap of an exported site and robots.txt, by the protocol of sitemaps.org.

A sitemap has at most 50,000 addresses and 50 MB; ``sitemap.xml`` is the index of its parts. Pages of
one language and kind stand together, so that a new book changes one or two parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape

from bookrec.web.export_site.files.links import SEARCH_FILE, SiteLinks
from bookrec.web.export_site.files.manifest import FileEntry
from bookrec.web.export_site.files.publish import STATE

MOST_URLS: Final = 50_000
MOST_BYTES: Final = 50_000_000
INDEX_FILE: Final = "sitemap.xml"
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def sitemap_files(files: Mapping[str, FileEntry], links: SiteLinks) -> dict[str, bytes]:
    """Return the files of the sitemap, by path: the index and its parts."""
    pages = sorted(file for file, entry in files.items() if entry.listed)
    pages.sort(key=lambda file: _section(file, links))
    parts: dict[str, bytes] = {}
    days: dict[str, str] = {}
    for section, members in groupby(pages, key=lambda file: _section(file, links)):
        entries = [(links.url_of(file), files[file].day) for file in members]
        for number, part in enumerate(_parts(entries), start=1):
            name = f"sitemaps/{section}-{number}.xml"
            parts[name] = _document("urlset", "url", part)
            days[name] = max(day for _, day in part)
    index = [(links.url_of(name), day) for name, day in days.items()]
    return {**parts, INDEX_FILE: _document("sitemapindex", "sitemap", index)}


def robots_file(links: SiteLinks) -> bytes:
    """Return robots.txt: all may be read but the search page and the export's own files."""
    lines = ["User-agent: *", f"Disallow: {links.base}/{STATE}/"]
    lines += [
        f"Disallow: {links.address_of(links.folder(language) + SEARCH_FILE)}"
        for language in links.languages
    ]
    if links.base_url:
        lines += ["", f"Sitemap: {links.url_of(INDEX_FILE)}"]
    return ("\n".join(lines) + "\n").encode()


def _section(file: str, links: SiteLinks) -> str:
    """Language and kind of a page: ``vi-books``, ``en-pages``."""
    head, _, rest = file.partition("/")
    language = head if rest and head in links.languages[1:] else links.languages[0]
    kind = (rest if head == language else file).partition("/")
    return f"{language}-{kind[0] if kind[1] else 'pages'}"


def _parts(entries: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    part: list[tuple[str, str]] = []
    size = 0
    for entry in entries:
        # The frame of an element has fewer than 100 bytes; an escaped address at most 6 times its own.
        entry_bytes = len(escape(entry[0]).encode()) + 100
        if part and (len(part) == MOST_URLS or size + entry_bytes > MOST_BYTES - 1_000):
            yield part
            part, size = [], 0
        part.append(entry)
        size += entry_bytes
    if part:
        yield part


def _document(root: str, element: str, entries: list[tuple[str, str]]) -> bytes:
    lines = [
        f"<{element}><loc>{escape(url)}</loc><lastmod>{day}</lastmod></{element}>"
        for url, day in entries
    ]
    body = "\n".join(lines)
    return f'{_HEAD}<{root} xmlns="{_SPACE}">\n{body}\n</{root}>\n'.encode()
