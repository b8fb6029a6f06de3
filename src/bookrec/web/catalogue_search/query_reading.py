"""Reading of a typed query: which words of the catalogue each word may be, as an FTS5 expression.

Every word must occur in title, author or ISBN; the last one may be the beginning of a word. Where no
book has all of them as whole words, a word may also be a near one, two words run together, or half of
one. Nothing a reader types can be FTS5 syntax: words have letters and digits only, and are quoted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bookrec.search.words import ARTICLES, FUNCTION_WORDS, search_words
from bookrec.web.catalogue_search.query_words import (
    known_words,
    merged,
    neighbours,
    splits,
    syllables,
)
from bookrec.web.store.snapshot_reader import Snapshot

MOST_WORDS: Final = 16
"""Words of a query that count; the others are left out."""
_SHORT: Final = 3
"""Letters of a word that may not be missing from a book that is near."""
_MOST_SPLITS: Final = 6
_SPLIT: Final = 0.3
_MERGED: Final = 0.3


@dataclass(frozen=True)
class Slot:
    """Place of one typed word, and what may stand there."""

    costs: dict[str, float]
    """Words of the catalogue, and the cost of reading the typed word so."""
    prefix: str = ""
    """Words that begin with this may stand there too; '' for none."""
    optional: bool = False

    @property
    def expression(self) -> str:
        """FTS5 expression of the slot."""
        parts = [f'"{word}"' for word in self.costs]
        parts += [f'"{self.prefix}"*'] if self.prefix else []
        return parts[0] if len(parts) == 1 else "(" + " OR ".join(parts) + ")"

    @property
    def possible(self) -> bool:
        """Whether anything may stand there."""
        return bool(self.costs or self.prefix)


@dataclass(frozen=True)
class Reading:
    """One way to read a whole query."""

    slots: tuple[Slot, ...]
    cost: float = 0.0

    @property
    def expression(self) -> str:
        """FTS5 expression of the books that this reading may mean."""
        return " AND ".join(slot.expression for slot in self.slots if not slot.optional)


@dataclass(frozen=True)
class Query:
    """A typed text, read."""

    words: tuple[str, ...]
    readings: tuple[Reading, ...]
    """Empty where no book can be meant."""
    exact: bool = True
    """False where no book has all words as whole words."""
    text: str = field(default="", compare=False)

    @property
    def expression(self) -> str:
        """FTS5 expression of the books that the query may mean; '' for none."""
        if len(self.readings) == 1:
            return self.readings[0].expression
        return " OR ".join(f"({reading.expression})" for reading in self.readings)

    @property
    def title_keys(self) -> list[str]:
        """Keys of the titles that the query may be as a whole."""
        keys = ["".join(self.words)]
        for reading in self.readings:
            if len(reading.slots) == 1:
                keys += reading.slots[0].costs
        return list(dict.fromkeys(keys))


def read_query(snapshot: Snapshot, text: str) -> Query:
    """Read a typed text against the vocabulary of a snapshot."""
    words = tuple(search_words(text).split()[:MOST_WORDS])
    if not words:
        return Query(words, (), text=text)
    plain = plain_reading(words)
    if has_hits(snapshot, plain_reading(words, prefix=False).expression):
        return Query(words, (plain,), text=text)
    readings = [plain] if has_hits(snapshot, plain.expression) else []
    return Query(words, (*readings, *_near_readings(snapshot, words)), exact=False, text=text)


def plain_reading(words: tuple[str, ...], *, prefix: bool = True) -> Reading:
    """Return the reading of words as they are typed, the last one as a prefix too."""
    last = len(words) - 1
    return Reading(
        tuple(
            Slot(
                {word: 0.0},
                prefix=word if prefix and place == last else "",
                optional=place == 0 and last > 1 and word in ARTICLES,
            )
            for place, word in enumerate(words)
        )
    )


def has_hits(snapshot: Snapshot, expression: str) -> bool:
    """Whether any book matches an FTS5 expression."""
    query = "select 1 from book_search where book_search match ? limit 1"
    return bool(snapshot.slow_rows(query, (expression,)))


def nearest_query(snapshot: Snapshot, query: Query) -> Query | None:
    """Return a query for the books that have all but one of the words, or all known words.

    None where the words leave nothing to look for.
    """
    slots = [_near_slot(snapshot, word) for word in dict.fromkeys(query.words)]
    known = [slot for slot in slots if slot.possible and not slot.optional]
    options = [known] if len(known) < len(slots) else []
    options += [known[:place] + known[place + 1 :] for place in range(len(known))]
    readings = [Reading(tuple(option)) for option in options if option]
    for reading in readings:
        if has_hits(snapshot, reading.expression):
            break
    else:
        return None
    return Query(query.words, tuple(readings), exact=False, text=query.text)


def _near_readings(snapshot: Snapshot, words: tuple[str, ...]) -> list[Reading]:
    slots = {word: _near_slot(snapshot, word) for word in dict.fromkeys(words)}
    readings = [_reading([slots[word] for word in words], 0.0)]
    for sequence in merged(snapshot, words):
        readings.append(
            _reading([slots.get(word) or Slot({word: 0.0}) for word in sequence], _MERGED)
        )
    for sequence in _split_words(snapshot, words, slots):
        readings.append(
            _reading([slots.get(word) or _plain_slot(word) for word in sequence], _SPLIT)
        )
    return [reading for reading in readings if reading.slots]


def _split_words(
    snapshot: Snapshot, words: tuple[str, ...], slots: dict[str, Slot]
) -> list[list[str]]:
    """Return the readings in which words that the vocabulary lacks are several words run together."""
    options = {word: splits(snapshot, word) for word in slots if word not in slots[word].costs}
    options = {word: parts for word, parts in options.items() if parts}
    sequences: list[list[str]] = []
    for split_word, parts in options.items():
        for part in parts:
            sequence: list[str] = []
            for word in words:
                if word == split_word:
                    sequence += part
                elif word in options and not slots[word].possible:
                    sequence += options[word][0]
                else:
                    sequence.append(word)
            sequences.append(sequence)
    return sequences[:_MOST_SPLITS]


def _near_slot(snapshot: Snapshot, word: str) -> Slot:
    costs = neighbours(snapshot, word) if len(word) >= _SHORT else {}
    if len(word) < _SHORT:
        costs = dict.fromkeys(known_words(snapshot, [word]), 0.0)
    costs |= syllables(snapshot, word, costs)
    return Slot(costs, optional=_is_weak(word))


def _plain_slot(word: str) -> Slot:
    return Slot({word: 0.0}, optional=_is_weak(word))


def _is_weak(word: str) -> bool:
    """Whether a book that is near may lack a word."""
    return word in FUNCTION_WORDS or (len(word) < _SHORT and not word.isdigit())


def _reading(slots: list[Slot], cost: float) -> Reading:
    """Make a reading; one without slots if a word can be none of the catalogue."""
    if any(not slot.possible and not slot.optional for slot in slots):
        return Reading(())
    if all(slot.optional for slot in slots):
        slots = [Slot(slot.costs, slot.prefix) for slot in slots if slot.possible]
    return Reading(tuple(slots), cost)
