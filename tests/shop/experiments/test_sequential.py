"""Sequential test: by hand, its error over many looks at two equal arms, and its power."""

from __future__ import annotations

from math import exp, inf, log, sqrt

import numpy as np
import pytest

from bookrec.shop.experiments.sequential import (
    ALPHA,
    LEAST_READERS,
    Proportion,
    compare,
    over_all_looks,
)


def test_the_ratio_by_hand():
    result = compare(Proportion(200, 20), Proportion(100, 25))
    share = 46 / 302
    v = share * (1 - share) * (1 / 200 + 1 / 100)
    ratio = sqrt(v / (v + 0.0025)) * exp(0.0025 * 0.15**2 / (2 * v * (v + 0.0025)))
    assert result.difference == pytest.approx(0.15)
    assert result.p_value == pytest.approx(1 / ratio)
    half = sqrt(2 * v * (v + 0.0025) / 0.0025 * (log(sqrt((v + 0.0025) / v)) + log(1 / ALPHA)))
    assert (result.low, result.high) == (pytest.approx(0.15 - half), pytest.approx(0.15 + half))
    # The interval leaves 0 out exactly when the ratio is above 1 / α.
    assert (result.low > 0) == (result.p_value < ALPHA)


def test_too_few_readers_tell_nothing():
    few = compare(Proportion(LEAST_READERS - 1, 0), Proportion(500, 400))
    assert (few.low, few.high, few.p_value) == (-inf, inf, 1.0)
    assert compare(Proportion(0, 0), Proportion(0, 0)).p_value == 1.0


def test_a_share_of_nothing_has_a_variance():
    result = compare(Proportion(400, 0), Proportion(400, 0))
    assert result.p_value == 1.0
    assert result.low < 0 < result.high


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_daily_looks_at_two_equal_arms_keep_the_error_rate(share: float):
    """An A/A run: 1,000 experiments of 60 days, looked at every evening."""
    rng = np.random.default_rng(11)
    days, a_day = 60, 40
    hits = rng.binomial(a_day, share, size=(1_000, days, 2)).cumsum(axis=1)
    wrong = 0
    for experiment in hits:
        looks = (
            (Proportion((day + 1) * a_day, int(one)), Proportion((day + 1) * a_day, int(other)))
            for day, (one, other) in enumerate(experiment)
        )
        wrong += over_all_looks(looks) < ALPHA
    assert wrong / 1_000 <= ALPHA


def test_a_difference_is_found_and_the_interval_holds_it():
    rng = np.random.default_rng(5)
    control = Proportion(3_000, int(rng.binomial(3_000, 0.2)))
    better = Proportion(3_000, int(rng.binomial(3_000, 0.26)))
    result = compare(control, better)
    assert result.p_value < ALPHA
    assert 0 < result.low < 0.06 < result.high
