"""Metrics of predicted numbers compared with numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.offline.metrics.prediction import (
    auc,
    log_loss,
    mae,
    pearson,
    rmse,
    spearman,
)


def booleans(*values: int) -> np.ndarray:
    return np.array(values, dtype=bool)


def test_auc_by_hand():
    # Positives .9 and .4; negatives .5, .4, .1. Of 6 pairs: .9 wins 3; .4 wins 1, ties 1.
    labels = booleans(1, 0, 0, 1, 0)
    assert auc(labels, np.array([0.9, 0.5, 0.4, 0.4, 0.1])) == pytest.approx(4.5 / 6)
    assert auc(labels, np.zeros(5)) == 0.5
    assert math.isnan(auc(booleans(1, 1), np.array([0.1, 0.2])))
    assert math.isnan(auc(booleans(0, 0), np.array([0.1, 0.2])))


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2, max_size=25).filter(
        lambda rows: len({label for label, _ in rows}) == 2
    )
)
def test_auc_is_the_share_of_pairs_in_order(rows):
    positives = [score for label, score in rows if label]
    negatives = [score for label, score in rows if not label]
    wins = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    labels, scores = zip(*rows, strict=True)
    figure = auc(np.array(labels), np.array(scores, dtype=float))
    assert figure == pytest.approx(wins / (len(positives) * len(negatives)))


def test_log_loss_by_hand():
    figure = log_loss(booleans(1, 0, 0), np.array([0.5, 0.25, 0.9]))
    assert figure == pytest.approx(-(math.log(0.5) + math.log(0.75) + math.log(0.1)) / 3)
    # Certain and wrong is bad, not infinite.
    assert log_loss(booleans(1), np.array([0.0])) == pytest.approx(-math.log(1e-7))


GIVEN = np.array([2, 4, 9, 5], dtype=np.int8)
PREDICTED = np.array([3.0, 4.0, 7.0, 9.0])


def test_errors_by_hand():
    # Errors 1, 0, -2, 4.
    assert rmse(GIVEN, PREDICTED) == pytest.approx(math.sqrt(21 / 4))
    assert mae(GIVEN, PREDICTED) == pytest.approx(7 / 4)


def test_correlations_by_hand():
    # Given less its mean 5: -3, -1, 4, 0; predicted less 5.75: -2.75, -1.75, 1.25, 3.25.
    expected = (8.25 + 1.75 + 5 + 0) / math.sqrt(26 * (7.5625 + 3.0625 + 1.5625 + 10.5625))
    assert pearson(GIVEN, PREDICTED) == pytest.approx(expected)
    # Ranks 1, 2, 4, 3 and 1, 2, 3, 4: 1 - 6 * (0 + 0 + 1 + 1) / (4 * 15).
    assert spearman(GIVEN, PREDICTED) == pytest.approx(0.8)
    assert math.isnan(pearson(GIVEN, np.ones(4)))


def test_tied_ranks_share_their_mean():
    # Ranks 1.5, 1.5, 3 and 1, 2, 3, less their mean 2: (.5 + 0 + 1) / sqrt(1.5 * 2).
    tied, apart = np.array([4.0, 4.0, 8.0]), np.array([1.0, 2.0, 3.0])
    assert spearman(tied, apart) == pytest.approx(1.5 / math.sqrt(3))
