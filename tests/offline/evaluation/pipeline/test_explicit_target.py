"""The classic target's figures, against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.evaluation.pipeline.explicit_target import (
    SharePriors,
    auc_difference,
    explicit_figures,
    tuned_priors,
)
from bookrec.offline.training.validation import share_log_odds
from small_dataset import interactions_of


def log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def test_shares_are_smoothed_each_with_a_prior_of_its_own():
    train = interactions_of((0, 0, 5), (0, 1, 0), (0, 2, 7), (1, 0, 0))
    held_out = interactions_of((0, 3, 0), (1, 2, 8))
    found = share_log_odds(train, held_out, 2.0, 6.0)
    # Overall 1/2. Reader 0: (2 + 1) / (3 + 2), reader 1: (0 + 1) / (1 + 2); book 2: (1 + 3) / (1 + 6).
    np.testing.assert_allclose(
        found, [log_odds(3 / 5) + 0.0, log_odds(1 / 3) + log_odds(4 / 7)], rtol=1e-12
    )


def test_the_priors_are_those_that_predict_the_validation_part_best():
    """Books say which it is, readers mislead: the best prior of readers is the largest."""
    rng = np.random.default_rng(3)
    rows = [
        (reader, book, 8 if book % 2 == 0 else 0)
        for reader in range(30)
        for book in rng.choice(20, 6, replace=False).tolist()
    ]
    found = tuned_priors(interactions_of(*rows[::2]), interactions_of(*rows[1::2]))
    assert found.book < found.reader


def test_a_difference_of_aucs_has_an_interval():
    labels = np.array([True, False, True, False] * 50)
    right = labels + 0.0
    wrong = np.array([1.0, 0.0, 0.0, 1.0] * 50)
    readers = np.repeat(np.arange(40, dtype=np.int32), 5)
    rng = np.random.default_rng(1)
    found = auc_difference(labels, right, wrong, readers, rng)
    assert found.value == pytest.approx(0.5)
    assert 0.3 < found.low < 0.5 < found.high < 0.7
    same = auc_difference(labels, wrong, wrong, readers, rng)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_the_model_stands_beside_the_shares():
    known = interactions_of((0, 0, 5), (0, 1, 0), (1, 0, 0), (1, 2, 0))
    test = interactions_of((0, 3, 4), (1, 3, 0), (1, 4, 9))
    found = explicit_figures(np.array([0.2, 0.6, 0.8]), known, test, SharePriors(2.0, 6.0), seed=1)
    assert list(found) == ["pipeline", "popularity", "shares"]
    assert found["pipeline"]["auc"] == 0.5
    # Reader 0 above reader 1, who is in a tie with themself.
    assert found["shares"] == {"auc": 0.75, "reader prior": 2.0, "book prior": 6.0}
    assert found["pipeline"]["auc above shares"] == -0.25
    assert found["pipeline"]["low"] <= -0.25 <= found["pipeline"]["high"]
