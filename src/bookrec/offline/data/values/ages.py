"""Ages of readers: numbers, ranges, years of birth and dates of birth."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from bookrec.ages import MAX_AGE, MIN_AGE
from bookrec.offline.data.values.distinct import Distinct
from bookrec.offline.data.values.one_date import read_date
from bookrec.offline.data.values.placeholders import is_unknown
from bookrec.text import ascii_digits, visible_text

AGE_UNREADABLE: Final = "age_unreadable"
AGE_IMPOSSIBLE: Final = "age_impossible"
AGE_FROM_BIRTH_YEAR: Final = "age_from_birth_year"
AGE_FROM_RANGE: Final = "age_from_range"
AGE_TEXT_READ: Final = "age_text_read"

_NUMBER: Final = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_WITH_UNIT: Final = re.compile(
    r"(?:age:? ?)?([0-9]{1,3}) ?(?:tuổi|tuoi|t"
    r"|years?(?: old)?|yrs?|y\.?o\.?)?\.?"
)
_RANGE: Final = re.compile(
    r"(?:từ |from )?([0-9]{1,3}) ?(?:-|\u2013|\u2014|~|to|đến|tới) ?([0-9]{1,3})"
    r"(?: ?tuổi| ?years?(?: old)?)?"
)
_BORN: Final = re.compile(r"(?:sn|sinh năm|born(?: in)?|năm sinh):? ?((?:19|20)[0-9]{2})")
_BIRTH_YEARS: Final = range(1900, 2101)


@dataclass(frozen=True, eq=False)
class ConvertedNumbers:
    """Numbers of a column."""

    numbers: pd.Series
    """[rows] whole numbers, dtype ``Int16``; null = unknown."""
    repaired: Counter[str]
    """Rule → number of rows."""


def convert_ages(values: pd.Series, this_year: int) -> ConvertedNumbers:
    """Convert a column of texts to ages in years; an age outside 5–100 is unknown and counted."""
    column = Distinct.of(values)
    pairs = column.map(lambda text: read_age(text, this_year))
    return converted(column, pairs, values.index)


def converted(
    column: Distinct, pairs: list[tuple[int | None, str]], index: pd.Index
) -> ConvertedNumbers:
    """Return numbers of distinct texts, and their rules, as those of rows."""
    numbers = np.array([np.nan if n is None else n for n, _ in pairs], dtype=np.float64)
    repaired: Counter[str] = Counter()
    for (_, rule), count in zip(pairs, column.counts.tolist(), strict=True):
        if rule:
            repaired[rule] += count
    return ConvertedNumbers(pd.Series(numbers[column.codes], index=index).astype("Int16"), repaired)


def read_age(text: str, this_year: int) -> tuple[int | None, str]:
    """Return the age that a text says, None if unknown, and the rule that read or refused it.

    >>> read_age("18-24", 2025), read_age("1990", 2025), read_age("", 2025)
    ((21, 'age_from_range'), (35, 'age_from_birth_year'), (None, ''))
    """
    word = ascii_digits(visible_text(text)).casefold()
    if is_unknown(word):
        return None, ""
    if _NUMBER.fullmatch(word):
        number = float(word.replace(",", "."))
        if number in _BIRTH_YEARS:
            return _possible(this_year - int(number), AGE_FROM_BIRTH_YEAR)
        return _possible(int(number // 1), "")
    if parts := _WITH_UNIT.fullmatch(word):
        return _possible(int(parts[1]), AGE_TEXT_READ)
    if (parts := _RANGE.fullmatch(word)) and int(parts[1]) <= int(parts[2]):
        return _possible((int(parts[1]) + int(parts[2])) // 2, AGE_FROM_RANGE)
    if parts := _BORN.fullmatch(word):
        return _possible(this_year - int(parts[1]), AGE_FROM_BIRTH_YEAR)
    born = read_date(word, this_year)
    if born is not None:
        return _possible(this_year - born.year, AGE_FROM_BIRTH_YEAR)
    return None, AGE_UNREADABLE


def _possible(age: int, rule: str) -> tuple[int | None, str]:
    return (age, rule) if MIN_AGE <= age <= MAX_AGE else (None, AGE_IMPOSSIBLE)
