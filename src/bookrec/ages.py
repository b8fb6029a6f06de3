"""Age bands: inputs of models, segments of popularity lists, and labels on pages."""

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
    """Return the code (index into `AGE_BANDS`) of an age in years; 0 if unknown or not 5–100."""
    if age is None or not MIN_AGE <= age <= MAX_AGE:
        return 0
    return 1 + bisect_right(_LOWER_BOUNDS, age)


def age_bands(ages: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the codes [n] of ages in years [n], where NaN is an unknown age; see `age_band`."""
    known = (ages >= MIN_AGE) & (ages <= MAX_AGE)
    codes = 1 + np.searchsorted(_LOWER_BOUNDS, ages, side="right")
    return np.where(known, codes, 0).astype(np.int32)
