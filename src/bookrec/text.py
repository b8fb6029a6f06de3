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
