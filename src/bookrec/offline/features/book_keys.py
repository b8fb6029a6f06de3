"""Keys of author, series and language, which relate books without interactions."""

from __future__ import annotations

import re
from typing import Final

from bookrec.text import fold

_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_NUMBER: Final = r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|i{1,3}|iv|vi{0,3}|ix|x"
_NUMBERED: Final = re.compile(
    rf"( (no|book|bk|vol|volume|part|number|nr|episode|band|teil|tome))?( ({_NUMBER}))?$"
)
_FORMATS: Final = frozenset(
    {
        "",
        "paperback",
        "hardcover",
        "mass market paperback",
        "mass market",
        "trade paperback",
        "audio",
        "audio cassette",
        "abridged",
        "unabridged",
        "large print",
        "reprint",
        "illustrated",
        "revised",
        "book",
    }
)
_GROUP: Final = re.compile(r"([01])|([2-57])|(6[0-8]\d)|(8\d|9[0-4])|(9[5-8]\d)|(99\d\d)")
_ISBN: Final = re.compile(r"\d{9}[\dX]|978\d{10}")


def author_key(name: str) -> str:
    """Return one key for all spellings of an author: folded, first and last name.

    >>> author_key("Tolkien, J. R. R.") == author_key("J.R.R. Tolkien")
    True
    >>> author_key("Kathryn H. Kidd") == author_key("Kathryn Kidd")
    True
    """
    last, comma, first = name.partition(",")
    words = fold(f"{first} {last}" if comma and "," not in first else name.replace(".", ". "))
    parts = words.replace(".", " ").split()
    return " ".join(
        part for place, part in enumerate(parts) if place in (0, len(parts) - 1) or len(part) > 1
    )


def series_key(title: str) -> str:
    """Return the series that a title names in brackets, without volume number; empty for none.

    >>> series_key("Spirits White as Lightning (Bedlam Bard, Book 5)")
    'bedlam bard'
    >>> series_key("Spells (Paperback)")
    ''
    """
    for bracket in _BRACKETS.findall(title):
        key = _NUMBERED.sub("", fold(bracket))
        if key not in _FORMATS and not key.endswith(" edition"):
            return key
    return ""


def language_key(isbn: str) -> str:
    """Return the language area of an ISBN (its registration group); empty for other ids.

    No group begins with 69, so the ISBNs of sample data have no language area.

    >>> language_key("0345339703"), language_key("3404920910"), language_key("ml:1")
    ('0', '3', '')
    >>> language_key("1565922840")
    '0'
    """
    if not _ISBN.fullmatch(isbn):
        return ""
    match = _GROUP.match(isbn.removeprefix("978") if len(isbn) > 10 else isbn)
    if match is None:
        return ""
    group = next(part for part in match.groups() if part)
    return "0" if group == "1" else group
