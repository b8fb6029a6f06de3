"""Training groups: targets first, negatives from the candidates, features without leaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.inference.history import make_history
from bookrec.inference.pair_features import READER_ACTIVITY
from bookrec.offline.ranking.listwise_groups import make_groups
from bookrec.offline.ranking.ranker_settings import RankerSettings
from small_dataset import interactions_of
from small_recommender import BOOKS, make_retrieval

HISTORY = interactions_of(
    (0, 1, 9), (0, 2, 0), (1, 7, 8), (2, 4, 0), (2, 5, 7), (2, 9, 3), (3, 20, 0)
)
TARGETS = interactions_of((0, 5, 8), (1, 3, 0), (1, 12, 2), (1, 21, 6), (2, 30, 9))
"""Books 5 and 30 are liked, 12 is disliked, 21 is neither."""
BANDS = np.array([3, 0, 6, 1], dtype=np.int32)
SETTINGS = RankerSettings(candidates=BOOKS, negatives=6, catalogue_negatives=2)


def test_a_group_per_target_with_the_target_first():
    retrieval = make_retrieval(np.random.default_rng(4))
    groups = make_groups(HISTORY, TARGETS, retrieval, BANDS, SETTINGS, seed=1, workers=0)
    assert groups.books.shape == (4, 7)
    assert groups.books[:, 0].tolist() == [5, 3, 21, 30]
    assert groups.age_band.tolist() == [3, 0, 0, 6]
    assert groups.reader_features.shape == (4, len(READER_ACTIVITY))
    seen = {0: {1, 2, 5}, 1: {7, 3, 21}, 2: {4, 5, 9, 30}}
    for reader, books in zip([0, 1, 1, 2], groups.books, strict=True):
        near = books[1 : 1 + SETTINGS.negatives - SETTINGS.catalogue_negatives]
        assert not seen[reader] & set(near.tolist())


def test_disliked_books_are_negatives_of_their_reader_and_liked_ones_weigh_more():
    retrieval = make_retrieval(np.random.default_rng(4))
    settings = replace(SETTINGS, liked_weight=3.0)
    groups = make_groups(HISTORY, TARGETS, retrieval, BANDS, settings, seed=1, workers=0)
    assert groups.books[1:3, 1].tolist() == [12, 12]
    assert not (groups.books[[0, 3]] == 12)[:, 1:5].all(axis=1).any()
    assert groups.weights[:, 0].tolist() == [3, 1, 1, 3]
    assert not groups.weights[:, 1:].any()


def test_rated_hidden_books_are_marked_with_their_sign():
    retrieval = make_retrieval(np.random.default_rng(4))
    groups = make_groups(HISTORY, TARGETS, retrieval, BANDS, SETTINGS, seed=1, workers=0)
    # 5 and 30 are liked, 3 is unrated, 21 is middling and 12 disliked.
    assert groups.liked[:, 0].tolist() == [1, 0, -1, 1]
    assert groups.liked[:, 1].tolist() == [0, -1, -1, 0]
    assert groups.books[1:3, 1].tolist() == [12, 12]
    assert not (groups.liked[:, 1:] > 0).any()
    everything = {12: -1, 21: -1, 3: 0}
    for reader in (1, 2):
        for book, sign in zip(groups.books[reader, 1:], groups.liked[reader, 1:], strict=True):
            assert sign == everything.get(int(book), 0)


def test_a_disliked_book_outside_the_candidates_has_no_sign():
    retrieval = make_retrieval(np.random.default_rng(4))
    settings = replace(SETTINGS, candidates=20, catalogue_negatives=0)
    past = make_history(np.array([4, 5, 9]), np.array([0, 7, 3]))
    scores = retrieval.score(past, int(BANDS[2]))
    (tower,) = retrieval.tower_scores([scores])
    candidates = retrieval.candidates(scores, tower, 20, past.books).tolist()
    hit, disliked, *_ = candidates
    outside = next(book for book in range(BOOKS) if book not in {*candidates, 4, 5, 9})
    for book, sign in ((disliked, -1), (outside, 0)):
        hidden = interactions_of(*sorted([(2, hit, 9), (2, book, 2)]))
        groups = make_groups(HISTORY, hidden, retrieval, BANDS, settings, seed=1, workers=0)
        assert groups.books[0, :2].tolist() == [hit, book]
        assert groups.liked[0, :2].tolist() == [1, sign]


def test_at_most_so_many_disliked_books_are_forced_into_a_group():
    retrieval = make_retrieval(np.random.default_rng(4))
    hidden = interactions_of((2, 10, 1), (2, 11, 5), (2, 13, 3), (2, 30, 9))
    settings = replace(SETTINGS, disliked_negatives=2, catalogue_negatives=0)
    groups = make_groups(HISTORY, hidden, retrieval, BANDS, settings, seed=1, workers=0)
    assert groups.books[0, :3].tolist() == [30, 10, 11]


def test_features_come_from_the_history_alone():
    retrieval = make_retrieval(np.random.default_rng(4))
    groups = make_groups(HISTORY, TARGETS, retrieval, BANDS, SETTINGS, seed=1, workers=0)
    past = make_history(np.array([4, 5, 9]), np.array([0, 7, 3]))
    retriever_scores = retrieval.score(past, 6)
    tower = retrieval.tower_scores_of(retriever_scores, groups.books[3])
    np.testing.assert_allclose(
        groups.pair_features[3],
        retrieval.pair_features(retriever_scores, groups.books[3], tower),
        rtol=1e-4,
        atol=1e-6,
    )
    np.testing.assert_allclose(
        groups.reader_features[3],
        retrieval.activity(past, retriever_scores),
        rtol=1e-6,
    )


def test_the_seed_determines_the_groups():
    retrieval = make_retrieval(np.random.default_rng(4))
    first, again, other = (
        make_groups(HISTORY, TARGETS, retrieval, BANDS, SETTINGS, seed=seed, workers=0)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.books, again.books)
    assert not np.array_equal(first.books, other.books)


def test_no_target_among_the_candidates_is_an_error():
    retrieval = make_retrieval(np.random.default_rng(4))
    with pytest.raises(ModelError, match="nothing to rank"):
        make_groups(HISTORY, interactions_of(), retrieval, BANDS, SETTINGS, seed=1, workers=0)


def test_targets_are_capped_and_surplus_ones_are_no_negatives():
    retrieval = make_retrieval(np.random.default_rng(4))
    hidden = interactions_of(*((2, book, 0) for book in range(10, 30)))
    settings = replace(SETTINGS, targets_per_reader=3, negatives=200, catalogue_negatives=0)
    groups = make_groups(HISTORY, hidden, retrieval, BANDS, settings, seed=1, workers=0)
    targets = groups.books[:, 0].tolist()
    assert len(targets) == len(set(targets)) == 3
    assert set(targets) <= set(range(10, 30))
    assert not set(groups.books[:, 1:].ravel().tolist()) & set(range(10, 30))


def test_multi_positive_targets_share_their_negatives():
    retrieval = make_retrieval(np.random.default_rng(4))
    settings = replace(
        SETTINGS, multi_positive=True, targets_per_reader=3, negatives=9, catalogue_negatives=0
    )
    groups = make_groups(HISTORY, TARGETS, retrieval, BANDS, settings, seed=1, workers=0)
    assert groups.books.shape == (3, 12)
    assert (groups.weights > 0).sum(axis=1).tolist() == [1, 2, 1]
    assert groups.weights[:, :3].tolist() == [[2, 0, 0], [1, 1, 0], [2, 0, 0]]
    seen = {0: {1, 2, 5}, 1: {7, 3, 21}, 2: {4, 5, 9, 30}}
    for reader, labels in enumerate([{5}, {3, 21}, {30}]):
        assert set(groups.books[reader, : len(labels)].tolist()) == labels
        assert not seen[reader] & set(groups.books[reader, len(labels) :].tolist())


def test_dense_data_gets_multi_positive_groups_with_as_many_pairs():
    settings = RankerSettings(targets_per_reader=5, negatives=50, batch_size=32)
    assert settings.for_density(25) == settings
    dense = settings.for_density(25.1)
    assert dense.multi_positive
    assert dense.group_size == 5 * settings.group_size
    assert dense.batch_size * dense.group_size <= settings.batch_size * settings.group_size
    assert dense.steps == settings.multi_positive_steps
    assert dense.learning_rate == settings.multi_positive_learning_rate
    assert replace(settings, steps=0).for_density(26).steps == 0, "0 steps: epochs alone decide"
