"""List weights: the order they make, the curve, and its knee."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.features.book_statistics import BookStatistics, shrunken_ratings
from bookrec.offline.ranking.list_weights import (
    TOP,
    ListWeights,
    WeightedLists,
    book_offset,
    choose_list_weights,
    knee,
)
from bookrec.offline.ranking.scored_candidates import ScoredCandidates
from small_dataset import interactions_of

BOOKS = 60


def make_candidates(readers: int) -> tuple[list[ScoredCandidates], np.ndarray]:
    """Readers who know every book; popular books have the highest logits, whoever the reader.

    Book 0 has the highest logit of all, and the lowest predicted rating.
    """
    rng = np.random.default_rng(5)
    popularity = np.linspace(7, 1, BOOKS).astype(np.float32)
    ratings = np.zeros(BOOKS, dtype=np.float32)
    ratings[0] = -3.0
    books = np.arange(BOOKS, dtype=np.int32)
    return [
        ScoredCandidates(
            books, (popularity + rng.normal(0, 0.8, BOOKS)).astype(np.float32), ratings
        )
        for _ in range(readers)
    ], popularity


def point(popularity: float, ndcg: float, commonest: float) -> WeightedLists:
    return WeightedLists(ListWeights(0.1, popularity), ndcg, commonest)


def test_logits_add_liking_and_subtract_popularity():
    candidates = ScoredCandidates(
        np.array([1, 3], dtype=np.int32),
        np.array([2.0, -1.0], dtype=np.float32),
        np.array([0.5, -2.0], dtype=np.float32),
    )
    popularity = np.array([9, 4, 9, 6], dtype=np.float32)
    logits = ListWeights(rating=2.0, popularity=0.25).logits(candidates, popularity)
    assert logits.tolist() == [2 + 1 - 1, -1 - 4 - 1.5]


def test_the_knee_is_where_concentration_falls_more_than_ndcg():
    # Scaled to 0-1: NDCG 1, .9, .5, 0; concentration 1, .25, .125, 0.
    curve = [point(0, 0.30, 0.9), point(1, 0.29, 0.3), point(2, 0.25, 0.2), point(3, 0.20, 0.1)]
    assert knee(curve) == 1


def test_a_curve_without_concentration_keeps_the_best_ndcg():
    assert knee([point(0, 0.2, 1.0), point(1, 0.3, 1.0), point(2, 0.1, 1.0)]) == 1
    assert knee([point(0, 0.2, 1.0), point(1, 0.2, 1.0)]) == 0


def test_popularity_that_says_nothing_of_liking_is_taken_out():
    candidates, popularity = make_candidates(40)
    # Each reader likes one of the least popular books.
    liked = interactions_of(*((reader, BOOKS - 1 - reader % 12, 9) for reader in range(40)))
    works = np.arange(BOOKS, dtype=np.int32)
    weights, curve = choose_list_weights(candidates, liked, popularity, works)
    assert weights.popularity > 0
    assert [p.weights.popularity for p in curve] == sorted(p.weights.popularity for p in curve)
    assert curve[0].weights.popularity == 0
    assert curve[0].commonest > min(p.commonest for p in curve)
    chosen = next(p for p in curve if p.weights == weights)
    assert chosen.ndcg_liked > curve[0].ndcg_liked
    assert chosen.as_plain() == {
        "rating": weights.rating,
        "popularity": weights.popularity,
        "ndcg@20_liked": chosen.ndcg_liked,
        "commonest@20": chosen.commonest,
    }


def test_predicted_ratings_count_where_they_tell_liked_books():
    candidates, popularity = make_candidates(30)
    # The third most popular book is liked; only its neighbour in the order, book 0, is rated badly.
    liked = interactions_of(*((reader, 2, 8) for reader in range(30)))
    works = np.arange(BOOKS, dtype=np.int32)
    weights, curve = choose_list_weights(candidates, liked, popularity, works)
    assert curve[0].weights.rating > 0
    assert weights.rating > 0


def test_without_liked_books_nothing_is_weighed():
    candidates, popularity = make_candidates(3)
    unrated = interactions_of((0, 4, 0), (1, 5, 6), (2, 7, 3))
    works = np.arange(BOOKS, dtype=np.int32)
    assert choose_list_weights(candidates, unrated, popularity, works) == (ListWeights(), [])


def test_measured_lists_have_one_edition_of_a_work():
    books = np.arange(BOOKS, dtype=np.int32)
    logits = -np.arange(BOOKS, dtype=np.float32)
    candidates = [ScoredCandidates(books, logits, np.zeros(BOOKS, dtype=np.float32))]
    popularity = np.zeros(BOOKS, dtype=np.float32)
    # Books 0 and 1 are editions of one work, so the liked book 20 is the twentieth of the list.
    works = np.maximum(books - 1, 0)
    liked = interactions_of((0, TOP, 9))
    _, curve = choose_list_weights(candidates, liked, popularity, works)
    assert curve[0].ndcg_liked == pytest.approx(1 / np.log2(TOP + 1))


def test_the_offset_of_a_book_is_its_shrunken_rating_less_its_popularity():
    statistics = BookStatistics(
        np.array([9, 3, 8], dtype=np.float32),
        np.array([2, 40, 0], dtype=np.int32),
        np.array([3, 99, 7], dtype=np.int32),
    )
    author = np.array([1, 2, 1], dtype=np.int32)
    ratings = shrunken_ratings(statistics, author)
    offset = book_offset(ListWeights(0.5, 0.25), statistics, author)
    expected = 0.5 * (ratings - ratings.mean()) - 0.25 * np.log1p([3, 99, 7])
    np.testing.assert_allclose(offset, expected, rtol=1e-5)
    assert offset.dtype == np.float32
