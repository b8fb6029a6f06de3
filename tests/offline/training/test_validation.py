"""Figures of explicit predictions and their baselines."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.metrics.book_facts import book_facts
from bookrec.offline.training.validation import _figures, _interactions, explicit_metrics
from small_dataset import interactions_of


def test_undefined_figures_are_left_out():
    """Every rating of MovieLens is explicit, and the manifest, as JSON, cannot hold NaN."""
    train = interactions_of((0, 0, 5), (0, 1, 3), (1, 0, 8))
    held_out = interactions_of((0, 2, 4), (1, 1, 9))
    metrics = explicit_metrics(np.array([0.5, 0.25]), train, held_out)
    assert list(metrics) == ["pipeline", "popularity", "shares"]
    assert metrics["pipeline"] == {"log_loss": pytest.approx(math.log(8) / 2)}
    assert metrics["popularity"] == metrics["shares"] == {}


def test_figures_of_lists_by_hand():
    lists = np.full((2, 20), -1, dtype=np.int32)
    lists[0, :2], lists[1, :2] = [1, 2], [1, 0]
    known = interactions_of((0, 0, 9), (1, 2, 4))
    held_out = interactions_of((0, 2, 8), (1, 0, 3))
    facts = book_facts(known, 4, np.array([1, 1, 2, 0], dtype=np.int32))
    metrics = _figures(lists, held_out, known, facts)
    second = 1 / math.log2(3)
    assert metrics["ndcg@20_liked"] == pytest.approx(second)  # of reader 0, the only one who liked
    assert metrics["ndcg@20"] == pytest.approx(second)
    assert metrics["hit_rate@20_liked"] == 1
    assert metrics["ndcg@20_propensity"] == pytest.approx(second)
    assert metrics["disliked of hits"] == 1 / 2
    assert metrics["mean rating"] == pytest.approx((4 + 9) / 2)
    assert metrics["commonest first"] == 1
    assert metrics["new authors"] == pytest.approx(3 / 4)
    assert "new authors, 50+ books" not in metrics, "nobody has so many"


def test_seen_books_keep_their_rows():
    rows = _interactions(
        [np.array([3, 1], np.int32), np.empty(0, np.int32), np.array([2], np.int32)]
    )
    assert rows.reader_idx.tolist() == [0, 0, 2]
    assert rows.book_idx.tolist() == [3, 1, 2]
