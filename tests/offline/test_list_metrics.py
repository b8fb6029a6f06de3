"""Metrics beside numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_dataset import interactions_of

from bookrec.offline.metrics import auc, log_loss, ndcg, recall
from bookrec.offline.validation import explicit_metrics


def booleans(*values: int) -> np.ndarray:
    return np.array(values, dtype=bool)


def test_ndcg_by_hand():
    # Hits at ranks 2 and 4: 1/log2(3) + 1/log2(5) = 0.63093 + 0.43068 = 1.06161.
    # Ideal for three relevant: 1 + 0.63093 + 0.5 = 2.13093.
    assert ndcg(booleans(0, 1, 0, 1), 3) == pytest.approx(1.06161 / 2.13093, abs=1e-5)
    # With ten relevant the ideal is cut at the list's length: 2.56161.
    assert ndcg(booleans(0, 1, 0, 1), 10) == pytest.approx(1.06161 / 2.56161, abs=1e-5)


def test_ndcg_at_its_ends():
    assert ndcg(booleans(1, 1, 0), 2) == 1
    assert ndcg(booleans(0, 0, 0), 2) == 0
    assert ndcg(booleans(0, 1), 1) == pytest.approx(1 / math.log2(3))


def test_recall_by_hand():
    assert recall(booleans(0, 1, 0, 1), 3) == pytest.approx(2 / 3)
    assert recall(booleans(0, 0), 5) == 0


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
    found = auc(np.array(labels), np.array(scores, dtype=float))
    assert found == pytest.approx(wins / (len(positives) * len(negatives)))


def test_log_loss_by_hand():
    found = log_loss(booleans(1, 0, 0), np.array([0.5, 0.25, 0.9]))
    assert found == pytest.approx(-(math.log(0.5) + math.log(0.75) + math.log(0.1)) / 3)
    # Certain and wrong is bad, not infinite.
    assert log_loss(booleans(1), np.array([0.0])) == pytest.approx(-math.log(1e-7))


def test_figures_that_are_not_defined_are_left_out():
    """Every rating of MovieLens is explicit: NaN would be no JSON in the manifest."""
    train = interactions_of((0, 0, 5), (0, 1, 3), (1, 0, 8))
    held_out = interactions_of((0, 2, 4), (1, 1, 9))
    found = explicit_metrics(np.array([0.5, 0.25]), train, held_out)
    assert list(found) == ["pipeline", "popularity", "shares"]
    assert found["pipeline"] == {"log_loss": pytest.approx(math.log(8) / 2)}
    assert found["popularity"] == found["shares"] == {}
