"""Series of a book and its number there, as the bracket of the title has them."""

from __future__ import annotations

import re
from typing import Final

from bookrec.offline.data.works.vocabulary import VOLUME_WORDS
from bookrec.text import fold

_BRACKET: Final = re.compile(r"\((?P<text>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_WORDS: Final = "|".join(sorted(VOLUME_WORDS | {"tap", "quyen"}, key=len, reverse=True))
_NUMBERED: Final = re.compile(
    rf"(?P<series>.*?\w.*?)(?P<mark>[\s,;:.#-]*(?:(?<!\w)(?:{_WORDS}|tập|quyển)(?!\w)[\s.#:]*|\#\s*)"
    r"|\s*[,;:]\s*)(?P<number>\d{1,4}(?:\.\d)?)\s*",
    re.IGNORECASE,
)
_NUMBER_IN_WORDS: Final = re.compile(
    r"(?P<series>.*?\w.*?)[\s,;:.-]+(?:book|part|volume|vol\.?)\s+"
    r"(?P<word>one|two|three|four|five|six|seven|eight|nine|ten)\s*",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?P<series>.*\w\s+(?:series|trilogy|saga|chronicles|quartet|cycle))\s*", re.IGNORECASE
)
_NUMBER_OF: Final = {
    word: float(number)
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
_FORMATS: Final = re.compile(r"\s*\((?:paperback|hardcover|numbered)\)", re.IGNORECASE)
_MARKS: Final = " ,;:.#-"


def read_series(title: str) -> tuple[str, float | None]:
    """Return the series that a title's last bracket names, and the book's number in it.

    ``("", None)`` for a title without one. A bracket counts if it ends in a number behind a comma, a
    ``#`` or a word such as ``Book``, or if it ends in a word such as ``Trilogy``.

    >>> read_series("The Golden Compass (His Dark Materials, Book 1)")
    ('His Dark Materials', 1.0)
    >>> read_series("The Secret (Animorphs, No 9)")
    ('Animorphs', 9.0)
    >>> read_series("Little Women (Puffin Classics)")
    ('', None)
    """
    for bracket in reversed([match["text"] for match in _BRACKET.finditer(title)]):
        text = _FORMATS.sub("", bracket)
        if numbered := _NUMBERED.fullmatch(text):
            series, number = _without_marks(numbered["series"]), float(numbered["number"])
        elif spelled := _NUMBER_IN_WORDS.fullmatch(text):
            series, number = _without_marks(spelled["series"]), _NUMBER_OF[spelled["word"].lower()]
        elif named := _NAMED.fullmatch(text):
            return _without_marks(named["series"]), None
        else:
            continue
        if fold(series):
            return series, number
    return "", None


def _without_marks(text: str) -> str:
    return text.strip(_MARKS)
