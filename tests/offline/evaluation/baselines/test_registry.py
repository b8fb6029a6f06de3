"""Baselines beside the same formulas written out over dense matrices, and rules for all of them."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.baselines.item_knn import similar_books
from bookrec.offline.evaluation.baselines.registry import (
    BASELINES,
    GROUPS,
    baseline_named,
    chosen_names,
)
from bookrec.offline.evaluation.holdout.fit_data import fill_with_popularity
from bookrec.offline.evaluation.holdout.leaks import check
from bookrec.offline.retrieval.ease import inverse_of_definite
from bookrec.offline.retrieval.slim import descend, slim_weights
from small_fit_data import N_BOOKS, N_READERS, dense, fit_data_of, random_interactions

EVERYONE = np.arange(N_READERS, dtype=np.int32)
ALL = 1000
"""More neighbours than there are books."""


@pytest.fixture
def interactions() -> Interactions:
    return random_interactions()


def scores_of(name: str, interactions: Interactions, **settings) -> np.ndarray:
    baseline = baseline_named(name)
    scorer = baseline.fit(fit_data_of(interactions), {**baseline.start, **settings})
    return scorer.scores(EVERYONE)


def where_it_speaks(expected: np.ndarray, found: np.ndarray) -> None:
    """Equal where the formula gives a positive score; elsewhere below all of those."""
    spoken = expected > 1e-9
    assert 0.2 < spoken.mean() <= 1
    np.testing.assert_allclose(found[spoken], expected[spoken], rtol=1e-4)
    for row, said in zip(found, spoken, strict=True):
        assert said.all() or not said.any() or row[~said].max() < row[said].min()


def without_diagonal(similarity: np.ndarray) -> np.ndarray:
    return similarity - np.diag(np.diag(similarity))


def test_popularity_counts_readers(interactions):
    found = scores_of("popularity", interactions)
    assert (found == dense(interactions).sum(axis=0)).all()


@pytest.mark.parametrize("shrink", [0.0, 4.0])
def test_cosine_by_brute_force(interactions, shrink):
    x = dense(interactions)
    length = np.sqrt(x.sum(axis=0))
    similarity = without_diagonal((x.T @ x) / (np.outer(length, length) + shrink + 1e-9))
    found = scores_of("item-knn-cosine", interactions, neighbours=ALL, shrink=shrink)
    where_it_speaks(x @ similarity, found)


def test_tfidf_by_brute_force(interactions):
    x = dense(interactions)
    rows = x.T * np.maximum(np.log(N_BOOKS) - np.log1p(x.sum(axis=1)), 0)
    length = np.linalg.norm(rows, axis=1)
    similarity = without_diagonal((rows @ rows.T) / (np.outer(length, length) + 2.5))
    found = scores_of("item-knn-tfidf", interactions, neighbours=ALL, shrink=2.5)
    where_it_speaks(x @ similarity, found)


@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.2), (100.0, 0.75)])
def test_bm25_by_brute_force(interactions, k1, b):
    x = dense(interactions)
    readers = x.sum(axis=0)
    idf = np.log(N_BOOKS) - np.log1p(x.sum(axis=1))
    rows = x.T * idf * (k1 + 1) / (k1 * (1 - b + b * readers / readers.mean())[:, None] + 1)
    similarity = np.maximum(without_diagonal(rows @ rows.T), 0)
    found = scores_of("item-knn-bm25", interactions, k1=k1, b=b, neighbours=ALL)
    where_it_speaks(x @ similarity, found)


def test_rp3beta_by_brute_force(interactions):
    x = dense(interactions)
    alpha, beta = 0.7, 0.4
    popularity = np.maximum(x.sum(axis=0), 1)
    to_reader = (x / popularity).T ** alpha * (x.T > 0)
    to_book = (x / x.sum(axis=1, keepdims=True)) ** alpha * (x > 0)
    similarity = without_diagonal(to_reader @ to_book / popularity**beta)
    found = scores_of("rp3beta", interactions, alpha=alpha, beta=beta, neighbours=ALL)
    where_it_speaks(x @ similarity, found)


def test_ease_by_brute_force(interactions):
    x = dense(interactions)
    inverse = np.linalg.inv(x.T @ x + 20 * np.eye(N_BOOKS))
    weights = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0)
    found = scores_of("ease", interactions, **{"lambda": 20.0})
    np.testing.assert_allclose(found, x @ weights, atol=1e-5)


def test_slim_is_the_minimum_of_its_objective(interactions):
    """Weights of every book are at the minimum: no other non-negative weight does better (KKT)."""
    x = dense(interactions)
    l1, l2 = 0.3, 4.0
    candidates = similar_books(fit_data_of(interactions), "cosine", {"shrink": 10.0})
    weights = slim_weights(fit_data_of(interactions).binary, candidates, N_BOOKS, l1, l2).toarray()
    gradient = x.T @ (x @ weights - x) + l2 * weights + l1
    related = (x.T @ x > 0) & ~np.eye(N_BOOKS, dtype=bool)
    assert (weights >= 0).all()
    assert (weights[~related] == 0).all()
    assert 0.1 < (weights > 0).mean() < 0.9
    assert np.abs(gradient[weights > 0]).max() < 0.05
    assert gradient[related & (weights == 0)].min() > -0.05


def test_slim_keeps_to_its_candidates_and_scores_with_their_weights(interactions):
    x = dense(interactions)
    length = np.sqrt(x.sum(axis=0))
    similarity = without_diagonal((x.T @ x) / (np.outer(length, length) + 10))
    fit_data = fit_data_of(interactions)
    candidates = similar_books(fit_data, "cosine", {"shrink": 10.0})
    weights = slim_weights(fit_data.binary, candidates, 3, 0.1, 1.0).toarray()
    for book in range(N_BOOKS):
        nearest = np.lexsort((np.arange(N_BOOKS), -similarity[book]))[:3]
        assert set(np.flatnonzero(weights[:, book])) <= set(nearest.tolist())
    settings = {"candidates": 3, "l1": 0.1, "l2": 1.0}
    found = scores_of("slim", interactions, **settings)
    spoken = x @ weights > 0
    np.testing.assert_allclose(found[spoken], (x @ weights)[spoken], rtol=1e-5)


def test_one_candidate_has_the_weight_of_the_formula():
    # Two books, 5 readers of the first, 3 of the second, 2 in common: (2 - 0.5) / (5 + 1).
    gram = np.array([[[5.0]]], dtype=np.float32)
    found = descend(gram, np.array([[2.0]], dtype=np.float32), l1=0.5, l2=1.0)
    assert found == pytest.approx((2 - 0.5) / (5 + 1))
    assert descend(gram, np.array([[0.4]], dtype=np.float32), l1=0.5, l2=1.0) == 0


def test_ease_ranks_books_it_does_not_cover_last_and_by_popularity(interactions):
    found = scores_of("ease", interactions, books=6)
    readers = dense(interactions).sum(axis=0)
    behind = np.argsort(-readers, kind="stable")[6:]
    covered = np.setdiff1d(np.arange(N_BOOKS), behind)
    for row in found:
        assert row[behind].max() <= row[covered].min()
        assert (np.diff(row[behind]) <= 0).all()


def test_a_large_inverse_goes_block_by_block():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(1300, 1400)).astype(np.float32)
    matrix = root @ root.T + 50 * np.eye(1300, dtype=np.float32)
    found = inverse_of_definite(matrix.copy())
    np.testing.assert_allclose(found @ matrix, np.eye(1300), atol=2e-3)
    assert (found == found.T).all()
    with pytest.raises(ModelError, match="larger λ"):
        inverse_of_definite(-np.eye(3, dtype=np.float32))


def test_fewer_neighbours_keep_the_strongest(interactions):
    x = dense(interactions)
    length = np.sqrt(x.sum(axis=0))
    similarity = without_diagonal((x.T @ x) / np.maximum(np.outer(length, length), 1e-9))
    for row in similarity:
        row[np.lexsort((np.arange(N_BOOKS), -row))[4:]] = 0
    where_it_speaks(
        x @ similarity, scores_of("item-knn-cosine", interactions, neighbours=4, shrink=0.0)
    )


def test_taste_leaves_out_what_was_disliked(interactions):
    disliked = Interactions(
        interactions.reader_idx, interactions.book_idx, np.full(len(interactions), 2, np.int8)
    )
    popularity = scores_of("popularity", interactions)
    found = scores_of("item-knn-cosine", disliked, history="taste")
    for row, by_popularity in zip(found, popularity, strict=True):
        # Nothing speaks for any book, so all are filled in by popularity.
        assert (np.diff(row[np.argsort(-by_popularity, kind="stable")]) <= 0).all()


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline(name, interactions):
    baseline = baseline_named(name)
    small = {"factors": 8, "iterations": 5}
    settings = {key: small.get(key, value) for key, value in baseline.start.items()}
    scorer = baseline.fit(fit_data_of(interactions), settings)
    scores = scorer.scores(EVERYONE)
    assert scores.shape == (N_READERS, N_BOOKS)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    # Batch equals single, and the same seed gives the same.
    np.testing.assert_allclose(scorer.scores(EVERYONE[7:8])[0], scores[7], rtol=1e-5, atol=1e-6)
    again = baseline.fit(fit_data_of(interactions), settings).scores(EVERYONE)
    np.testing.assert_array_equal(again, scores)
    # What it shows of itself is what it was fitted to.
    nothing = interactions[np.zeros(len(interactions), dtype=bool)]
    check(name, scorer.evidence(), interactions, nothing)


@pytest.mark.parametrize("name", ["ials", "bpr"])
def test_factorisation_finds_two_circles_of_readers(name):
    rng = np.random.default_rng(0)
    readers, books = np.nonzero(
        (rng.random((N_READERS, N_BOOKS)) < 0.6)
        & ((np.arange(N_READERS)[:, None] < 9) == (np.arange(N_BOOKS)[None, :] < 6))
    )
    rows = Interactions(
        readers.astype(np.int32), books.astype(np.int32), np.zeros(len(books), np.int8)
    )
    found = scores_of(name, rows, factors=8, iterations=40)
    assert found[:9, :6].mean() > found[:9, 6:].mean() + 0.2
    assert found[9:, 6:].mean() > found[9:, :6].mean() + 0.2


def test_silence_is_filled_by_popularity_below_what_was_said():
    scores = np.array([[0, 2.0, 0, 0.5], [0, 0, 0, 0], [-3, 0, 1, 0]], dtype=np.float32)
    found = fill_with_popularity(scores.copy(), np.array([1, 50, 7, 0]))
    assert np.argsort(-found[0]).tolist() == [1, 3, 2, 0]
    assert np.argsort(-found[1]).tolist() == [1, 2, 0, 3]
    assert np.argsort(-found[2]).tolist() == [2, 0, 1, 3]
    assert found[scores != 0].tolist() == scores[scores != 0].tolist()


def test_names_groups_and_all():
    assert chosen_names("ease, popularity") == ["popularity", "ease"]
    assert chosen_names("item-knn") == list(GROUPS["item-knn"])
    assert chosen_names("all") == list(BASELINES)
    assert chosen_names("") == []
    with pytest.raises(KeyError, match="'eaze' is no baseline; known: all, item-knn, popularity"):
        chosen_names("eaze")


def test_the_grids_are_wide_enough():
    ease = baseline_named("ease").grid
    assert len(ease["lambda"]) >= 5
    assert min(ease["books"]) >= 12_000
    assert {"b", "k1"} <= set(baseline_named("item-knn-bm25").grid)
    assert {"alpha", "beta"} <= set(baseline_named("rp3beta").grid)
    assert {"l1", "l2", "candidates"} <= set(baseline_named("slim").grid)
    for name in ("item-knn-cosine", "item-knn-tfidf", "item-knn-bm25", "rp3beta"):
        neighbours = baseline_named(name).grid["neighbours"]
        assert (min(neighbours), max(neighbours)) == (50, 1000)
