"""Years of publication: ``2023 (tái bản)``, ``05/2021``, ``2,019``; one answer only."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from bookrec.offline.data.values.ages import ConvertedNumbers, converted
from bookrec.offline.data.values.distinct import Distinct
from bookrec.offline.data.values.placeholders import is_unknown
from bookrec.text import ascii_digits, visible_text

OLDEST_YEAR: Final = 1450
"""Earliest year of a printed book."""
YEAR_UNREADABLE: Final = "year_unreadable"
YEAR_IMPOSSIBLE: Final = "year_impossible"
YEAR_TEXT_READ: Final = "year_text_read"

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_THOUSANDS: Final = re.compile(r"([12])[,.]([0-9]{3})(?:\.0)?")
_YEAR: Final = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")


def convert_years(values: pd.Series, this_year: int) -> ConvertedNumbers:
    """Convert a column of texts to years; one before 1450 or after ``this_year`` is unknown."""
    column = Distinct.of(values)
    pairs = column.map(lambda text: read_year(text, this_year))
    return converted(column, pairs, values.index)


def read_year(text: str, this_year: int) -> tuple[int | None, str]:
    """Return the one year that a text says, None if unknown, and the rule that read or refused it.

    >>> read_year("2,019", 2025), read_year("2019.0", 2025), read_year("1998-2001", 2025)
    ((2019, 'year_text_read'), (2019, ''), (None, 'year_unreadable'))
    """
    word = ascii_digits(visible_text(text))
    if is_unknown(word):
        return None, ""
    if parts := _THOUSANDS.fullmatch(word):
        return _possible(int(parts[1] + parts[2]), this_year, YEAR_TEXT_READ)
    if _NUMBER.fullmatch(word):
        compact = re.fullmatch(r"([12][0-9]{3})(0[1-9]|1[0-2])([0-2][0-9]|3[01])", word)
        if compact:
            return _possible(int(compact[1]), this_year, YEAR_TEXT_READ)
        return _possible(int(float(word) // 1), this_year, "")
    years = {int(year) for year in _YEAR.findall(word)}
    if len(years) == 1:
        return _possible(years.pop(), this_year, YEAR_TEXT_READ)
    return None, YEAR_UNREADABLE


def _possible(year: int, this_year: int, rule: str) -> tuple[int | None, str]:
    return (year, rule) if OLDEST_YEAR <= year <= this_year else (None, YEAR_IMPOSSIBLE)
