"""Metrics of ranked lists compared with numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.metrics.ranking import (
    LIST_METRICS,
    average_precision,
    factorised_top_k,
    hit_rate,
    ndcg,
    precision,
    recall,
    reciprocal_rank,
)


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


def test_the_others_by_hand():
    hits = booleans(0, 1, 0, 1, 0)
    assert recall(hits, 3) == pytest.approx(2 / 3)
    assert precision(hits, 3) == pytest.approx(2 / 5)
    assert hit_rate(hits, 3) == 1
    assert reciprocal_rank(hits, 3) == pytest.approx(1 / 2)
    # Precision 1/2 at rank 2 and 2/4 at rank 4, over 3 relevant.
    assert average_precision(hits, 3) == pytest.approx((1 / 2 + 2 / 4) / 3)
    # Over the list's length where more are relevant than fit in.
    assert average_precision(booleans(1, 1), 9) == 1


def test_a_list_without_hits_is_worth_nothing():
    for name, metric in LIST_METRICS.items():
        assert metric(booleans(0, 0, 0), 2) == 0, name


def test_many_lists_at_once_are_each_by_itself():
    rng = np.random.default_rng(0)
    hits, relevant = rng.random((30, 7)) < 0.3, rng.integers(3, 12, 30)
    for name, metric in LIST_METRICS.items():
        one_by_one = [float(metric(row, count)) for row, count in zip(hits, relevant, strict=True)]
        np.testing.assert_allclose(metric(hits, relevant), one_by_one, err_msg=name)


def test_factorised_top_k_counts_interactions_not_readers():
    # 1 of 1 and 1 of 4 found: 2 of 5 interactions, though recall averages 0.625.
    hits, relevant = np.array([[1, 0], [0, 1]], dtype=bool), np.array([1, 4])
    assert factorised_top_k(hits, relevant) == pytest.approx(2 / 5)
    assert recall(hits, relevant).mean() == pytest.approx(0.625)
