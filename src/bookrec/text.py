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
_NOT_WORD: Final = re.compile(r"[\W_]+")
_APOSTROPHE: Final = re.compile(r"['’`]")


def fold(text: str) -> str:
    """Return the lower-case words of ``text`` without accents or punctuation, joined by spaces.

    >>> fold("Đất rừng phương Nam")
    'dat rung phuong nam'
    >>> fold("Søren's  Either/Or")
    'sorens either or'
    """
    # Decompose first (`ǿ` is an `ø` and an accent, `℠` is `SM`), and again after lower-casing.
    text = unicodedata.normalize("NFKD", text).translate(_LETTERS_WITHOUT_DECOMPOSITION)
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", bare).strip()
