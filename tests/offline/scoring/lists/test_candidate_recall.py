"""The share of exact lists that two-stage lists keep, beside plain counting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.data.histories import Histories
from bookrec.offline.scoring.lists.candidate_recall import (
    candidate_recall,
    kept_of_exact,
    sample_of,
)
from small_recommender import BOOKS, make_recommender


def make_histories(readers: int = 9) -> Histories:
    rng = np.random.default_rng(4)
    sizes = rng.integers(1, 8, readers)
    books = [rng.choice(BOOKS, size, replace=False) for size in sizes]
    return Histories(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate(books).astype(np.int32),
        rng.integers(0, 11, sizes.sum()).astype(np.int8),
        rng.integers(-1, 90, readers).astype(np.int32),
        None,
    )


def test_kept_books_are_counted_reader_by_reader():
    recommender, histories = make_recommender(), make_histories()
    found = kept_of_exact(recommender, (histories, 6, (12, BOOKS)))
    assert found["kept"].shape == (9, 2)
    for place, reader in enumerate(histories.readers()):
        lists = [
            set(next(replace(recommender, candidates=n).top_lists([reader], 6)).books.tolist())
            for n in (None, 12, BOOKS)
        ]
        assert found["exact"][place] == len(lists[0])
        assert found["kept"][place].tolist() == [len(lists[0] & lists[1]), len(lists[0])]
    assert (found["kept"][:, 0] < found["exact"]).any()


def test_the_share_is_the_mean_over_readers():
    parts = [
        {"exact": np.array([4, 0]), "kept": np.array([[1, 4], [0, 0]])},
        {"exact": np.array([2]), "kept": np.array([[2, 2]])},
    ]
    share = candidate_recall(parts)
    assert share.readers == 2
    assert share.shares == pytest.approx((0.625, 1.0))


def test_a_sample_has_whole_histories():
    histories = make_histories(30)
    some = sample_of(histories, 5)
    assert len(some) == 5
    whole = {tuple(r.history.books.tolist()) for r in histories.readers()}
    assert {tuple(r.history.books.tolist()) for r in some.readers()} <= whole
    assert sample_of(histories, 30) is histories
