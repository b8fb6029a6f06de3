"""The classic target: what is measured beside the pipeline."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.training.validation import explicit_metrics
from small_dataset import interactions_of


def test_figures_that_are_not_defined_are_left_out():
    """Every rating of MovieLens is explicit: NaN would be no JSON in the manifest."""
    train = interactions_of((0, 0, 5), (0, 1, 3), (1, 0, 8))
    held_out = interactions_of((0, 2, 4), (1, 1, 9))
    found = explicit_metrics(np.array([0.5, 0.25]), train, held_out)
    assert list(found) == ["pipeline", "popularity", "shares"]
    assert found["pipeline"] == {"log_loss": pytest.approx(math.log(8) / 2)}
    assert found["popularity"] == found["shares"] == {}
