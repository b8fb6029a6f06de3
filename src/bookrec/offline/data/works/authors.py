"""Author names: whether two spellings can be one person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Final

from bookrec.offline.data.works.spelling import similar
from bookrec.offline.data.works.vocabulary import HONORIFICS, SHORT_NAMES
from bookrec.text import fold

_PERSONS: Final = re.compile(
    r"\s*(?:[;/&+]|\band\b|\bwith\b|\bund\b|\bby\b|\bas told to\b)\s*", re.I
)
_MIN_PREFIX: Final = 3


@dataclass(frozen=True)
class Person:
    """One author's name as words; order and punctuation make no difference."""

    surname: str
    names: frozenset[str]
    """Words of two letters or more, the surname included."""
    initials: frozenset[str]
    """Single letters."""
    letters: str
    """All words joined: `De Foe` is `Defoe`."""


@lru_cache(maxsize=1 << 17)
def read_persons(author: str) -> tuple[Person, ...]:
    """Return the persons that an author field names.

    >>> [person.surname for person in read_persons("Tolkien, J.R.R.")]
    ['tolkien']
    """
    persons = []
    for name in _PERSONS.split(author):
        last, comma, first = name.replace(".", ". ").partition(",")
        ordered = fold(f"{first} {last}" if comma else last).split()
        words = [word for word in ordered if word not in HONORIFICS] or ordered
        if words:
            names = frozenset(word for word in words if len(word) > 1)
            initials = frozenset(word for word in words if len(word) == 1)
            persons.append(Person(words[-1], names, initials, "".join(words)))
    return tuple(persons)


@lru_cache(maxsize=1 << 17)
def author_names(author: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of all persons' names, and their surnames, each once."""
    persons = read_persons(author)
    names = dict.fromkeys(name for person in persons for name in person.names)
    return tuple(map(intern, names)), tuple({intern(person.surname): None for person in persons})


@lru_cache(maxsize=1 << 17)
def author_words(author: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of an author field with nicknames, and the surnames among them."""
    words = set(fold(author.replace(".", ". ")).split())
    words |= {short for short, long in SHORT_NAMES.items() if long in words}
    return frozenset(words), frozenset(person.surname for person in read_persons(author))


@lru_cache(maxsize=1 << 17)
def same_author(author: str, other: str, *, lenient: bool = False) -> bool:
    """Say whether two author fields name a common person.

    Args:
        author: an author field.
        other: another one.
        lenient: a common surname is enough, as for a long title that both books have.

    >>> same_author("Poe, Edgar A.", "Edgar Allan Poe"), same_author("Jackie Collins", "Judy Collins")
    (True, False)
    """
    return any(
        _one_person(a, b) or (lenient and a.surname == b.surname)
        for a in read_persons(author)
        for b in read_persons(other)
    )


def _one_person(a: Person, b: Person) -> bool:
    if a.letters == b.letters:
        return True
    common = a.names & b.names
    if len(common) > 1:
        return True
    if common and (a.names <= b.names or b.names <= a.names):
        fewer, more = (a, b) if len(a.names) <= len(b.names) else (b, a)
        letters = more.initials | {name[0] for name in more.names - common}
        return not fewer.initials or not letters or bool(fewer.initials & letters)
    left, right = a.names - common, b.names - common
    if common:
        return any(_one_name(x, y) for x in left for y in right)
    initials = a.initials & b.initials
    return bool(initials) and any(similar(x, y) for x in left for y in right)


def _one_name(x: str, y: str) -> bool:
    """Say whether two given names (or surnames beside a common name) are spellings of one."""
    short, long = sorted((x, y), key=len)
    return (
        (len(short) >= _MIN_PREFIX and long.startswith(short))
        or SHORT_NAMES.get(short) == long
        or similar(x, y, least=_MIN_PREFIX + 1)
    )
