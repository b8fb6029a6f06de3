"""The background of similar books: which readers it is of, and that sums do not depend on shards."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.scoring.lists.background import (
    BACKGROUND_READERS,
    background_books,
    background_logits,
    background_sums,
    reader_of,
)
from small_recommender import BOOKS, make_recommender


def test_books_are_drawn_in_proportion_to_their_readers():
    readers = np.array([10, 0, 70, 20, 0, 100])
    drawn = np.bincount(background_books(np.log1p(readers).astype(np.float32)), minlength=6)
    # 512 for 200 interactions: 25.6, 179.2, 51.2 and 256, up to rounding.
    assert drawn.tolist() == [26, 0, 179, 51, 0, 256]
    assert drawn.sum() == BACKGROUND_READERS


def test_rare_books_are_drawn_evenly_from_all_of_one_popularity():
    drawn = background_books(np.log1p(np.full(5_120, 3)).astype(np.float32))
    assert drawn.tolist() == list(range(4, 5_120, 10)), (
        "one of each ten books that follow each other"
    )


def test_a_catalogue_that_nobody_read_is_drawn_from_evenly():
    drawn = np.bincount(background_books(np.zeros(4, dtype=np.float32)), minlength=4)
    assert drawn.tolist() == [128] * 4


@pytest.mark.parametrize("kind", ["history", "embedding"])
def test_the_background_is_the_mean_logit_whatever_the_shards(kind):
    recommender = make_recommender(kind)
    everything = np.arange(BOOKS, dtype=np.int32)
    books = background_books(recommender.retrieval.metadata.popularity)
    logit_of = {
        book: recommender.logits(recommender.profile(reader_of(book)), everything)
        for book in set(books.tolist())
    }
    expected = np.mean([logit_of[book].astype(float) for book in books.tolist()], axis=0)
    sums = background_sums(recommender, slice(0, BACKGROUND_READERS))
    np.testing.assert_allclose(background_logits(sums), expected, atol=1e-5)
    assert np.ptp(expected) > 0.1, "a constant background would prove nothing"
    for size in (64, 7):
        parts = [
            background_sums(recommender, slice(at, min(at + size, BACKGROUND_READERS)))
            for at in range(0, BACKGROUND_READERS, size)
        ]
        assert sum(parts).tolist() == sums.tolist()
