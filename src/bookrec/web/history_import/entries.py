"""Entries of an exported file: one book each, with the reader's rating and what they did with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

import msgspec

from bookrec.isbn import isbn_forms
from bookrec.text import ascii_digits, fold, visible_text, without_formula
from bookrec.web.history_import.columns import find_columns
from bookrec.web.history_import.tables import read_rows

READ: Final = "read"
WANTED: Final = "want"
ABANDONED: Final = "abandoned"

_STATUS_WORDS: Final[dict[str, tuple[str, ...]]] = {
    WANTED: (
        *("to read", "want to read", "wishlist", "wish list", "tbr", "zu lesen", "will ich lesen"),
        *("wunschliste", "à lire", "a lire", "liste de souhaits", "envies", "quiero leer"),
        *("por leer", "para leer", "lista de deseos", "muốn đọc", "sẽ đọc", "cần đọc"),
    ),
    ABANDONED: (
        *("did not finish", "dnf", "abandoned", "abgebrochen", "abandonné", "abandonado"),
        *("bỏ dở",),
    ),
}
"""Words of statuses, compared by `fold`; any other status means that the reader has read the book."""
_STATUS_OF: Final = {
    fold(word): status for status, words in _STATUS_WORDS.items() for word in words
}
_STARS: Final = re.compile(r"(?P<full>[★*⭐]+)(?P<half>½?)")
_SLASH: Final = re.compile(r"\s*(?:/|von|of|sur|de|trên)\s*(?P<top>5|10)\s*$")
_BETWEEN_ISBNS: Final = re.compile(r"[,;|/\s]+")
_SCALE_10: Final = 10


class Entry(msgspec.Struct, frozen=True):
    """A row of the file."""

    line: int
    """Number of the row, 1 being the header."""
    title: str
    author: str
    isbns: tuple[str, ...]
    """ISBNs of the row that are valid, in their two spellings."""
    rating: int | None
    """1–10; None without a rating."""
    status: str
    """`READ`, `WANTED` or `ABANDONED`."""


def read_entries(content: bytes) -> list[Entry]:
    """Read the entries of a file.

    Raises:
        FileUnreadable: the file is no table of books.
    """
    rows = read_rows(content)
    columns = find_columns(rows[0])
    top = _top_of_scale([_cell(row, columns, "rating") for row in rows[1:]])
    return [_entry(line, row, columns, top) for line, row in enumerate(rows[1:], start=2)]


def _entry(line: int, row: Sequence[str], columns: dict[str, int], top: int) -> Entry:
    texts = {name: _cell(row, columns, name) for name in columns}
    candidates = [texts.get(name, "") for name in ("isbn", "isbn13", "isbns")]
    rating = _rating(texts.get("rating", ""), top)
    return Entry(
        line=line,
        title=texts.get("title", "")[:500],
        author=texts.get("author", "")[:300],
        isbns=_isbns(candidates),
        rating=rating,
        status=_status(texts.get("status", ""), rated=rating is not None),
    )


def _cell(row: Sequence[str], columns: dict[str, int], name: str) -> str:
    position = columns.get(name)
    if position is None or position >= len(row):
        return ""
    return without_formula(visible_text(row[position])).strip()


def _isbns(candidates: Sequence[str]) -> tuple[str, ...]:
    """Return all valid ISBNs of some cells: ``="0439023483"``, ``[0439023483]``, lists of them."""
    forms: dict[str, None] = {}
    for text in candidates:
        bare = text.strip("[]=\"' ")
        for part in [bare, *_BETWEEN_ISBNS.split(bare)]:
            part = part.strip("[]=\"' ")
            # A spreadsheet takes the leading zeros of what looks like a number.
            padded = part.zfill(10) if 7 <= len(part) < 10 and part[:-1].isdecimal() else part
            forms.update(dict.fromkeys(isbn_forms(padded)))
    return tuple(forms)


def _top_of_scale(ratings: Sequence[str]) -> int:
    """Return 10 if any rating of the file is more than 5, else 5."""
    values = [value for value in (_number(text) for text in ratings) if value is not None]
    return _SCALE_10 if any(value > 5 for value in values) else 5


def _rating(text: str, top: int) -> int | None:
    """Return the rating 1–10 of a text: stars with halves and quarters, 0 for none."""
    slash = _SLASH.search(text)
    value = _number(text)
    if value is None or value <= 0:
        return None
    top = int(slash["top"]) if slash else top
    tenths = (value * _SCALE_10 / top).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return min(max(int(tenths), 1), _SCALE_10)


def _number(text: str) -> Decimal | None:
    stars = _STARS.fullmatch(text)
    if stars:
        return Decimal(len(stars["full"])) + (Decimal("0.5") if stars["half"] else 0)
    plain = _SLASH.sub("", ascii_digits(text)).replace(",", ".").replace("½", ".5").strip()
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= _SCALE_10 else None


def _status(text: str, *, rated: bool) -> str:
    """Return the status of a text; a rated book was read, whatever its shelf says."""
    if rated:
        return READ
    for part in (text, *text.split(",")):
        status = _STATUS_OF.get(fold(part))
        if status is not None:
            return status
    return READ
