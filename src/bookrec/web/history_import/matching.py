"""Matching of entries to the catalogue: by ISBN, else by title and author."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from bookrec.isbn import id_spellings
from bookrec.text import fold
from bookrec.web.history_import.entries import Entry
from bookrec.web.store.catalogue import BOOK_COLUMNS, CatalogueBook, read_books
from bookrec.web.store.snapshot_reader import Snapshot

BY_ISBN: Final = "isbn"
BY_TITLE: Final = "title"
NO_TITLE: Final = "no_title"
NOT_IN_CATALOGUE: Final = "not_in_catalogue"
SEVERAL_BOOKS: Final = "several_books"

_BRACKETS: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_SUBTITLE: Final = re.compile(r"\s*(?::| - | – |;).*$", re.DOTALL)
_MOST_HITS: Final = 40
_MOST_WORDS: Final = 12
_CHUNK: Final = 400
_NOT_A_NAME: Final = frozenset({"jr", "sr", "ii", "iii", "dr", "phd", "md"})


class Match(msgspec.Struct, frozen=True):
    """An entry, and its book or the reason why it has none."""

    entry: Entry
    book: CatalogueBook | None
    by: str
    """`BY_ISBN` or `BY_TITLE`; without a book `NO_TITLE`, `NOT_IN_CATALOGUE` or `SEVERAL_BOOKS`."""


def match_entries(snapshot: Snapshot, entries: Sequence[Entry]) -> list[Match]:
    """Match entries to books. It may take seconds on long files, so call it in a worker thread."""
    by_isbn = _books_by_isbn(snapshot, [isbn for entry in entries for isbn in entry.isbns])
    matches = []
    for entry in entries:
        hits = [by_isbn[isbn] for isbn in entry.isbns if isbn in by_isbn]
        matches.append(Match(entry, hits[0], BY_ISBN) if hits else _by_title(snapshot, entry))
    return matches


def _books_by_isbn(snapshot: Snapshot, isbns: Sequence[str]) -> dict[str, CatalogueBook]:
    spellings = {spelling: isbn for isbn in isbns for spelling in id_spellings(isbn)}
    texts = list(spellings)
    books: dict[str, CatalogueBook] = {}
    for start in range(0, len(texts), _CHUNK):
        part = tuple(texts[start : start + _CHUNK])
        rows = snapshot.slow_rows(
            f"select {BOOK_COLUMNS} from book where isbn in ({','.join('?' * len(part))})",  # noqa: S608
            part,
        )
        books |= {book.isbn: book for book in read_books(snapshot, rows)}
    return books | {spellings[isbn]: book for isbn, book in books.items()}


def _by_title(snapshot: Snapshot, entry: Entry) -> Match:
    """Match by the whole title, then without its bracket, then without its subtitle."""
    if not fold(entry.title):
        return Match(entry, None, NO_TITLE)
    reason = NOT_IN_CATALOGUE
    without_bracket = _BRACKETS.sub("", entry.title)
    for title in dict.fromkeys((entry.title, without_bracket, _SUBTITLE.sub("", without_bracket))):
        hits = _same_title(snapshot, title, entry.author)
        if not fold(entry.author) and len({book.work_id for book in hits}) > 1:
            reason = SEVERAL_BOOKS
        elif hits:
            return Match(entry, hits[0], BY_TITLE)
    return Match(entry, None, reason)


def _same_title(snapshot: Snapshot, title: str, author: str) -> list[CatalogueBook]:
    """Books of a title and an author's last name, the most read first."""
    words = fold(title).split()
    if not words:
        return []
    expression = " AND ".join(f'title : "{word}"' for word in words[:_MOST_WORDS])
    name = _last_name(author)
    if name:
        expression += f' AND author : "{name}"'
    rows = snapshot.slow_rows(
        f"select {BOOK_COLUMNS} from book_search join book on book.place = book_search.rowid"  # noqa: S608
        " where book_search match ? order by book_search.rowid limit ?",
        (expression, _MOST_HITS),
    )
    books = read_books(snapshot, rows)
    return [book for book in books if fold(title) in _titles(book.title)]


def _titles(title: str) -> set[str]:
    """Folded forms of a catalogue's title: whole, without its bracket, without its subtitle."""
    without_bracket = _BRACKETS.sub("", title)
    return {fold(text) for text in (title, without_bracket, _SUBTITLE.sub("", without_bracket))}


def _last_name(author: str) -> str:
    """Folded last name of the first author: ``Suzanne Collins``, ``Collins, Suzanne``.

    >>> _last_name("Le Guin, Ursula K."), _last_name("Martin Luther King Jr.")
    ('guin', 'king')
    """
    first = author.partition(";")[0]
    before, comma, after = first.partition(",")
    # "Collins, Suzanne" has a name of one or two words before the comma; "A B, C D" is two authors.
    turned = bool(comma) and len(before.split()) <= 2 and len(after.split()) >= 1
    several = bool(comma) and len(before.split()) == 2 and len(after.split()) >= 2
    words = fold(before if turned or several else (before or first)).split()
    names = [word for word in words if word not in _NOT_A_NAME]
    return names[-1] if names else ""
