"""Scale of a column of ratings, by evidence, and its ratings on the stored scale.

The stored scale is 1–5 for whole ratings of five, else 1–10; 0 is an interaction without a rating.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.offline.data.values.distinct import Distinct
from bookrec.offline.data.values.one_rating import OneRating, read_rating

ROUNDED: Final = "rating_rounded"
TEXT_READ: Final = "rating_text_read"

_ENOUGH: Final = 20
"""Rated rows from which a highest rating of 5 is evidence of five stars."""
_STRAY: Final = 0.05
"""Share of ratings above a scale that are taken for mistakes."""


@dataclass(frozen=True)
class RatingScale:
    """Scale of bare numbers; ``8/10`` and ``4 stars`` say their own."""

    most: int
    """Highest rating: 5, 10, 100, …"""
    whole: bool = True
    """Whether ratings are whole numbers."""
    evidence: str = ""
    """Sentence on the column, for the operator."""
    possible: tuple[int, ...] = ()
    """Highest ratings that the column may have; empty where there is no doubt."""

    @property
    def sure(self) -> bool:
        """Whether there is no doubt."""
        return not self.possible

    @property
    def least(self) -> float:
        """Lowest rating that is not 0."""
        return 1.0 if self.whole or self.most > 5 else 0.5

    @property
    def stored_max(self) -> int:
        """Highest rating as stored, 5 or 10."""
        return 5 if self.most == 5 and self.whole else 10


@dataclass(frozen=True, eq=False)
class ConvertedRatings:
    """Ratings on the stored scale."""

    ratings: NDArray[np.int8]
    """[rows] 1 to the stored highest; 0 = without a rating, or one of the masks is set."""
    unreadable: NDArray[np.bool_]
    """[rows] whether a text is no rating."""
    out_of_range: NDArray[np.bool_]
    """[rows] whether a rating is outside its scale."""
    repaired: Counter[str]
    """Rule → number of rows."""


def read_scale(values: pd.Series) -> RatingScale:
    """Find the scale of a column of texts, judging by shares: a single 11 is no scale of 100."""
    column = Distinct.of(values)
    numbers: Counter[float] = Counter()
    self_explaining: Counter[tuple[float, bool]] = Counter()
    for rating, count in zip(column.map(read_rating), column.counts.tolist(), strict=True):
        if rating.number is not None and rating.most is None and rating.number > 0:
            numbers[rating.number] += count
        elif rating.number is not None and rating.most is not None:
            self_explaining[rating.most, rating.number % 1 == 0] += count
    if not numbers:
        if not self_explaining:
            return RatingScale(10, evidence="the column has no ratings")
        whole_of_five = set(self_explaining) == {(5.0, True)}
        kind = "whole numbers of 5" if whole_of_five else "of several kinds"
        return RatingScale(
            5 if whole_of_five else 10, evidence=f"every rating says its scale: {kind}"
        )
    scale = _scale_of(numbers)
    if self_explaining and scale.stored_max == 5 and set(self_explaining) != {(5.0, True)}:
        return RatingScale(5, whole=False, evidence=scale.evidence, possible=scale.possible)
    return scale


def _scale_of(numbers: Counter[float]) -> RatingScale:
    """The scale of bare ratings above 0 with their counts."""
    rated = numbers.total()
    share_above = {most: _above(numbers, most) / rated for most in (5, 10)}
    whole = _share(numbers, lambda n: n % 1 != 0) < _STRAY / 10
    highest = f"{rated:,} ratings, the highest {max(numbers):g}"
    if share_above[10] >= 0.5:
        return RatingScale(100, whole, f"{highest}: a scale of 100")
    if share_above[10] >= _STRAY:
        return RatingScale(10, whole, f"{highest}: a scale of 10 or of 100", (10, 100))
    if share_above[5] >= _STRAY or (share_above[5] and rated < 5 * _ENOUGH):
        within = [n for n in numbers if n <= 10]
        if max(within) == 7 and whole and rated >= 5 * _ENOUGH and share_above[10] == 0:
            return RatingScale(10, whole, f"{highest}: a scale of 7 or of 10", (7, 10))
        return RatingScale(10, whole, f"{highest}: a scale of 10")
    kind = "five stars" if whole else "five stars with halves"
    if set(numbers) == {1.0}:
        return RatingScale(5, whole, f"{rated:,} ratings, all of them 1", (1, 5, 10))
    if rated < _ENOUGH:
        return RatingScale(5, whole, f"{highest}: {kind} or a scale of 10", (5, 10))
    return RatingScale(5, whole, f"{highest}: {kind}")


def _above(numbers: Counter[float], most: float) -> int:
    return sum(count for number, count in numbers.items() if number > most)


def _share(numbers: Counter[float], condition: Callable[[float], bool]) -> float:
    return sum(c for number, c in numbers.items() if condition(number)) / numbers.total()


def convert(values: pd.Series, scale: RatingScale) -> ConvertedRatings:
    """Convert a column of texts to the stored scale; halves are rounded up and counted."""
    column = Distinct.of(values)
    meanings = column.map(read_rating)
    stored = [_stored(rating, scale) for rating in meanings]
    ratings = np.array([0 if s is None else s[0] for s in stored], dtype=np.int8)
    unreadable = np.array([r.number is None and not r.implicit for r in meanings], dtype=bool)
    out_of_range = np.array([s is None for s in stored], dtype=bool) & ~unreadable
    rounded = np.array([s is not None and s[1] for s in stored], dtype=bool)
    text_read = np.array([r.most is not None for r in meanings], dtype=bool)
    repaired = Counter(
        {ROUNDED: column.rows(rounded), TEXT_READ: column.rows(text_read & ~out_of_range)}
    )
    codes = column.codes
    return ConvertedRatings(
        ratings[codes], unreadable[codes], out_of_range[codes], Counter(+repaired)
    )


def _stored(rating: OneRating, scale: RatingScale) -> tuple[int, bool] | None:
    """The rating as stored, and whether it was rounded; None when it is out of range or unreadable."""
    if rating.implicit:
        return 0, False
    number, most = rating.number, float(rating.most or scale.most)
    least = scale.least if rating.most is None else 0.0
    if number is None or not least <= number <= most or number < 0:
        return None
    if number == 0:
        return 0, False
    exact = number * scale.stored_max / most
    whole = max(1, int(np.floor(exact + 0.5 + 1e-9)))
    return whole, abs(exact - whole) > 1e-9
