"""Texts that are offered while somebody types: a title of each work, authors, series."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from bookrec.search.words import (
    author_spellings,
    first_name_first,
    search_words,
    title_spellings,
)


class SuggestedBook(NamedTuple):
    """A book, the most read ones first."""

    isbn: str
    work_id: int
    title: str
    author: str
    author_key: str
    series: str
    series_key: str
    readers: int


class Suggestion(NamedTuple):
    """A text to offer."""

    kind: str
    """'title', 'author' or 'series'."""
    text: str
    isbn: str | None
    """Id of a title's most read edition; None for names."""
    readers: int
    """Readers of all its books."""
    words: str
    """Words of each spelling, one spelling a line."""


def suggestion_rows(books: Iterable[SuggestedBook]) -> list[Suggestion]:
    """Return the texts to offer, the most read ones first."""
    titles: dict[int, SuggestedBook] = {}
    work_readers: Counter[int] = Counter()
    authors: defaultdict[str, Counter[str]] = defaultdict(Counter)
    series: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for book in books:
        titles.setdefault(book.work_id, book)
        work_readers[book.work_id] += book.readers
        if book.author_key:
            authors[book.author_key][first_name_first(book.author)] += book.readers
        if book.series_key:
            series[book.series_key][book.series] += book.readers
    rows = [
        Suggestion(
            "title", without_bracket(b.title), b.isbn, work_readers[work], _title_words(b.title)
        )
        for work, b in titles.items()
    ]
    rows += [_name("author", c, _author_words(best_spelling(c))) for c in authors.values()]
    rows += [_name("series", c, search_words(best_spelling(c))) for c in series.values()]
    return sorted((row for row in rows if row.words), key=lambda row: -row.readers)


def best_spelling(spellings: Counter[str]) -> str:
    """Return the most read spelling of a name, one with small letters if there is one.

    >>> best_spelling(Counter({"STEPHEN KING": 9, "Stephen King": 7}))
    'Stephen King'
    """
    return min(spellings, key=lambda text: (text.isupper(), -spellings[text], text))


def without_bracket(title: str) -> str:
    """Return a title without the series or edition in brackets behind it.

    >>> without_bracket("Dracula (Signet Classics (Paperback))")
    'Dracula'
    """
    name = title.partition(" (")[0].strip()
    return name if search_words(name) else title


def _name(kind: str, spellings: Counter[str], words: str) -> Suggestion:
    return Suggestion(kind, best_spelling(spellings), None, spellings.total(), words)


def _title_words(title: str) -> str:
    return "\n".join(title_spellings(title))


def _author_words(author: str) -> str:
    return "\n".join(author_spellings(author))
