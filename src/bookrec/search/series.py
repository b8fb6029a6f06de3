"""Series of a book and its number there, as its title names them; read when a snapshot is written."""

from __future__ import annotations

import re
from typing import Final

from bookrec.text import fold

_WORDS: Final = (
    r"numbers?|no|nr|n[o°º]|books?|bks?|volumes?|vol|v|parts?|pt|episode|issue|bands?|bd|teil"
    r"|tomes?|tomo|buch|tập|tap|quyển|quyen|cuốn"
)
_NUMBER: Final = r"(?P<number>\d{1,4}(?:\.\d)?)"
_BRACKET: Final = re.compile(r"\((?P<round>[^()]*(?:\([^()]*\)[^()]*)*)\)|\[(?P<square>[^\[\]]*)\]")
_NUMBERED: Final = re.compile(
    rf"(?P<series>.*?\w.*?)(?P<mark>[\s,;:.#-]*(?:(?<!\w)(?:{_WORDS})(?!\w)[\s.#:]*|\#\s*)"
    rf"|\s*[,;:]\s*){_NUMBER}\s*",
    re.IGNORECASE,
)
_BARE: Final = re.compile(rf"(?P<series>.*?\w.*?)\s+{_NUMBER}\s*")
_MOST_BARE: Final = 40
"""Largest number behind a name without a sign between them; larger ones are years and ages."""
_NUMBER_IN_WORDS: Final = re.compile(
    r"(?P<series>.*?\w.*?)[\s,;:.-]+(?:book|part|volume|vol\.?)\s+"
    r"(?P<word>one|two|three|four|five|six|seven|eight|nine|ten)\s*",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?P<series>.*\w\s+(?:series|trilogy|saga|chronicles|quartet|cycle))\s*", re.IGNORECASE
)
_WITHOUT_BRACKET: Final = re.compile(
    rf"(?P<series>.*?\w.*?)[\s,;:\-–]+(?:#|(?:{_WORDS})(?!\w)\.?)\s*{_NUMBER}(?!\w)",
    re.IGNORECASE,
)
"""A name, a word for a volume and its number; the rest is the volume's own title."""
_NUMBER_OF: Final = {
    word: float(number)
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
_FORMATS: Final = re.compile(r"\s*\((?:paperback|hardcover|numbered)\)", re.IGNORECASE)
_MARKS: Final = " ,;:.#-–"
_PUBLISHERS_WORDS: Final = """
    book books bk vol volume part band tome tap quyen cuon no classics classic library edition editions
    printing press paperbacks penguin everyman everymans wordsworth level ages collection
"""
_NO_SERIES: Final = frozenset(_PUBLISHERS_WORDS.split())
"""Words of the lists of publishers, which readers do not follow in order, and of volumes without a
series: a name that ends in one of them, or begins with it, is no series."""
_ARTICLES: Final = frozenset(
    {"the", "a", "an", "der", "die", "das", "le", "la", "les", "el", "los"}
)
"""Words that begin a title: alone before a number (``The No. 1 …``) they name no series."""


def read_series(title: str) -> tuple[str, float | None]:
    """Return the series that a title names, and the book's number in it; ``("", None)`` without one.

    A bracket counts if it ends in a number behind a comma, a ``#``, a word such as ``Book`` or, where
    the number is small, a name; or if it ends in a word such as ``Trilogy``. The last one wins.
    Without a bracket, a word for a volume must stand before the number.

    >>> read_series("The Golden Compass (His Dark Materials, Book 1)")
    ('His Dark Materials', 1.0)
    >>> read_series("One Piece - Tập 3")
    ('One Piece', 3.0)
    >>> read_series("Little Women (Puffin Classics)")
    ('', None)
    """
    brackets = [match["round"] or match["square"] or "" for match in _BRACKET.finditer(title)]
    for bracket in reversed(brackets):
        series, number = _read_bracket(_FORMATS.sub("", bracket))
        if _is_series(series):
            return series, number
    if not brackets and (match := _WITHOUT_BRACKET.match(title)):
        series = match["series"].strip(_MARKS)
        if _is_series(series):
            return series, float(match["number"])
    return "", None


def _read_bracket(text: str) -> tuple[str, float | None]:
    if numbered := _NUMBERED.fullmatch(text):
        return numbered["series"].strip(_MARKS), float(numbered["number"])
    if spelled := _NUMBER_IN_WORDS.fullmatch(text):
        return spelled["series"].strip(_MARKS), _NUMBER_OF[spelled["word"].lower()]
    if named := _NAMED.fullmatch(text):
        return named["series"].strip(_MARKS), None
    bare = _BARE.fullmatch(text)
    if bare and float(bare["number"]) <= _MOST_BARE:
        return bare["series"].strip(_MARKS), float(bare["number"])
    return "", None


def _is_series(name: str) -> bool:
    words = fold(name).split()
    return not set(words) <= _ARTICLES and not {words[0], words[-1]} & _NO_SERIES
