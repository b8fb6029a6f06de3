"""Intervals and tests: coverage of intervals, and agreement with SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from bookrec.offline.metrics.significance import (
    Interval,
    PairedComparison,
    adjusted,
    bootstrap_interval,
    clustered_interval,
    compare,
    compare_clustered,
    paired_t,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_bootstrap_interval_is_about_the_normal_one():
    values = rng(1).normal(3.0, 2.0, 1000)
    interval = bootstrap_interval(values, rng())
    error = values.std() / np.sqrt(1000)
    assert interval.value == pytest.approx(values.mean())
    assert interval.low == pytest.approx(values.mean() - 1.96 * error, abs=0.3 * error)
    assert interval.high == pytest.approx(values.mean() + 1.96 * error, abs=0.3 * error)
    assert interval == bootstrap_interval(values, rng())


def test_intervals_cover_the_truth_about_95_times_in_100():
    inside = 0
    for seed in range(60):
        interval = bootstrap_interval(rng(seed).exponential(1.0, 100), rng(seed))
        inside += interval.low <= 1.0 <= interval.high
    assert 52 <= inside <= 60


def test_pairing_finds_a_small_difference_that_holds_for_everyone():
    baseline = rng(2).random(500)
    better = baseline + 0.01 + rng(3).normal(0, 0.02, 500)
    comparison = compare(better, baseline, rng())
    assert comparison.p_value < 1e-6
    assert comparison.difference.low > 0
    assert comparison.ratio.low > 1
    # The same two without their pairs are far from telling.
    assert stats.ttest_ind(better, baseline).pvalue > 0.3


def test_no_difference_is_none():
    values = rng(4).random(50)
    same = compare(values, values, rng())
    assert (same.p_value, same.difference) == (1.0, Interval(0.0, 0.0, 0.0))
    noisy = compare(values, values[::-1].copy(), rng())
    assert noisy.difference.low < 0 < noisy.difference.high


def test_the_t_test_by_hand():
    # Differences 1, 2, 3, 6: mean 3, sd sqrt(14/3), t = 3 / (sqrt(14/3) / 2).
    t = 3 / (np.sqrt(14 / 3) / 2)
    p_value = paired_t(np.array([1.0, 2, 3, 6]), np.zeros(4))
    assert p_value == pytest.approx(2 * stats.t.sf(t, 3))


def test_holm_by_hand():
    nothing = Interval(0, 0, 0)
    comparisons = {
        name: PairedComparison(nothing, nothing, p, p)
        for name, p in (("a", 0.01), ("b", 0.04), ("c", 0.03), ("d", 0.9))
    }
    p_values = {name: row.p_adjusted for name, row in adjusted(comparisons).items()}
    # .01 * 4, .03 * 3, then .04 * 2 may not fall below .09, .9 * 1.
    assert p_values == pytest.approx({"a": 0.04, "b": 0.09, "c": 0.09, "d": 0.9})


def test_a_mean_over_requests_resamples_the_visits_they_belong_to():
    sums, counts = np.array([3.0, 0.0, 1.0, 2.0]), np.array([4.0, 1.0, 1.0, 4.0])
    interval = clustered_interval(sums, counts, rng(3))
    assert interval.value == pytest.approx(0.6)
    assert 0.0 <= interval.low < 0.6 < interval.high <= 1.0
    alike = clustered_interval(np.full(5, 2.0), np.full(5, 4.0), rng())
    assert (alike.low, alike.high) == (0.5, 0.5)


def test_clustered_comparisons_are_paired():
    counts = np.array([2.0, 4.0, 6.0])
    baseline = np.array([1.0, 1.0, 3.0])
    result = compare_clustered(1.5 * baseline, baseline, counts, rng(1))
    assert result.ratio.value == pytest.approx(1.5)
    assert (result.ratio.low, result.ratio.high) == (pytest.approx(1.5), pytest.approx(1.5))
    assert result.difference.value == pytest.approx(2.5 / 12)
