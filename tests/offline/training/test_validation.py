"""Figures of explicit predictions and their baselines."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.training.validation import explicit_metrics
from small_dataset import interactions_of


def test_undefined_figures_are_left_out():
    """Every rating of MovieLens is explicit, and the manifest, as JSON, cannot hold NaN."""
    train = interactions_of((0, 0, 5), (0, 1, 3), (1, 0, 8))
    held_out = interactions_of((0, 2, 4), (1, 1, 9))
    metrics = explicit_metrics(np.array([0.5, 0.25]), train, held_out)
    assert list(metrics) == ["pipeline", "popularity", "shares"]
    assert metrics["pipeline"] == {"log_loss": pytest.approx(math.log(8) / 2)}
    assert metrics["popularity"] == metrics["shares"] == {}
