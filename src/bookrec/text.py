"""Folding of text, so that a typed query matches the catalogue's spelling.

SQLite's accent removal knows neither ``đ`` nor ``ø`` (they are letters, not accents), so text is
folded here before it is indexed, and a query is folded before it is matched.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LETTERS_WITHOUT_DECOMPOSITION: Final = str.maketrans(
    {
        "đ": "d",
        "Đ": "d",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "ß": "ss",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
        "ı": "i",
        "þ": "th",
        "Þ": "th",
        "ð": "d",
        "Ð": "d",
    }
)
_PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
_FORMULA: Final = re.compile(r"=\s*(?P<quote>\"{1,3}|')(?P<text>.*)(?P=quote)", re.DOTALL)
_TEXT_MARK: Final = re.compile(r"['\u2019`](?=\w)")
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NOT_WORD: Final = re.compile(r"[\W_]")
_APOSTROPHES: Final = frozenset("'’`")


class _Folding(dict[int, str]):
    """The folded form of each character, worked out when the character is first met."""

    def __missing__(self, code: int) -> str:
        # Decompose first (`ǿ` is an `ø` and an accent, `℠` is `SM`), and again after lower-casing.
        bare = unicodedata.normalize("NFKD", chr(code)).translate(_LETTERS_WITHOUT_DECOMPOSITION)
        kept = "".join(c for c in bare if c not in _APOSTROPHES).casefold()
        letters = (c for c in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(c))
        folded = _NOT_WORD.sub(" ", "".join(letters))
        self[code] = folded
        return folded


_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """Return the lower-case words of ``text`` without accents or punctuation, joined by spaces.

    >>> fold("Đất rừng phương Nam")
    'dat rung phuong nam'
    >>> fold("Søren's  Either/Or")
    'sorens either or'
    """
    return " ".join(text.translate(_FOLDING).split())


def visible_text(text: str) -> str:
    """Return an id as a person sees it.

    The text is composed (NFC). Characters without width (zero-width spaces, marks of byte order and of
    direction, soft hyphens) are removed, and white space, no-break spaces too, becomes single blanks
    inside and nothing outside.

    >>> visible_text("\u200bVH\u00a0 00012 ")
    'VH 00012'
    """
    if _PLAIN.fullmatch(text):
        return text
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def ascii_digits(text: str) -> str:
    """Return ``text`` with decimal digits of all scripts, and full-width signs, in ASCII.

    >>> ascii_digits("٠٣٠ ９Ｘ")
    '030 9X'
    """
    if text.isascii():
        return text
    text = text.translate(_FULL_WIDTH)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def without_formula(text: str) -> str:
    """Return an id without the marks by which spreadsheets keep its zeros.

    >>> without_formula('="007"'), without_formula("'007"), without_formula("007")
    ('007', '007', '007')
    """
    while (formula := _FORMULA.fullmatch(text)) or _TEXT_MARK.match(text):
        text = visible_text(formula["text"] if formula else text[1:])
    return text
