"""Quantities and prices: which mark separates thousands and which one decimals, by evidence."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from bookrec.offline.data.values.distinct import Distinct
from bookrec.offline.data.values.placeholders import is_unknown
from bookrec.text import ascii_digits, visible_text

NUMBER_UNREADABLE: Final = "number_unreadable"

_CURRENCY: Final = re.compile(
    r"(?:vnđ|vnd|đồng|dong|đ|₫|usd|us\$|\$|eur|€|gbp|£|aud|cuốn|quyển|bản|pcs?|x)\.?", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9.,'\u2019 ]*|[+-]?[.,][0-9]+")
_GROUPS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3})*")


@dataclass(frozen=True)
class NumberFormat:
    """Marks of a column of numbers."""

    decimal: str = "."
    """Mark before decimals, ``.`` or ``,``; the other one separates thousands."""
    evidence: str = ""
    """Sentence on the column, for the operator."""
    possible: tuple[str, ...] = ()
    """Readings that the column may have, with an example; empty where there is no doubt."""

    @property
    def sure(self) -> bool:
        """Whether there is no doubt."""
        return not self.possible


@dataclass(frozen=True, eq=False)
class ParsedNumbers:
    """Numbers of a column."""

    numbers: pd.Series
    """[rows] float64; NaN = unknown."""
    repaired: Counter[str]
    """Rule → number of rows."""


def read_number_format(values: pd.Series) -> NumberFormat:
    """Find the decimal mark of a column.

    ``1.234,56`` and ``1.234.567`` leave no doubt, nor do ``12.5`` and ``85.00``. ``85.000`` is 85 or
    85 thousand: currencies without small coins, or other rows, decide; else both are possible.
    """
    column = Distinct.of(values)
    votes: Counter[str] = Counter()
    doubtful: Counter[str] = Counter()
    example = ""
    for text, count in zip(column.texts, column.counts.tolist(), strict=True):
        bare, dong = _bare(text)
        if vote := _decimal_mark(bare, dong):
            votes[vote] += count
        elif groups := _GROUPS.fullmatch(bare):
            doubtful[groups[1]] += count
            example = example or visible_text(text)
    return _format(votes, doubtful, example)


def _format(votes: Counter[str], doubtful: Counter[str], example: str) -> NumberFormat:
    point, comma = votes["."], votes[","]
    if point and comma:
        likely = "." if point >= comma else ","
        evidence = f"{point:,} numbers have decimals after a point, {comma:,} after a comma"
        return NumberFormat(likely, evidence, ("decimals: .", "decimals: ,"))
    if point or comma:
        mark = "." if point else ","
        return NumberFormat(mark, f"{point or comma:,} numbers fit only decimals after {mark!r}")
    if not doubtful:
        return NumberFormat(evidence="no number has such a mark")
    # Prices such as 85.000 beside 120.000 are thousands far more often than exact thousandths.
    mark = doubtful.most_common(1)[0][0]
    decimal = "," if mark == "." else "."
    evidence = f"{doubtful.total():,} numbers such as {example} fit thousands and decimals"
    readings = (f"thousands: {example}", f"decimals: {example}")
    return NumberFormat(decimal, evidence, readings)


def convert_numbers(values: pd.Series, number_format: NumberFormat) -> ParsedNumbers:
    """Convert a column of texts to numbers; units and currencies are left out."""
    column = Distinct.of(values)
    numbers = np.array(
        column.map(lambda text: _number(text, number_format.decimal)), dtype=np.float64
    )
    unknown = np.array(column.map(is_unknown), dtype=bool)
    unreadable = column.rows(np.isnan(numbers) & ~unknown)
    repaired = Counter({NUMBER_UNREADABLE: unreadable})
    return ParsedNumbers(pd.Series(numbers[column.codes], index=values.index), +repaired)


def _bare(text: str) -> tuple[str, bool]:
    """The number of a text without its unit, and whether the unit is the dong, which has no cents."""
    seen = ascii_digits(visible_text(text)).casefold()
    without = _CURRENCY.sub("", seen)
    dong = without != seen and bool(re.search("đ|₫|vnd|dong", seen))
    return re.sub(r"[ '\u2019]", "", without), dong


def _decimal_mark(bare: str, dong: bool) -> str:
    """The mark that can only be before decimals, given one number; "" where it leaves a doubt."""
    marks = [c for c in bare if c in ".,"]
    if not marks or not _NUMBER.fullmatch(bare):
        return ""
    other = {".": ",", ",": "."}
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return other[marks[0]]
    if _GROUPS.fullmatch(bare):
        return other[marks[0]] if dong else ""
    return marks[0]


def _number(text: str, decimal: str) -> float:
    bare, dong = _bare(text)
    if not _NUMBER.fullmatch(bare):
        return np.nan
    # A number that can be read in one way only is read so, whatever the others are: 12.50 beside 9,99.
    decimal = _decimal_mark(bare, dong) or decimal
    thousands = "," if decimal == "." else "."
    try:
        return float(bare.replace(thousands, "").replace(decimal, "."))
    except ValueError:
        return np.nan
