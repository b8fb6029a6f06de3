"""Signals, candidates and pair features beside hand computation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bookrec.history import make_history
from bookrec.retrieval import PAIR_FEATURES, READER_ACTIVITY, Retrieval
from small_recommender import BOOKS, make_retrieval


@pytest.fixture
def hand_made() -> Retrieval:
    """Five books; 0 → 1 (weight 2), 3 (1); 1 → none; 2 → 3 (4); authors 1, 1, 2, 0, 2."""
    retrieval = make_retrieval(np.random.default_rng(1), books=5)
    return replace(
        retrieval,
        knn_start=np.array([0, 2, 2, 3, 3, 3]),
        knn_book=np.array([1, 3, 3], dtype=np.int32),
        knn_weight=np.array([2, 1, 4], dtype=np.float32),
        author_of_book=np.array([1, 1, 2, 0, 2], dtype=np.int32),
        popularity=np.log1p(np.array([9, 0, 4, 2, 1], dtype=np.float32)),
    )


def history(books: list[int], ratings: list[int]):
    return make_history(np.array(books), np.array(ratings))


def test_a_history_weighs_books_by_rating():
    made = history([4, 0, 2, 1, 3, 5], [0, 10, 7, 6, 5, 4])
    assert made.books.tolist() == [4, 0, 2, 1, 3, 5]
    assert made.weights.tolist() == [1, 1, 1, 0.5, 0.5, 0]


def test_knn_and_author_signals(hand_made: Retrieval):
    # Book 0 liked, book 2 middling (weight ½), book 1 bad (weight 0, and its author counts nothing).
    signals = hand_made.signals(history([0, 2, 1], [9, 5, 2]), age_band=3)
    assert signals.books.tolist() == [0, 1, 2, 3, 4]
    assert signals.knn.tolist() == [0, 2, 0, 1 + 4 / 2, 0]
    assert signals.knn_support.tolist() == [0, 1, 0, 2, 0]
    assert signals.author.tolist() == [1, 1, 0.5, 0, 0.5]
    assert signals.top_author == 1
    just_two = hand_made.signals(history([2], [5]), age_band=3)
    assert just_two.books.tolist() == [2, 3, 4]
    assert just_two.knn.tolist() == [0, 2, 0]
    assert just_two.spread("knn", 5).tolist() == [0, 0, 0, 2, 0]
    assert signals.history_weight == 1.5


def test_an_unknown_author_says_nothing(hand_made: Retrieval):
    signals = hand_made.signals(history([3], [0]), age_band=0)
    assert signals.spread("author", 5).tolist() == [0] * 5
    assert signals.top_author == 0


def test_the_reader_tower_in_plain_arithmetic(hand_made: Retrieval):
    r = hand_made
    mean = (1 * r.history_vector[0] + 0.5 * r.history_vector[2]) / 1.5
    inputs = np.concatenate([mean, r.tower_age[6]])
    hidden = np.maximum(r.tower_kernel_1.T @ inputs + r.tower_bias_1, 0)
    expected = r.tower_kernel_2.T @ hidden + r.tower_bias_2
    signals = r.signals(history([0, 2], [9, 5]), age_band=6)
    np.testing.assert_allclose(signals.reader_vector, expected, rtol=1e-5)
    products = r.book_vector @ expected
    standard = (products - products.mean()) / products.std()
    scores = r.tower_scores([signals])[0]
    np.testing.assert_allclose(scores, standard, rtol=1e-3, atol=1e-4)
    some = np.array([4, 1], dtype=np.int32)
    np.testing.assert_allclose(r.tower_scores_of(signals, some), scores[some], rtol=1e-4, atol=1e-6)


def test_tower_scores_are_standardised_over_the_books_the_towers_were_trained_on(
    hand_made: Retrieval,
):
    signals = hand_made.signals(history([0, 2], [9, 5]), age_band=6)
    # A later catalogue: one book more, the old ones in another order.
    order = [3, 0, 2, 4, 1, 0]
    later = replace(
        hand_made,
        book_vector=hand_made.book_vector[order],
        author_of_book=hand_made.author_of_book[order],
    )
    np.testing.assert_allclose(
        later.tower_scores([signals])[0], hand_made.tower_scores([signals])[0][order], rtol=1e-5
    )


def test_an_empty_history_has_signals_without_history(hand_made: Retrieval):
    signals = hand_made.signals(history([], []), age_band=0)
    assert signals.books.tolist() == signals.knn.tolist() == signals.author.tolist() == []
    assert np.isfinite(hand_made.tower_scores([signals])).all()
    assert hand_made.activity(history([], []), signals).tolist() == [0] * len(READER_ACTIVITY)


def test_activity(hand_made: Retrieval):
    made = history([0, 1, 2], [9, 8, 0])
    activity = hand_made.activity(made, hand_made.signals(made, 0))
    expected = [np.log(4), (np.log(10) + np.log(1) + np.log(5)) / 3, 2 / 3]
    np.testing.assert_allclose(activity, expected, rtol=1e-6)


def test_pair_features(hand_made: Retrieval):
    signals = hand_made.signals(history([0, 2], [9, 5]), age_band=3)
    tower = hand_made.tower_scores([signals])[0]
    features = hand_made.pair_features(signals, np.array([3, 1], dtype=np.int32), tower[[3, 1]])
    assert features.shape == (2, len(PAIR_FEATURES))
    by_name = dict(zip(PAIR_FEATURES, features.T, strict=True))
    np.testing.assert_allclose(by_name["knn_score"], np.log([4, 3]), rtol=1e-6)
    np.testing.assert_allclose(by_name["knn_share"], [1, 2 / 3], rtol=1e-6)
    np.testing.assert_allclose(by_name["knn_support"], np.log([3, 2]), rtol=1e-6)
    np.testing.assert_allclose(by_name["tower_score"], tower[[3, 1]])
    np.testing.assert_allclose(by_name["author_affinity"], [0, np.log(2)], rtol=1e-6)
    np.testing.assert_allclose(by_name["author_share"], [0, 1 / 1.5], rtol=1e-6)
    everything = hand_made.pair_features(signals, np.arange(5, dtype=np.int32), tower)
    np.testing.assert_array_equal(everything[[3, 1]], features)


def test_candidates_are_the_union_of_the_retrievers():
    retrieval = make_retrieval(np.random.default_rng(2))
    signals = retrieval.signals(history([1, 5, 20], [9, 0, 8]), age_band=2)
    nothing = np.empty(0, dtype=np.int32)
    scores = retrieval.tower_scores([signals])[0]
    chosen = retrieval.candidates(signals, scores, 18, nothing)
    assert chosen.tolist() == sorted(set(chosen.tolist()))
    by_knn, by_author = signals.spread("knn", BOOKS), signals.spread("author", BOOKS)
    knn = sorted(np.flatnonzero(by_knn > 0), key=lambda b: (-by_knn[b], b))[:9]
    tower = sorted(range(BOOKS), key=lambda b: (-scores[b], b))[:3]
    popular = sorted(range(BOOKS), key=lambda b: (-retrieval.popularity[b], b))[:3]
    author = sorted(
        np.flatnonzero(by_author > 0),
        key=lambda b: (-by_author[b], -retrieval.popularity[b], b),
    )[:3]
    assert set(chosen.tolist()) == {int(b) for b in (*knn, *tower, *popular, *author)}


def test_own_books_use_up_no_candidates():
    retrieval = make_retrieval(np.random.default_rng(2))
    own = np.delete(np.arange(BOOKS), [3, 8, 21, 30])
    signals = retrieval.signals(history(own.tolist(), [9] * len(own)), age_band=2)
    tower = retrieval.tower_scores([signals])[0]
    assert not set(retrieval.candidates(signals, tower, 12, own)) & set(own)
    assert retrieval.candidates(signals, tower, BOOKS - 1, own).tolist() == [3, 8, 21, 30]
    np.testing.assert_array_equal(tower, retrieval.tower_scores([signals])[0])


@pytest.mark.parametrize("count", [BOOKS, BOOKS + 1])
def test_enough_candidates_are_the_whole_catalogue_but_own_books(count: int):
    retrieval = make_retrieval(np.random.default_rng(2))
    own = np.array([4, 1], dtype=np.int32)
    signals = retrieval.signals(history([4, 1], [0, 3]), age_band=0)
    expected = [book for book in range(BOOKS) if book not in (1, 4)]
    tower = retrieval.tower_scores([signals])[0]
    assert retrieval.candidates(signals, tower, count, own).tolist() == expected


def test_neighbours_of_many_books_are_summed():
    rng = np.random.default_rng(6)
    books = 300
    retrieval = replace(
        make_retrieval(rng, books),
        knn_start=np.arange(books + 1) * 100,
        knn_book=rng.integers(0, books, books * 100).astype(np.int32),
        knn_weight=rng.uniform(0.1, 2, books * 100).astype(np.float32),
    )
    for own in ([7, 3], list(range(0, 200, 2))):  # 200 and 10,000 neighbours
        signals = retrieval.signals(history(own, [8] * len(own)), 1)
        expected, support = np.zeros(books), np.zeros(books)
        for book in own:
            for place in range(book * 100, book * 100 + 100):
                expected[retrieval.knn_book[place]] += retrieval.knn_weight[place]
                support[retrieval.knn_book[place]] += 1
        np.testing.assert_allclose(signals.spread("knn", books), expected, rtol=1e-6)
        np.testing.assert_array_equal(signals.spread("knn_support", books), support)


def test_saved_and_loaded_it_says_the_same(tmp_path: Path):
    retrieval = make_retrieval(np.random.default_rng(3))
    retrieval.save(tmp_path)
    loaded = Retrieval.load(tmp_path)
    assert isinstance(loaded.book_vector.base, np.memmap)
    one, two = (r.signals(history([4, 9], [0, 6]), 5) for r in (retrieval, loaded))
    for name in ("books", "knn", "knn_support", "taste", "author", "reader_vector"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
