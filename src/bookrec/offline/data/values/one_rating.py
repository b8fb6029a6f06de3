"""One rating as text: a number, ``8/10``, ``4 stars``, ``★★★☆``, words, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bookrec.offline.data.values.word_lists import plain, word_lists
from bookrec.text import ascii_digits, visible_text

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+")
_OUT_OF: Final = re.compile(
    r"(?P<rating>[0-9]+(?:[.,][0-9]+)?) ?(?:/|of|out of|trên) ?(?P<most>5|7|10|20|100)(?:[.,]0)?"
    r"(?: (?P<unit>.+))?"
)
_WITH_UNIT: Final = re.compile(r"(?P<rating>[0-9]+(?:[.,][0-9]+)?) ?(?P<unit>[^0-9 ].*)")
_SIGNS: Final = re.compile(r"(?P<full>[★⭐✭✮*]*)(?P<half>[½⯪]?)(?P<empty>[☆✩]*)")


@dataclass(frozen=True)
class OneRating:
    """Meaning of one text."""

    number: float | None
    """Rating as written; None for a text that is unreadable, or for no rating."""
    most: float | None = None
    """Highest rating, where the text says it; None for a bare number."""
    implicit: bool = False
    """Whether the text says that there is no rating."""


UNREADABLE: Final = OneRating(None)
IMPLICIT: Final = OneRating(None, implicit=True)


def read_rating(text: str) -> OneRating:
    """Read one text; a bare 0 is no rating.

    >>> read_rating("4,5/5")
    OneRating(number=4.5, most=5.0, implicit=False)
    """
    seen = ascii_digits(visible_text(text)).replace("\ufe0f", "")
    word = plain(seen)
    lists = word_lists()
    if word in ("", "-", "?") or word in lists.no_rating or word in lists.unknown:
        return _signs(seen)
    if word in lists.ratings_of_five:
        return OneRating(float(lists.ratings_of_five[word]), 5.0)
    if _NUMBER.fullmatch(seen):
        number = _float(seen)
        return IMPLICIT if number == 0 else OneRating(number)
    if parts := _OUT_OF.fullmatch(word):
        return OneRating(_float(parts["rating"]), float(parts["most"]))
    if parts := _WITH_UNIT.fullmatch(word):
        number = _float(parts["rating"])
        if parts["unit"] in lists.star:
            return OneRating(number, 5.0 if number <= 5 else 10.0)
        if parts["unit"] in lists.point:
            return OneRating(number) if number else IMPLICIT
        if parts["unit"] == "%":
            return OneRating(number, 100.0)
    signs = _signs(seen)
    return UNREADABLE if signs.implicit else signs


def _signs(text: str) -> OneRating:
    """Rating drawn with stars; no rating for an empty text and for five empty stars."""
    signs = _SIGNS.fullmatch(text.replace(" ", ""))
    if signs is None or not (signs["full"] or signs["half"]):
        return IMPLICIT
    number = len(signs["full"]) + 0.5 * len(signs["half"])
    drawn = len(signs["full"]) + len(signs["half"]) + len(signs["empty"])
    return OneRating(number, 5.0 if drawn <= 5 else 10.0)


def _float(text: str) -> float:
    return float(text.replace(",", "."))
