"""Interest as a probability: fitted where it is known, silent about seen books."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.evaluation.audiences.interest import fit_interest


def test_interest_follows_score_and_the_share_of_likes():
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(80, 50)).astype(np.float32)
    scores[:, 0] = -np.inf
    readers_of_book = rng.integers(1, 500, 50).astype(np.int32)
    chance = np.where(np.isfinite(scores), 1 / (1 + np.exp(-(1.5 * scores - 2.0))), 0)
    liked = rng.random(scores.shape) < chance
    model = fit_interest(scores, readers_of_book, liked)
    interest = model.interest(scores, readers_of_book)
    assert (interest[:, 0] == 0).all()
    # Maximum likelihood with an intercept: the mean probability is the share of likes.
    assert interest[:, 1:].mean() == pytest.approx(liked[:, 1:].mean(), abs=1e-3)
    assert np.corrcoef(interest[:, 1:].ravel(), chance[:, 1:].ravel())[0, 1] > 0.95


def test_equal_scores_have_no_spread():
    scores = np.zeros((3, 4), dtype=np.float32)
    liked = np.zeros((3, 4), dtype=bool)
    liked[:, 1] = True
    model = fit_interest(scores, np.array([5, 5, 5, 5]), liked)
    assert np.isfinite(model.interest(scores, np.array([5, 5, 5, 5]))).all()
