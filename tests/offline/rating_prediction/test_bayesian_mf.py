"""Sampled factorisation: its conditional distributions, and what it finds in planted data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from bookrec.offline.data.interactions import Interactions
from bookrec.offline.rating_prediction.bayesian_mf import Sampling, fit_factors
from bookrec.offline.rating_prediction.gibbs_side import _wishart, posterior
from bookrec.offline.rating_prediction.rating_histories import RatingHistories

OTHERS = np.array([[1.0, 0.5], [1.0, -2.0], [1.0, 1.0]])
TARGET = sparse.csr_matrix(([2.0, -1.0], ([0, 0], [0, 2])), shape=(2, 3))
EXPECTED = np.array([[0.5, 0.0], [1.0, 3.0]])
PRECISION = np.array([[2.0, 0.3], [0.3, 1.0]])
NOISE = 1.5


def exactly() -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the first row."""
    seen = OTHERS[[0, 2]]
    precision = NOISE * seen.T @ seen + PRECISION
    right = NOISE * seen.T @ np.array([2.0, -1.0]) + PRECISION @ EXPECTED[0]
    return np.linalg.solve(precision, right), np.linalg.inv(precision)


def test_the_posterior_mean_is_exact_and_without_ratings_the_prior_mean():
    mean = posterior(TARGET, OTHERS, NOISE, EXPECTED, PRECISION)
    assert mean[0] == pytest.approx(exactly()[0])
    assert mean[1] == pytest.approx(EXPECTED[1])


def test_draws_have_the_posterior_mean_and_covariance():
    rng = np.random.default_rng(3)
    many = 20_000
    target = sparse.vstack([TARGET[0]] * many).tocsr()
    expected = np.tile(EXPECTED[0], (many, 1))
    draws = posterior(target, OTHERS, NOISE, expected, PRECISION, rng)
    mean, covariance = exactly()
    assert draws.mean(axis=0) == pytest.approx(mean, abs=0.02)
    assert np.cov(draws.T) == pytest.approx(covariance, abs=0.015)


def test_wishart_draws_have_their_mean():
    scale = np.array([[0.5, 0.2], [0.2, 0.3]])
    rng = np.random.default_rng(1)
    mean = np.mean([_wishart(scale, 7, rng) for _ in range(4000)], axis=0)
    assert mean == pytest.approx(7 * scale, abs=0.1)


def planted() -> tuple[Interactions, Interactions]:
    """Sixty readers with two preferences, forty books of two kinds; a third of it held out."""
    rng = np.random.default_rng(5)
    taste, kind = rng.choice([-1, 1], 60), rng.choice([-1, 1], 40)
    readers, books = (part.ravel() for part in np.mgrid[:60, :40])
    wanted = 5.5 + 2 * taste[readers] * kind[books] + rng.normal(0, 0.7, len(readers))
    rows = Interactions(
        readers.astype(np.int32),
        books.astype(np.int32),
        np.clip(np.round(wanted), 1, 10).astype(np.int8),
    )
    kept = rng.random(len(readers)) < 0.5
    held = ~kept & (rng.random(len(readers)) < 0.5)
    return rows[kept], rows[held]


SAMPLING = Sampling(factors=2, sweeps=40, burn_in=20, every=2)


def test_planted_preferences_are_found_and_new_readers_are_predicted_like_known_ones():
    known, held = planted()
    histories = RatingHistories(known, 60, 40)
    factors = fit_factors(histories, SAMPLING, seed=0)
    assert len(factors.draws) == 10
    predicted = factors.predict(histories, held.reader_idx, held.book_idx)
    # Tastes give nothing on average: without factors one is off by more than 2.
    assert np.sqrt(np.mean((predicted - held.rating) ** 2)) < 1.0

    history = known[known.reader_idx == 7]
    targets = held[held.reader_idx == 7]
    moved = Interactions(np.full(len(history), 1, dtype=np.int32), history.book_idx, history.rating)
    alone = factors.predict(
        RatingHistories(moved, 2, 40), np.ones(len(targets), dtype=np.int32), targets.book_idx
    )
    assert alone == pytest.approx(predicted[held.reader_idx == 7])


def test_the_same_seed_gives_the_same_draws():
    known, held = planted()
    histories = RatingHistories(known, 60, 40)
    first, again, other = (
        fit_factors(histories, SAMPLING, seed).predict(histories, held.reader_idx, held.book_idx)
        for seed in (4, 4, 5)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
