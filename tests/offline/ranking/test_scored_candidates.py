"""Candidates with logits, and the lists of offsets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.inference.history import make_history
from bookrec.inference.recommender import Reader
from bookrec.offline.ranking.scored_candidates import (
    TOP,
    ScoredCandidates,
    lists_with,
    score_candidates,
    spread,
)
from small_recommender import BOOKS, make_recommender

READERS = [
    Reader(make_history(np.array([3, 17, 30]), np.array([9, 0, 4])), 2),
    Reader(make_history(np.array([5]), np.array([0])), 6),
]


def test_candidates_are_unseen_works_with_the_rankers_logits():
    recommender = make_recommender()
    scored = score_candidates(recommender, READERS, BOOKS)
    for reader, candidates in zip(READERS, scored, strict=True):
        seen_works = recommender.work_of_book[reader.history.books]
        unseen = ~np.isin(recommender.work_of_book, seen_works)
        assert candidates.books.tolist() == np.flatnonzero(unseen).tolist()
        expected = recommender.logits(recommender.profile(reader), candidates.books)
        np.testing.assert_allclose(candidates.logits, expected, rtol=1e-4, atol=1e-5)


def test_left_out_books_are_no_candidates():
    left_out = np.zeros(BOOKS, dtype=bool)
    left_out[[0, 9]] = True
    recommender = replace(make_recommender(), left_out=left_out)
    for candidates in score_candidates(recommender, READERS, BOOKS):
        assert not {0, 9} & set(candidates.books.tolist())


def test_lists_are_those_of_a_recommender_with_the_offsets():
    recommender = replace(make_recommender(), candidates=BOOKS)
    offset = np.random.default_rng(6).normal(0, 2, BOOKS).astype(np.float32)
    scored = score_candidates(recommender, READERS, BOOKS)
    lists = lists_with(offset, scored, recommender.work_of_book)
    with_offsets = replace(recommender, book_offset=offset)
    for row, top_n in zip(lists, with_offsets.top_lists(READERS, TOP), strict=True):
        assert row[row >= 0].tolist() == top_n.books.tolist()


@pytest.mark.parametrize("candidates", [None, BOOKS])
def test_an_author_price_moves_books_of_seen_authors_down(candidates: int | None):
    recommender = replace(make_recommender(), candidates=candidates)
    author = recommender.retrieval.metadata.author
    offset = np.zeros(BOOKS, dtype=np.float32)
    scored = score_candidates(recommender, READERS, BOOKS)
    price = 50.0  # more than any two logits differ by
    lists = lists_with(offset, scored, recommender.work_of_book, price)
    priced = replace(recommender, author_price=price)
    plain = [set(top_n.books.tolist()) for top_n in recommender.top_lists(READERS, TOP)]
    moved = 0
    for row, reader, top_n in zip(lists, READERS, priced.top_lists(READERS, TOP), strict=True):
        assert row[row >= 0].tolist() == top_n.books.tolist()
        before = plain.pop(0)
        seen = set(author[reader.history.books].tolist()) - {0}
        by_seen = [int(author[book]) in seen for book in top_n.books]
        assert by_seen == sorted(by_seen), "books of new authors come first"
        moved += sum(int(author[book]) in seen for book in before) - sum(by_seen)
    assert moved > 0


def test_the_spread_is_the_mean_deviation_of_a_readers_logits():
    books = np.arange(2, dtype=np.int32)
    some = [
        ScoredCandidates(books, np.array([1, 3], dtype=np.float32), books > 2),
        ScoredCandidates(books, np.array([10, 16], dtype=np.float32), books > 2),
        ScoredCandidates(books[:1], np.array([5], dtype=np.float32), books[:1] > 2),
    ]
    assert spread(some) == pytest.approx((1 + 3) / 2)
    assert spread([]) == 0
