"""Interest: scores of any scorer as probabilities that a reader likes a book.

A logistic regression on the score (standardised over the reader's unseen books), the logarithm of its
rank among them and the popularity of the book (logarithm, standardised), fitted to the held-out liked
books of some readers (Platt, "Probabilistic outputs for support vector machines", 1999, with two more
inputs).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from bookrec.arrays import Floats, Ints

Values = NDArray[np.float64]


@dataclass(frozen=True)
class InterestModel:
    """Fitted weights [4]: of score, rank and popularity, and the intercept."""

    weights: Values

    def interest(self, scores: Floats, readers_of_book: Ints) -> Values:
        """[R, B] probabilities of a like, 0 for a seen book.

        Args:
            scores: [R, B] scores, -inf for seen books.
            readers_of_book: [B] known readers of each book.
        """
        inputs = _inputs(scores, readers_of_book)
        logits = inputs @ self.weights
        return np.where(np.isfinite(scores), expit(logits), 0.0)


def fit_interest(scores: Floats, readers_of_book: Ints, liked: NDArray[np.bool_]) -> InterestModel:
    """Fit the weights by maximum likelihood.

    Args:
        scores: [R, B] scores, -inf for seen books.
        readers_of_book: [B] known readers of each book.
        liked: [R, B] held-out liked books.
    """
    unseen = np.isfinite(scores)
    inputs, labels = _inputs(scores, readers_of_book)[unseen], liked[unseen].astype(np.float64)

    def loss(weights: Values) -> tuple[float, Values]:
        logits = inputs @ weights
        gradient = inputs.T @ (expit(logits) - labels) / len(labels)
        return float((np.logaddexp(0, logits) - labels * logits).mean()), gradient

    start = np.zeros(inputs.shape[1])
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B")
    return InterestModel(np.asarray(fitted.x, dtype=np.float64))


def _inputs(scores: Floats, readers_of_book: Ints) -> Values:
    """[R, B, 4] standardised score, log rank, standardised log popularity, 1; rank 0 is the best."""
    values = np.where(np.isfinite(scores), scores, np.nan).astype(np.float64)
    mean = np.nanmean(values, axis=1, keepdims=True)
    spread = np.nanstd(values, axis=1, keepdims=True)
    standard = np.nan_to_num((values - mean) / np.where(spread > 0, spread, 1.0))
    order = np.argsort(-np.where(np.isfinite(scores), scores, -np.inf), axis=1, kind="stable")
    rank = np.empty(order.shape)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[1]), order.shape), 1)
    popularity = np.log1p(readers_of_book.astype(np.float64))
    popularity = (popularity - popularity.mean()) / (popularity.std() or 1.0)
    ones = np.ones(order.shape)
    return np.stack([standard, np.log1p(rank), ones * popularity, ones], axis=2)
