"""Paired bootstrap of correlations."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.evaluation.pipeline.rating_comparison import compare_correlations


def ratings(noise: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Given and predicted ratings of 60 readers, 8 each, and whose they are."""
    rng = np.random.default_rng(seed)
    given = rng.normal(7, 1.5, 480)
    return given, given + rng.normal(0, noise, 480), np.repeat(np.arange(60, dtype=np.int32), 8)


def test_a_clear_gain_is_significant_and_is_the_difference_of_correlations():
    given, good, readers = ratings(1.0, 1)
    poor = given + np.random.default_rng(9).normal(0, 4.0, 480)
    found = compare_correlations(given, good, poor, readers, np.random.default_rng(0))
    wanted = np.corrcoef(given, good)[0, 1] - np.corrcoef(given, poor)[0, 1]
    assert found["gain"] == pytest.approx(wanted)
    assert 0 < found["gain low"] < found["gain"] < found["gain high"]
    assert found["p"] == pytest.approx(2 / 2001)


def test_the_same_predictions_differ_by_nothing():
    given, good, readers = ratings(1.0, 2)
    found = compare_correlations(given, good, good, readers, np.random.default_rng(0))
    assert found == {"gain": 0, "gain low": 0, "gain high": 0, "p": 1}


def test_readers_are_drawn_whole():
    """Eight copies of each rating are no more evidence than one."""
    given, good, readers = ratings(1.0, 3)
    other = given + np.random.default_rng(4).normal(0, 1.1, 480)
    single = [values[::8] for values in (given, good, other)]
    once = compare_correlations(*single, np.arange(60, dtype=np.int32), np.random.default_rng(5))
    copied = [np.repeat(values, 8) for values in single]
    many = compare_correlations(*copied, readers, np.random.default_rng(5))
    assert many == pytest.approx(once)


def test_a_constant_has_no_correlation():
    given, good, readers = ratings(1.0, 1)
    found = compare_correlations(given, np.full(480, 7.1), good, readers, np.random.default_rng(0))
    assert all(np.isnan(value) for value in found.values())
