"""Relevance of a book for a query that it matches: how well their words agree, and readers."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log1p
from typing import Final

from bookrec.search.words import FUNCTION_WORDS, search_words, title_head
from bookrec.web.catalogue_search.query_reading import Query, Reading, Slot


@dataclass(frozen=True)
class Weights:
    """Weights of what counts for relevance; costs count against it."""

    cost: float = 2.6
    """Weight of each edit, and of whatever else a reading supposes."""
    missing: float = 1.2
    """Weight of a typed word that the book lacks."""
    cover: float = 2.0
    """Weight of the share of the title's words that are typed."""
    whole: float = 1.2
    """Weight of a title that is typed whole, and nothing else."""
    whole_heading: float = 0.3
    """Weight of such a title that has no subtitle or bracket besides."""
    first: float = 0.5
    """Weight of a title that begins with the first typed word."""
    author: float = 1.0
    """Weight of the share of the author's name that is typed."""
    surname: float = 0.8
    author_alone: float = 1.2
    """Weight of a surname, where nothing else is typed but names."""
    readers: float = 0.55
    """Weight of the logarithm of the number of readers."""
    prefix: float = 0.45
    """Cost of the beginning of a word, and of each letter more that the word has."""
    prefix_letter: float = 0.07
    marks: float = 0.8
    """Weight of a title with the typed accents."""


WEIGHTS: Final = Weights()
_FUNCTION_WORD: Final = 0.2
"""Weight of a function word, beside 1 of another word."""


@dataclass(frozen=True)
class IndexedBook:
    """A book as the search index has it."""

    place: int
    title: str
    """Title in the spelling of the catalogue."""
    titles: tuple[tuple[str, ...], ...]
    """Words of each spelling."""
    names: dict[str, int]
    """Words of the author's names, and their places."""
    surnames: frozenset[str]
    isbn: str
    readers: int

    @classmethod
    def of_row(
        cls, place: int, title: str, titles: str, authors: str, isbn: str, readers: int
    ) -> IndexedBook:
        """Make a book of the columns of ``book_search`` and the title and readers of ``book``."""
        names = [line.split() for line in authors.split("\n")]
        return cls(
            place,
            title,
            tuple(tuple(line.split()) for line in titles.split("\n")),
            {word: number for words in names for number, word in enumerate(words)},
            frozenset(words[-1] for words in names if words),
            isbn,
            readers,
        )


def by_relevance(
    books: list[IndexedBook], query: Query, weights: Weights = WEIGHTS
) -> list[IndexedBook]:
    """Sort books, the most relevant first; ties by place."""
    scores = {book.place: relevance(book, query, weights) for book in books}
    return sorted(books, key=lambda book: (-scores[book.place], book.place))


def relevance(book: IndexedBook, query: Query, weights: Weights = WEIGHTS) -> float:
    """Return the relevance of a book; -inf if no reading of the query matches it."""
    best = -inf
    head = len(search_words(title_head(book.title)).split())
    for spelling in book.titles:
        words = {word: place for place, word in reversed(list(enumerate(spelling)))}
        for reading in query.readings:
            if _may_agree(reading, words, book):
                best = max(best, _agreement(book, spelling, words, head, reading, weights))
    if not query.text.isascii() and query.text.casefold() in book.title.casefold():
        best += weights.marks
    return best + weights.readers * log1p(book.readers)


def _may_agree(reading: Reading, words: dict[str, int], book: IndexedBook) -> bool:
    """Whether a book has a word for each slot that must have one; a quick look before the long one."""
    return all(
        slot.optional
        or slot.prefix
        or not (slot.costs.keys().isdisjoint(words) and slot.costs.keys().isdisjoint(book.names))
        for slot in reading.slots
    )


def _agreement(
    book: IndexedBook,
    title: tuple[str, ...],
    places: dict[str, int],
    head: int,
    reading: Reading,
    weights: Weights,
) -> float:
    """Agreement of the words of one spelling of the title with one reading of the query."""
    cost, missing = reading.cost, 0.0
    covered: set[str] = set()
    by_author: set[str] = set()
    by_title_alone, first, placed = True, False, 0
    for number, slot in enumerate(reading.slots):
        title_cost, title_word = _cheapest(slot, places, weights)
        author_cost, author_word = _cheapest(slot, book.names, weights)
        cheaper = min(title_cost, author_cost)
        if cheaper == inf:
            if not slot.optional and not (slot.prefix and book.isbn.startswith(slot.prefix)):
                return -inf
            missing += _FUNCTION_WORD if slot.costs.keys() & FUNCTION_WORDS else 1.0
            continue
        cost += cheaper
        placed += 1
        if author_cost <= cheaper:
            by_author.add(author_word)
        if title_cost > cheaper:
            by_title_alone = False
            continue
        covered.add(title_word)
        first |= number == 0 and places[title_word] <= (title[0] in FUNCTION_WORDS)
    heading = title[:head]
    share = _weight(covered.intersection(heading)) / max(_weight(set(heading)), 0.1)
    result = weights.cover * share - weights.cost * cost - weights.missing * missing
    result += weights.first * first
    # A word that is typed twice must be in the title twice: "Song song" is not "Song".
    if by_title_alone and share > 0.999 and placed <= len(title):
        result += weights.whole + weights.whole_heading * (head == len(title))
    if by_author:
        surname = bool(by_author & book.surnames)
        result += weights.author * len(by_author) / max(1, max(book.names.values()) + 1)
        result += weights.surname * surname
        if surname and len(by_author) == len(reading.slots):
            result += weights.author_alone
    return result


def _cheapest(slot: Slot, words: dict[str, int], weights: Weights) -> tuple[float, str]:
    """Cost of the cheapest word of a text that may stand in a slot, and that word; inf without any."""
    cost, cheapest = inf, ""
    for word in slot.costs.keys() & words.keys():
        if (slot.costs[word], word) < (cost, cheapest):
            cost, cheapest = slot.costs[word], word
    if slot.prefix and cost > 0.0:
        for word in words:
            if word.startswith(slot.prefix):
                beyond = len(word) - len(slot.prefix)
                option = weights.prefix + weights.prefix_letter * beyond
                if (option, word) < (cost, cheapest):
                    cost, cheapest = option, word
    return cost, cheapest


def _weight(words: set[str]) -> float:
    return sum(_FUNCTION_WORD if word in FUNCTION_WORDS else 1.0 for word in words)
