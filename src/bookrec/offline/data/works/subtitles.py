"""Subtitles: whether two say the same, and whether one may be left out."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

from bookrec.offline.data.works.spelling import edits
from bookrec.offline.data.works.vocabulary import (
    COLLECTIONS,
    CONTINUED,
    FUNCTION_WORDS,
    MORE,
    PERIOD,
    PLACE_IN_SERIES,
    SERIES_PLACE,
    VOLUME_WORDS,
)
from bookrec.offline.data.works.words import content, letters, numbers

_LONG: Final = 12
"""Letters from which two subtitles are compared letter by letter."""
_DESCRIPTIVE: Final = 4
"""Words from which a subtitle describes its book, and is no title of a volume."""
_GERUND: Final = 7
"""Letters from which a word in -ing is a verb's: not `king`, `string`, `spring`."""
_COMMON_SHARE: Final = 0.25
"""Share of common words (Jaccard) from which two descriptions are of one book."""
_ANOTHER: Final = VOLUME_WORDS - {"book", "no"} | {"and"}
"""Words with which a longer subtitle goes on to another volume or work."""


def same_subtitle(tail: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether two subtitles of one head by one author are of one work.

    >>> same_subtitle(tuple("story of one tree".split()), tuple("story of a tree".split()))
    True
    >>> same_subtitle(("eastern", "region"), ("western", "region"))
    False
    """
    left, right = letters(tail), letters(other)
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    if len(short) >= _LONG and long.startswith(short):
        more = max(tail, other, key=len)[min(len(tail), len(other)) :][:1]
        return not set(more) & _ANOTHER
    if _continues(tail) != _continues(other):
        return False
    if numbers(tail) != numbers(other):
        return False
    if len(short) >= _LONG and edits(left, right) <= (2 if len(short) >= 2 * _LONG else 1):
        return True
    tail_words = set(tail) - FUNCTION_WORDS
    if len(tail_words) > 1 and tail_words == set(other) - FUNCTION_WORDS:
        return True
    if min(len(tail), len(other)) < _DESCRIPTIVE:
        return False
    start = next(place for place, pair in enumerate(zip_longest(tail, other)) if len(set(pair)) > 1)
    words, others = set(tail[start:]) - FUNCTION_WORDS, set(other[start:]) - FUNCTION_WORDS
    common = words & others
    return len(common) > 1 and len(common) / len(words | others) >= _COMMON_SHARE


def may_drop(head: tuple[str, ...], tail: tuple[str, ...], *, well_known: bool = False) -> bool:
    """Say whether a title and its head alone are of one work, as far as their words tell.

    Args:
        head: words of the head.
        tail: words of the subtitle.
        well_known: the head alone is the title of several editions; a short subtitle may go too.

    A head such as `Selected Poems` is the head of several books; a subtitle such as `Book 2` or `The
    Sequel` makes another book.
    """
    if set(content(head)) <= COLLECTIONS:
        return False
    text = " ".join(tail)
    placed = PLACE_IN_SERIES.match(text)
    if placed:  # a volume of what the head names, or the head's own place among others
        return not set(content(head)) <= set(text[placed.end() :].split())
    in_series = SERIES_PLACE.fullmatch(text)
    if in_series:  # a series with the head's name: its first volume alone has no other title
        return not set(content(head)) <= set(tail) or in_series.group(1) == "1"
    if CONTINUED.search(text) or (MORE.search(text) and not numbers(head)):
        return False
    if PERIOD.search(text):
        return True
    if numbers(tail) and len(content(tail)) < _DESCRIPTIVE:
        return False
    if well_known:
        return not numbers(tail) or len(content(tail)) > _DESCRIPTIVE
    if _is_gerund(tail[0]) and len(tail) > 1 and len(content(head)) > 1:
        return True
    if len(tail) < _DESCRIPTIVE and not set(tail) & FUNCTION_WORDS - {"the"}:
        return False
    if tail[0] == "a":  # volumes have titles with `the` or none
        return True
    return len(content(tail)) >= (2 if len(content(head)) > 1 else 3)


def two_descriptions(tail: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether both subtitles describe a book rather than name a volume.

    Publishers change the description of a book from edition to edition, with no word in common.
    """
    short, long = sorted((tail, other), key=len)
    return (
        len(short) >= _DESCRIPTIVE
        and len(long) >= _DESCRIPTIVE + 2
        and all(set(words) & FUNCTION_WORDS for words in (short, long))
        and numbers(tail) == numbers(other)
        and short[:2] != long[:2]  # so that volumes of one pattern stay apart
        and not any(map(_continues_at_all, (short, long)))
    )


def _is_gerund(word: str) -> bool:
    return len(word) >= _GERUND and word.endswith("ing")


def _continues(tail: tuple[str, ...]) -> bool:
    return _continues_at_all(tail[1:] if tail[:1] == ("and",) else tail)


def _continues_at_all(tail: tuple[str, ...]) -> bool:
    text = " ".join(tail)
    return CONTINUED.search(text) is not None or MORE.search(text) is not None
