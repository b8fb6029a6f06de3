"""Age bands: one list of labels, used as a model input, a segment of popularity and on pages."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import numpy as np
from numpy.typing import NDArray

AGE_BANDS: Final = (
    "Unknown",
    "Under 18",
    "18-24",
    "25-34",
    "35-44",
    "45-54",
    "55-64",
    "65+",
)
"""Labels by code; code 0 is an unknown age."""

_LOWER_BOUNDS: Final = (18, 25, 35, 45, 55, 65)

MIN_AGE: Final = 5
MAX_AGE: Final = 100


def age_band(age: int | None) -> int:
    """The code (index into `AGE_BANDS`) of an age in years; 0 when unknown or outside 5–100."""
    if age is None or not MIN_AGE <= age <= MAX_AGE:
        return 0
    return 1 + bisect_right(_LOWER_BOUNDS, age)


def age_bands(ages: NDArray[np.float64]) -> NDArray[np.int32]:
    """`age_band` for an array of ages in years, NaN meaning unknown; same shape, int32."""
    known = (ages >= MIN_AGE) & (ages <= MAX_AGE)
    codes = 1 + np.searchsorted(_LOWER_BOUNDS, ages, side="right")
    return np.where(known, codes, 0).astype(np.int32)
