"""Queries whose book is known: made from a snapshot by dice, or read from a file."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from bookrec.cli.search_bench.damage import joined, misheard, mistyped, split
from bookrec.errors import BookrecError
from bookrec.search.words import (
    FUNCTION_WORDS,
    first_name_first,
    name_key,
    search_words,
    title_head,
    title_keys,
)

CLEAN: Final = "clean"
DAMAGED: Final = "damaged"
_TRIES: Final = 60
"""Books that are tried for a kind of query before it is left out."""
_COLUMNS: Final = ("class", "kind", "query", "title", "author")


class BenchQuery(NamedTuple):
    """A query, and the book meant by it; any edition of the same title and author counts."""

    kind_class: str
    """'clean' or 'damaged'."""
    kind: str
    query: str
    title: str
    author: str

    def means(self, title: str, author: str) -> bool:
        """Whether a book is an edition of the one meant."""
        same_author = sorted(name_key(author)) == sorted(name_key(self.author))
        return same_author and not set(title_keys(title)).isdisjoint(title_keys(self.title))


def read_queries(path: Path) -> list[BenchQuery]:
    """Read queries from a table with tabs and the columns class, kind, query, title, author.

    Raises:
        BookrecError: the file is no such table.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        queries = [BenchQuery(*(row[name] or "" for name in _COLUMNS)) for row in rows]
    except (KeyError, UnicodeDecodeError) as error:
        raise BookrecError(
            f"{path} is no table of queries ({error}); it needs a first line with the columns "
            f"{', '.join(_COLUMNS)}, separated by tabs, in UTF-8."
        ) from error
    if not queries:
        raise BookrecError(f"{path} has no queries; add lines below the names of its columns.")
    return queries


class Book(NamedTuple):
    """A book that a query may mean."""

    title: str
    author: str

    @property
    def words(self) -> list[str]:
        """Words of the title without its subtitle, as they are typed."""
        return title_head(self.title).lower().split()

    @property
    def names(self) -> list[str]:
        """Words of the author's name, without accents."""
        return search_words(first_name_first(self.author)).split()

    @property
    def plain_words(self) -> list[str]:
        """Words of the title, folded."""
        return search_words(title_head(self.title)).split()


Maker: TypeAlias = Callable[[Book, random.Random], str]
Kinds: TypeAlias = Sequence[tuple[str, str, Maker]]


def make_queries(
    books: Sequence[tuple[str, str, int]], number: int, seed: int, kinds: Kinds | None = None
) -> list[BenchQuery]:
    """Make queries for books chosen by their readers.

    Args:
        books: title, author and readers of each.
        number: of queries; the kinds take turns.
        seed: equal seeds give equal queries.
        kinds: of queries, `KINDS` or `VIETNAMESE_KINDS`.
    """
    kinds = KINDS if kinds is None else kinds
    dice = random.Random(seed)  # noqa: S311 - no secret
    weights = [readers for _, _, readers in books]
    if not books or not any(weights):
        return []
    queries: list[BenchQuery] = []
    for place in range(number):
        kind_class, kind, make = kinds[place % len(kinds)]
        for title, author, _ in dice.choices(books, weights, k=_TRIES):
            query = make(Book(title, author), dice)
            if query and search_words(query):
                queries.append(BenchQuery(kind_class, kind, query, title, author))
                break
    return queries


def _title(book: Book, _: random.Random) -> str:
    return " ".join(book.words)


def _author_and_word(book: Book, dice: random.Random) -> str:
    telling = [word for word in book.plain_words if len(word) > 3 and word not in FUNCTION_WORDS]
    return f"{book.names[-1]} {dice.choice(telling)}" if telling and book.names else ""


def _some_words(book: Book, dice: random.Random) -> str:
    words = book.plain_words
    if len(words) < 3 or not book.names:
        return ""
    places = sorted(dice.sample(range(len(words)), 2))
    return " ".join([*(words[place] for place in places), book.names[-1]])


def _missing_word(book: Book, dice: random.Random) -> str:
    words = book.plain_words
    if len(words) < 4:
        return ""
    place = dice.randrange(len(words))
    return " ".join(words[:place] + words[place + 1 :])


def _initials(book: Book, dice: random.Random) -> str:
    initials = "".join(word[0] for word in book.names[:-1])
    query = _author_and_word(book, dice)
    return f"{initials} {query}" if query and all(len(n) == 1 for n in book.names[:-1]) else ""


def _without_marks(book: Book, _: random.Random) -> str:
    query = " ".join(book.plain_words)
    return query if not title_head(book.title).isascii() else ""


def _damaged(damage: Callable[[list[str], random.Random], list[str]], make: Maker) -> Maker:
    def damaged(book: Book, dice: random.Random) -> str:
        words = make(book, dice).split()
        return " ".join(damage(words, dice)) if len("".join(words)) > 3 else ""

    return damaged


KINDS: Final[Kinds] = (
    (CLEAN, "title", _title),
    (CLEAN, "author and word", _author_and_word),
    (CLEAN, "some words", _some_words),
    (CLEAN, "missing word", _missing_word),
    (CLEAN, "without marks", _without_marks),
    (DAMAGED, "edit", _damaged(mistyped, _title)),
    (DAMAGED, "sound", _damaged(misheard, _title)),
    (DAMAGED, "joined", _damaged(joined, _title)),
    (DAMAGED, "split", _damaged(split, _title)),
    (DAMAGED, "initials", _initials),
    (DAMAGED, "author, edit", _damaged(mistyped, _author_and_word)),
    (DAMAGED, "author, joined", _damaged(joined, _author_and_word)),
)
"""Class, kind and maker of each kind of query; a maker returns '' for an unsuitable book."""
