"""Words that a typed word may mean: neighbours by edits, words run together, words split in two."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf, log
from typing import Final

from bookrec.search.edits import edits_between, query_keys
from bookrec.search.keystrokes import read_keystrokes, sound_alikes
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_NEIGHBOURS: Final = 24
_FIRST_LETTER: Final = 0.3
"""Cost of another first letter, beside its edit: people rarely miss that one."""
_KNOWN_WORD: Final = 0.5
"""Cost of reading a word of the vocabulary as another one."""
_KEYSTROKES: Final = 0.2
_SOUND: Final = 1.2
"""Costs of reading a word as the keystrokes of a syllable, or as one that sounds alike."""
_LONGEST_JOINED: Final = 40
_LONGEST_PART: Final = 16
_MOST_SPLITS: Final = 4
_WORD_COST: Final = 3.0
_SHORT_WORD_COST: Final = 4.0
"""Costs of one more word in a split, and of a word of one or two letters besides."""


def known_words(snapshot: Snapshot, words: Iterable[str]) -> dict[str, int]:
    """Return those words that the vocabulary has, with the number of their books."""
    # One parameter for all words: SQLite prepares the statement once.
    query = "select word, books from search_word where word in (select value from json_each(?))"
    return dict(snapshot.slow_rows(query, (json.dumps(list(words)),)))


def neighbours(snapshot: Snapshot, word: str) -> dict[str, float]:
    """Return the words of the vocabulary that ``word`` may mean, with the cost of each.

    The word itself costs 0, another word 1 an edit and more where that is unlikely. The words with the
    fewest edits count, and those with one edit more.
    """
    rows = snapshot.slow_rows(
        "select word, books from search_word where word_id in"
        " (select word_id from search_edit where key in (select value from json_each(?)))",
        (json.dumps(sorted(query_keys(word))),),
    )
    costs: dict[str, float] = {}
    ranks: dict[str, tuple[float, int]] = {}
    for other, books in rows:
        edits = edits_between(word, other)
        if edits is not None:
            costs[other] = edits + (_FIRST_LETTER if other[0] != word[0] and edits else 0.0)
            ranks[other] = (costs[other], -books)
    if word in costs:
        costs = {other: cost + _KNOWN_WORD * (cost > 0) for other, cost in costs.items()}
    nearest = sorted(ranks, key=ranks.__getitem__)[:_MOST_NEIGHBOURS]
    limit = min((costs[other] for other in nearest if other != word), default=0.0) + 1.0
    return {other: costs[other] for other in nearest if costs[other] <= limit}


def syllables(snapshot: Snapshot, word: str, costs: Mapping[str, float]) -> dict[str, float]:
    """Return the Vietnamese syllables that a word may mean, where they are cheaper than in ``costs``.

    They are those whose keystrokes it is, and those that sound alike; the vocabulary has them.
    """
    options = dict.fromkeys(sound_alikes(word), _SOUND)
    if syllable := read_keystrokes(word):
        options[syllable] = _KEYSTROKES
    known = known_words(snapshot, options) if options else {}
    return {other: options[other] for other in known if options[other] < costs.get(other, inf)}


def splits(snapshot: Snapshot, text: str) -> list[tuple[str, ...]]:
    """Return the likeliest ways to split a text into words of the vocabulary, two or more.

    ``thefirm`` is ``the firm``, ``jkrowling`` is ``j k rowling``.
    """
    if not 4 <= len(text) <= _LONGEST_JOINED:
        return []
    length = len(text)
    parts = {
        text[start:end]
        for start in range(length)
        for end in range(start + 1, min(start + _LONGEST_PART, length) + 1)
    }
    counts = known_words(snapshot, parts - {text})
    total = 1.0 + max(counts.values(), default=0)
    # The cheapest ways to split each beginning of the text.
    ways: list[list[tuple[float, tuple[str, ...]]]] = [[(0.0, ())]]
    for end in range(1, length + 1):
        options = [
            (cost + _cost(part, counts[part], total), (*words, part))
            for start in range(max(0, end - _LONGEST_PART), end)
            if (part := text[start:end]) in counts
            for cost, words in ways[start]
        ]
        ways.append(sorted(options)[:_MOST_SPLITS])
    return [words for _, words in ways[length] if len(words) > 1]


def _cost(word: str, books: int, total: float) -> float:
    short = _SHORT_WORD_COST if len(word) < 3 and not word.isdigit() else 0.0
    return _WORD_COST + short + log(total / books)


def merged(snapshot: Snapshot, words: Sequence[str]) -> list[list[str]]:
    """Return the readings of words in which two neighbours are one word of the vocabulary."""
    pairs = [left + right for left, right in pairwise(words)]
    counts = known_words(snapshot, pairs)
    places = [place for place, pair in enumerate(pairs) if pair in counts]
    readings = [[*words[:place], pairs[place], *words[place + 2 :]] for place in places]
    return readings[:_MOST_SPLITS]
