"""Figures of lists by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.metrics.list_figures import hits_of_lists, liked_figures, ranking_figures
from bookrec.offline.metrics.ranking import LIST_METRICS
from small_dataset import interactions_of

LISTS = np.array([[1, 0, 2], [1, 2, -1], [4, 3, 0]], dtype=np.int32)

HELD_OUT = interactions_of((0, 0, 8), (0, 2, 3), (1, 5, 10))


def test_hits_and_relevant_books():
    hits, relevant = hits_of_lists(LISTS, HELD_OUT)
    assert hits.tolist() == [[False, True, True], [False] * 3, [False] * 3]
    assert relevant.tolist() == [2, 1, 0]


def test_no_book_is_no_hit():
    lists = np.full((2, 3), -1, dtype=np.int32)
    hits, relevant = hits_of_lists(lists, interactions_of((0, 0, 0), (1, 0, 0)))
    assert not hits.any()
    assert relevant.tolist() == [1, 1]


def test_every_metric_at_every_cut():
    figures = ranking_figures(LISTS, HELD_OUT, (2, 3))
    assert set(figures) == {f"{metric}@{cut}" for metric in LIST_METRICS for cut in (2, 3)}
    gain = (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3))
    assert figures["ndcg@3"][:2] == pytest.approx([gain, 0])
    assert figures["recall@2"][:2].tolist() == [0.5, 0]
    assert figures["mrr@3"][:2].tolist() == [0.5, 0]
    assert all(np.isnan(values[2]) for values in figures.values()), "nothing was held out"


def test_liked_books_alone():
    figures = liked_figures(LISTS, HELD_OUT, (3,))
    assert set(figures) == {"ndcg@3_liked", "recall@3_liked", "hit_rate@3_liked"}
    assert figures["ndcg@3_liked"][:2] == pytest.approx([1 / math.log2(3), 0])
    assert figures["recall@3_liked"][:2].tolist() == [1, 0]
    assert figures["hit_rate@3_liked"][:2].tolist() == [1, 0]
    assert np.isnan(figures["recall@3_liked"][2])
