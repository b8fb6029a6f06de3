"""Misspellings: edit distance of two words, and whether it is a slip or another word."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_LONG: Final = 7
"""Letters from which two edits are still a slip."""
_COMMON: Final = 2
"""Titles of a catalogue from which a word is no misspelling."""
_LEAST: Final = 5
_PLACES: Final = frozenset({"in", "at", "on"})
"""Words that quotations of a title mix up."""
_ENDINGS: Final = frozenset({"s", "es", "a", "o", "i", "en", "er", "as", "os"})
_TITLES_OF_PERSONS: Final = frozenset({"mr", "mrs", "ms"})


def edits(x: str, y: str, most: int = 2) -> int:
    """Count insertions, deletions, substitutions and swaps of neighbours between two words.

    The optimal string alignment distance (Damerau, 1964); ``most + 1`` stands for more than ``most``.
    """
    if abs(len(x) - len(y)) > most:
        return most + 1
    x, y = _without_common_ends(x, y)
    if not x or not y:
        return len(x) + len(y)
    before, above = [0] * (len(y) + 1), list(range(len(y) + 1))
    for i, letter in enumerate(x, start=1):
        row = [i]
        for j, other in enumerate(y, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == y[j - 2] and other == x[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, above = above, row
    return above[-1]


def _without_common_ends(x: str, y: str) -> tuple[str, str]:
    """Return two words without the letters with which both begin and end; no edit touches these."""
    start, shorter = 0, min(len(x), len(y))
    while start < shorter and x[start] == y[start]:
        start += 1
    end = 0
    while end < shorter - start and x[-1 - end] == y[-1 - end]:
        end += 1
    return x[start : len(x) - end], y[start : len(y) - end]


def similar(x: str, y: str, least: int = _LEAST) -> bool:
    """Say whether two words of at least ``least`` letters (the longer one) differ by a slip."""
    if max(len(x), len(y)) < least:
        return False
    most = 2 if min(len(x), len(y)) >= _LONG else 1
    if len(_letter_set(x) ^ _letter_set(y)) > 2 * most:  # each edit changes two letters at most
        return False
    return edits(x, y, most) <= most and not any(map(str.isdigit, x + y))


@lru_cache(maxsize=1 << 17)
def _letter_set(word: str) -> frozenset[str]:
    return frozenset(word)


def misspelt(x: str, y: str, titles_of_word: Mapping[str, int], *, is_last: bool = True) -> bool:
    """Say whether two words of titles are one, misspelt or spelt as elsewhere.

    Args:
        x: a word.
        y: another word.
        titles_of_word: number of titles that have a word. Two common words are never one.
        is_last: whether the words end their titles; before that, a final s is a lost possessive.
    """
    if x[:1] == y[:1] and _spelt_otherwise(x, y, is_last=is_last):
        return True
    if x in _PLACES and y in _PLACES:
        return True
    if min(titles_of_word.get(x, 0), titles_of_word.get(y, 0)) >= _COMMON:
        return False  # before the edit distance, which costs most
    return similar(x, y) and not _inflected(x, y)


def _spelt_otherwise(x: str, y: str, *, is_last: bool) -> bool:
    """Say whether two words with the same first letter are one by a rule of spelling."""
    if _british(x) == _british(y) or _abbreviated(x, y):
        return True
    short, long = sorted((x, y), key=len)
    if long == short + "s" and len(long) >= _LEAST and (not is_last or short.endswith("s")):
        return True
    return len(short) >= _LEAST and _single(x) == _single(y)


@lru_cache(maxsize=1 << 17)
def _british(word: str) -> str:
    """Return the American spelling of a word's commonest British endings."""
    return word.replace("our", "or").replace("isation", "ization").replace("ise", "ize")


@lru_cache(maxsize=1 << 17)
def _single(word: str) -> str:
    """Return a word with each doubled letter written once."""
    return "".join(
        letter for letter, before in zip(word, " " + word, strict=False) if letter != before
    )


def _inflected(x: str, y: str) -> bool:
    """Say whether two words differ in their ending only: a plural, or another language's form."""
    short, long = sorted((x, y), key=len)
    if len(short) == len(long):
        return x[:-1] == y[:-1]
    return long.removeprefix(short) in _ENDINGS


def _abbreviated(x: str, y: str) -> bool:
    """Say whether a word without vowels is left of the other: `fr` of `from`, `sty` of `story`."""
    short, long = sorted((x, y), key=len)
    if len(short) < 2 or len(short) == len(long) or set(short) & set("aeiou0123456789"):
        return False
    if {short, long} <= _TITLES_OF_PERSONS:
        return False
    rest = iter(long)
    return short[0] == long[0] and all(letter in rest for letter in short)
