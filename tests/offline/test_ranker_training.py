"""Calibration of the default ranker."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.tensorflow_start import start_tensorflow

start_tensorflow()

from bookrec.offline.ranker_training import fit_platt  # noqa: E402


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (2.5, -3.0), (0.4, 1.5)])
def test_platt_scaling_finds_the_line_that_made_the_labels(scale: float, shift: float):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 200_000)
    labels = rng.random(len(logits)) < 1 / (1 + np.exp(-(scale * logits + shift)))
    found = fit_platt(logits, labels)
    assert found == pytest.approx((scale, shift), abs=0.05)


def test_platt_scaling_fits_the_mean():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1, 5000)
    labels = rng.random(5000) < 0.03
    scale, shift = fit_platt(logits, labels)
    predicted = 1 / (1 + np.exp(-(scale * logits + shift)))
    assert predicted.mean() == pytest.approx(labels.mean(), rel=0.15)
    assert scale > 0


@pytest.mark.parametrize(
    "labels", [np.zeros(6, bool), np.ones(6, bool), np.arange(6) > 2, np.arange(6) < 3]
)
def test_platt_scaling_stays_finite_and_keeps_the_order(labels: np.ndarray):
    scale, shift = fit_platt(np.linspace(-3, 3, 6), labels)
    assert np.isfinite([scale, shift]).all()
    assert scale > 0
