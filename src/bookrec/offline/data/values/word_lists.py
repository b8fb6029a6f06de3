"""Lists of words in columns, of all languages together, from the files ``words_*.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bookrec.text import visible_text

_DIRECTORY: Final = Path(__file__).parent


@dataclass(frozen=True)
class WordLists:
    """Words in their `plain` form."""

    unknown: frozenset[str]
    """Values that stand for an unknown one, in any column."""
    unknown_author: frozenset[str]
    """Values that name no author; ``various`` and the like."""
    walk_in: frozenset[str]
    """Names of the customer who is nobody in particular."""
    no_rating: frozenset[str]
    star: frozenset[str]
    point: frozenset[str]
    """Units after a rating of the column's scale."""
    ratings_of_five: dict[str, int]
    """Word → rating of five."""


def plain(text: str) -> str:
    """Return a text in lower case, composed, without outer marks of brackets, quotes and full stops.

    >>> plain(" (Không  rõ) ")
    'không rõ'
    """
    bare = visible_text(text).casefold().replace("’", "'")
    return bare.strip("()[]{}<>\"'.…:*_ ")


@cache
def word_lists() -> WordLists:
    """Read the lists."""
    lists: dict[str, set[str]] = {}
    ratings: dict[str, int] = {}
    for path in sorted(_DIRECTORY.glob("words_*.toml")):
        for name, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if isinstance(words, dict):
                ratings |= {plain(word): rating for word, rating in words.items()}
            else:
                lists.setdefault(name, set()).update(plain(word) for word in words)
    return WordLists(
        ratings_of_five=ratings, **{name: frozenset(words) for name, words in lists.items()}
    )
