"""Parsing of age labels in notebooks: ``Under 18``, ``18-24``, ``65+``, ``(17, 24]``, ``34``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bookrec.ages import MAX_AGE, MIN_AGE, age_band

Bounds = tuple[int, int]
"""Youngest and oldest age of a label, inclusive."""

OLDEST: Final = 200
"""Upper bound of an open range such as ``65+``."""

_UNKNOWN_LABELS: Final = frozenset(
    {
        "",
        "unknown",
        "<unk>",
        "unk",
        "[unk]",
        "<unknown>",
        "[unknown]",
        "__unknown__",
        "nan",
        "none",
        "null",
        "<na>",
        "n/a",
        "missing",
        "<oov>",
        "[oov]",
        "oov",
        "not known",
        "not given",
    }
)
_RANGE: Final = re.compile(r"(\d+)\s*(?:-|–|—|_|to)\s*(\d+)")
_INTERVAL: Final = re.compile(r"([\[(])\s*(-?\d+(?:\.0)?|-inf)\s*,\s*(\d+(?:\.0)?|inf)\s*([\])])")
_UNDER: Final = re.compile(r"(?:under|below|less than|younger than|<)\s*(\d+)|(\d+)\s*-$")
_FROM: Final = re.compile(r"(\d+)\s*(?:\+|and over|and older|or older|plus)|>=\s*(\d+)")
_OVER: Final = re.compile(r"(?:over|above|older than|>)\s*(\d+)")


def is_unknown_label(text: str) -> bool:
    """Whether a label stands for an unknown value, e.g. ``Unknown``, ``<UNK>`` or ``nan``."""
    return text.strip().casefold() in _UNKNOWN_LABELS


def age_bounds(label: str) -> Bounds | None:
    """Parse a label; None if it is no age and no range of ages.

    >>> age_bounds("Under 18"), age_bounds("25-34"), age_bounds("65+"), age_bounds("(17, 24]")
    ((0, 17), (25, 34), (65, 200), (18, 24))
    """
    text = label.strip().casefold()
    if match := _INTERVAL.fullmatch(text):
        opening, low, high, closing = match.groups()
        first = 0 if low == "-inf" else int(float(low)) + (opening == "(")
        last = OLDEST if high == "inf" else int(float(high)) - (closing == ")")
        return max(first, 0), last
    if match := _RANGE.fullmatch(text):
        return int(match[1]), int(match[2])
    if match := _UNDER.fullmatch(text):
        return 0, int(match[1] or match[2]) - 1
    if match := _FROM.fullmatch(text):
        return int(match[1] or match[2]), OLDEST
    if match := _OVER.fullmatch(text):
        return int(match[1]) + 1, OLDEST
    if text.isdigit():
        return int(text), int(text)
    return None


def place_of_age(age: int, bounds: Sequence[Bounds | None]) -> int:
    """Return the position of the first label whose range includes ``age``; -1 for none."""
    for place, label in enumerate(bounds):
        if label is not None and label[0] <= age <= label[1]:
            return place
    return -1


def follows_our_bands(bounds: Sequence[Bounds | None]) -> bool:
    """Whether no age band of `AGE_BANDS` is divided between two labels."""
    seen: dict[int, int] = {}
    return all(
        seen.setdefault(age_band(age), place_of_age(age, bounds)) == place_of_age(age, bounds)
        for age in range(MIN_AGE, MAX_AGE + 1)
    )
