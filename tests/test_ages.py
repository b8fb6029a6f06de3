"""Age bands."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.ages import AGE_BANDS, age_band, age_bands

CASES = [
    (None, "Unknown"),
    (4, "Unknown"),
    (5, "Under 18"),
    (17, "Under 18"),
    (18, "18-24"),
    (24, "18-24"),
    (25, "25-34"),
    (34, "25-34"),
    (35, "35-44"),
    (44, "35-44"),
    (45, "45-54"),
    (54, "45-54"),
    (55, "55-64"),
    (64, "55-64"),
    (65, "65+"),
    (100, "65+"),
    (101, "Unknown"),
    (-3, "Unknown"),
]


@pytest.mark.parametrize(("age", "label"), CASES)
def test_the_band_of_an_age(age: int | None, label: str):
    assert AGE_BANDS[age_band(age)] == label


def test_an_array_of_ages_has_the_same_bands():
    ages = np.array([np.nan if age is None else age for age, _ in CASES])
    codes = age_bands(ages)
    assert codes.dtype == np.int32
    assert [AGE_BANDS[code] for code in codes] == [label for _, label in CASES]
