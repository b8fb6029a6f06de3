"""Headings of books: a key of works that knows nothing of the grouping and joins more.

A *heading* is the letters and digits of a title up to the first ``:``, ``(`` or ``[``, without a
leading article, and the author's last name. Volumes of one heading stay apart: where the rest of
the titles names different numbers, or the head has two subtitles, the number or the subtitle is
part of the heading. So is a mark of another work, such as ``Three Volumes in One``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from bookrec.text import fold

_HEAD_END: Final = re.compile(r"[:(\[]")
_ARTICLE: Final = re.compile(r"^(?:the|an?) (?=\S)")
_DIGITS: Final = re.compile(r"\d+")
_SAYS_NOTHING: Final = re.compile(
    r"(?:an?|the) .*\b(?:novel|story|mystery|thriller|memoir)|(?:.* )?edition|novel|stories|essays|"
    r"(?:new )?fiction|(?:\w+ )?tie in|a (?:novel|story|memoir) .*|complete and unabridged"
)
"""A subtitle, folded, that names genre or edition: such books are doubles, not volumes."""
_ANOTHER_WORK: Final = re.compile(
    r"^and\b|\bin one\b|\bboxed\b|\bbox set\b|\bomnibus\b|\bcomplete novels\b|\bpop ?up\b|"
    r"\bpost ?cards?\b|\bscreenplay\b|\bcompanion\b|\bguide to the\b|\bworkbook\b|\badapted\b|"
    r"\badaptation\b|\beasy to read\b|\bsticker\b|\bboard books?\b|\bnotes\b|"
    r"\bnew generation\b|\bannual\b"
)
"""Words that make books of one head two works: a set, a book on another, *X and Other Stories*."""
_TITLES_AFTER_NAME: Final = re.compile(r"(?<=\w)(?: (?:jr|sr|ii|iii|iv|ph ?d|m ?d))+$")
_SPELT_NUMBERS: Final = {
    word: str(number)
    for words in (
        "one two three four five six seven eight nine ten",
        "i ii iii iv v vi vii viii ix x",
    )
    for number, word in enumerate(words.split(), start=1)
}
_NUMBERED: Final = re.compile(
    rf"\b(book|volume|vol|part) ({'|'.join(sorted(_SPELT_NUMBERS, key=len, reverse=True))})\b"
)
"""A volume's number in letters, in a folded title."""


class _Parts(NamedTuple):
    stem: str
    """Letters of the head, and the author's last name."""
    numbers: str
    subtitle: str
    """Letters; empty where they name genre or edition only."""
    another: str
    """Words that make the book another work than the head alone."""


def headings(books: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    """Return the heading of each book, by ``book_id``.

    Args:
        books: ``book_id``, title and author. A book without title or author has no heading.

    >>> headings([(1, "Tithe", "Holly Black"), (2, "Tithe : A Tale (Book 1)", "Black, Holly")])
    {1: 'tithe|black', 2: 'tithe|black'}
    """
    parts = {
        book_id: _parts(title, author)
        for book_id, title, author in books
        if fold(title) and fold(author)
    }
    numbers_of_stem: dict[str, set[str]] = {}
    subtitles_of_stem: dict[str, set[str]] = {}
    for book in parts.values():
        numbers_of_stem.setdefault(book.stem, set()).update({book.numbers} - {""})
        if not book.another:
            subtitles_of_stem.setdefault(book.stem, set()).update({book.subtitle} - {""})
    result = {}
    for book_id, book in parts.items():
        shortest = _shortest(book.subtitle, subtitles_of_stem.get(book.stem, set()))
        marks = [book.another] if book.another else []
        if not book.another and _are_several(subtitles_of_stem[book.stem]):
            marks.append(shortest)
        if len(numbers_of_stem[book.stem]) > 1:
            marks.append(book.numbers)
        result[book_id] = "|".join([book.stem, *marks])
    return result


def _parts(title: str, author: str) -> _Parts:
    subtitle = _subtitle(title)
    end = _HEAD_END.search(title)
    rest = _NUMBERED.sub(_in_digits, fold(title[end.start() :])) if end else ""
    mark = _ANOTHER_WORK.search(rest)
    says_nothing = _SAYS_NOTHING.fullmatch(subtitle) is not None
    return _Parts(
        _stem(title, author),
        " ".join(dict.fromkeys(_DIGITS.findall(rest))),
        "" if says_nothing else subtitle.replace(" ", ""),
        (subtitle.replace(" ", "") or mark.group()) if mark else "",
    )


def _in_digits(volume: re.Match[str]) -> str:
    return f"{volume[1]} {_SPELT_NUMBERS[volume[2]]}"


def _shortest(subtitle: str, subtitles: set[str]) -> str:
    """Return the shortest subtitle of a head with which this one begins: one is cut off."""
    parts = [other for other in subtitles if subtitle.startswith(other)]
    return min(parts, key=lambda other: (len(other), other), default=subtitle)


def _are_several(subtitles: set[str]) -> bool:
    return len({_shortest(subtitle, subtitles) for subtitle in subtitles}) > 1


def _stem(title: str, author: str) -> str:
    """Return the letters of a title's head, without article, and the author's last name."""
    head = fold(_HEAD_END.split(title, maxsplit=1)[0]) or fold(title)
    last, comma, _ = author.partition(",")
    names = _TITLES_AFTER_NAME.sub("", fold(last if comma else author)).split()
    letters = _ARTICLE.sub("", head).replace(" ", "")
    return f"{letters}|{''.join(names[-1:])}"


def _subtitle(title: str) -> str:
    """Return the folded words between a title's first colon and its first bracket."""
    _, _, rest = re.split(r"[(\[]", title, maxsplit=1)[0].partition(":")
    return fold(rest)
