"""Words of titles: in one spelling, without what editions add, and their numbers."""

from __future__ import annotations

import re
from sys import intern
from typing import Final

from bookrec.offline.data.works.vocabulary import (
    ARTICLES,
    FILLER,
    NUMBERS,
    ORDINALS,
    ROMAN_LETTERS,
    SPELLINGS,
    VOLUME_WORDS,
)

_DIGITS: Final = re.compile(r"\d+")
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th)")
_INITIALS: Final = re.compile(r"(?<![^ ])(?:[a-z] ){2,}[a-z](?![^ ])")
"""Three single letters or more: `A.B.C.`, where the first is no article."""
_ORDINAL_WORDS: Final = {number: word for word, number in ORDINALS.items()}
_RESPELT: Final = frozenset(NUMBERS) | SPELLINGS.keys() | VOLUME_WORDS
"""Words that need a second look; a title without them and without digits keeps its words."""
_LEADING: Final = FILLER - {"and", "of"}
_LEADING_ARTICLES: Final = frozenset[str]().union(*ARTICLES)
LEADING_WORDS: Final = _LEADING | _LEADING_ARTICLES
"""Articles that `title_words` may drop at the start."""


def title_words(folded: str) -> tuple[str, ...]:
    """Return the words of a folded text in one spelling, numbers as digits, without article.

    >>> title_words("the second world war two")
    ('second', 'world', 'war', '2')
    """
    words = folded.split()
    if _DIGITS.search(folded) or not _RESPELT.isdisjoint(words):
        words = _respell(words)
    if "a" in words and _INITIALS.search(folded):
        words = _INITIALS.sub(_joined, " ".join(words)).split()
    if len(words) > 1 and words[0] in _LEADING:
        del words[0]
    if len(words) > 2 and words[0] in _LEADING_ARTICLES:
        for articles, function_words in ARTICLES.items():
            if words[0] in articles and not function_words.isdisjoint(words[1:]):
                del words[0]
                break
    return tuple(map(intern, words))  # a large catalogue repeats its words


def letters(words: tuple[str, ...]) -> str:
    """Return the letters of words that count, joined: hyphens and spaces make no difference.

    >>> letters(("war", "and", "remembrance"))
    'warremembrance'
    """
    return "".join(content(words))


def series_letters(words: tuple[str, ...]) -> str:
    """Return the letters of the words that name a series: no numbers, no `Book`, no `More from the`.

    >>> series_letters(("vampire", "chronicles", "no", "5"))
    'vampirechronicles'
    """
    if words[:2] == ("more", "from"):
        words = words[2:]
    named = [word for word in words if word not in VOLUME_WORDS and not word.isdigit()]
    return intern("".join([word for word in named if word not in FILLER]))


def content(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that are no fillers; all words, if all are."""
    if FILLER.isdisjoint(words):
        return words
    return tuple([word for word in words if word not in FILLER]) or words


def numbers(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the numbers among words, sorted."""
    spelled = (ORDINALS.get(word, word) for word in words)
    return tuple(sorted(number for word in spelled for number in _DIGITS.findall(word)))


def _joined(initials: re.Match[str]) -> str:
    return initials.group().replace(" ", "")


def _respell(words: list[str]) -> list[str]:
    """Return words with numbers as digits, ordinals of one word as words, and one spelling."""
    result: list[str] = []
    for word in words:
        if result and result[-1] in VOLUME_WORDS:
            word = ROMAN_LETTERS.get(word, word)
        ordinal = _ORDINAL.fullmatch(word)
        word = ordinal.group(1) if ordinal else NUMBERS.get(word, SPELLINGS.get(word, word))
        result.append(_ORDINAL_WORDS.get(word, word) if ordinal else word)
    return result
