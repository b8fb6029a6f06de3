"""Candidates with both predictions: unseen works, features of the right reader and books."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bookrec.inference.history import make_history
from bookrec.inference.pair_features import PAIR_FEATURES, READER_ACTIVITY
from bookrec.inference.recommender import Reader
from bookrec.offline.ranking.scored_candidates import (
    ratings_of_books,
    ratings_of_ranker,
    score_candidates,
)
from small_recommender import BOOKS, make_ranker, make_recommender

READERS = [
    Reader(make_history(np.array([3, 17, 30]), np.array([9, 0, 4])), 2),
    Reader(make_history(np.array([5]), np.array([0])), 6),
]


def test_candidates_are_scored_by_both_rankers():
    recommender = make_recommender()
    other = make_ranker(np.random.default_rng(77), BOOKS, len(READER_ACTIVITY), len(PAIR_FEATURES))
    scored = score_candidates(recommender, READERS, BOOKS, ratings_of_ranker(recommender, other))
    for reader, candidates in zip(READERS, scored, strict=True):
        seen_works = recommender.work_of_book[reader.history.books]
        unseen = ~np.isin(recommender.work_of_book, seen_works)
        assert candidates.books.tolist() == np.flatnonzero(unseen).tolist()
        for ranker, values in (
            (recommender.ranker, candidates.logits),
            (other, candidates.ratings),
        ):
            one = replace(recommender, ranker=ranker)
            expected = one.logits(one.profile(reader), candidates.books)
            np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)


def test_ratings_of_books_are_the_same_for_every_reader():
    ratings = np.linspace(-2, 2, BOOKS).astype(np.float32)
    scored = score_candidates(make_recommender(), READERS, BOOKS, ratings_of_books(ratings))
    for candidates in scored:
        assert candidates.ratings.tolist() == ratings[candidates.books].tolist()


def test_left_out_books_are_no_candidates():
    left_out = np.zeros(BOOKS, dtype=bool)
    left_out[[0, 9]] = True
    recommender = replace(make_recommender(), left_out=left_out)
    ratings = np.zeros(BOOKS, dtype=np.float32)
    for candidates in score_candidates(recommender, READERS, BOOKS, ratings_of_books(ratings)):
        assert not {0, 9} & set(candidates.books.tolist())
