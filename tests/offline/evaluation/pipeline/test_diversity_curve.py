"""Curve of diversity on lists whose figures are known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bookrec.inference.diversity import STRENGTHS
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.evaluation.pipeline.diversity_curve import (
    AUTHOR_LIMITS,
    StoredLists,
    category_codes,
    diversity_curve,
)
from small_dataset import interactions_of, small_dataset

BOOKS = 60


def stored_lists() -> StoredLists:
    """Two readers with the same 30 books; each of the first ten pairs is one book twice."""
    lists = np.tile(np.arange(30, dtype=np.int32), (2, 1))
    scores = np.tile(np.linspace(1, 0, 30, dtype=np.float32), (2, 1))
    # Books 2n and 2n + 1 are each other's only neighbour, for n < 10.
    neighbour = np.array([book ^ 1 for book in range(20)], dtype=np.int32)
    start = np.concatenate([np.arange(20), np.full(BOOKS - 19, 20)]).astype(np.int64)
    table = SimilarityTable(start, neighbour, np.ones(20, np.float32))
    authors = np.array([1 + book // 3 for book in range(BOOKS)], dtype=np.int32)
    seen = interactions_of((0, 50, 9), (0, 51, 0), (1, 50, 9))
    groups = np.zeros(BOOKS, dtype=np.int32)
    groups[[50, 51, 29]] = 1, 2, 2
    return StoredLists(lists, scores, seen, table, authors, groups)


def test_the_facts_of_a_list_are_those_of_its_books():
    facts = stored_lists().facts(0)
    assert facts.similarity.shape == (30, 30)
    assert facts.similarity[4, 5] == facts.similarity[5, 4] == 1
    assert facts.similarity.sum() == 20
    assert facts.author[:4].tolist() == [1, 1, 1, 2]
    assert facts.mix.tolist() == [0, 0.5, 0.5]
    assert facts.group[29] == 2
    assert stored_lists().facts(1).mix.tolist() == [0, 1, 0]


def test_a_step_buys_distance_with_hits():
    stored = stored_lists()
    # Reader 0 likes book 1, the neighbour of book 0; reader 1 likes book 20.
    held_out = interactions_of((0, 1, 9), (1, 20, 8))
    known = interactions_of(*((reader, book, 0) for book in range(20) for reader in [book // 2]))
    points = diversity_curve(stored, held_out, known, 10)
    assert [point["strength"] for point in points] == [*STRENGTHS, 0, 0, 0]
    assert [point["most_of_author"] for point in points[5:]] == list(AUTHOR_LIMITS[1:])
    first, last = points[0], points[len(STRENGTHS) - 1]
    assert first["ndcg@20_liked"] == pytest.approx((1 / np.log2(3) + 0) / 2)
    # Lists of 20 hold ten pairs, each at distance 0: 1 - 2 · 10 / (20 · 19).
    assert first["diversity@20"] == pytest.approx(1 - 20 / 380)
    assert last["diversity@20"] > first["diversity@20"]
    assert last["ndcg@20_liked"] < first["ndcg@20_liked"]
    assert first["coverage@20"] == pytest.approx(20 / BOOKS)
    # Ten places by the authors of books 0 to 9: four. With one of each, ten.
    assert first["authors@10"] == pytest.approx(0.4)
    assert points[-1]["authors@10"] == 1.0


def test_categories_are_codes_and_unknown_ones_are_zero():
    dataset = small_dataset()
    assert set(category_codes(dataset)) == {0}
    isbns = dataset.books["isbn"].tolist()
    named = pd.DataFrame(
        {"isbn": [isbns[2], isbns[0], "elsewhere"], "category": ["Crime", "crime", "x"]}
    )
    codes = category_codes(replace(dataset, details=named))
    assert codes[0] == codes[2] > 0
    assert codes[1] == 0
