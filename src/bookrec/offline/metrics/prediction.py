"""Quality of predicted probabilities and ratings."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.floating]
"""[n] floating-point numbers."""


def auc(labels: NDArray[np.bool_], scores: Numbers) -> float:
    """Return the area under the ROC curve: P(a positive scores above a negative), ties count half.

    Computed from rank sums (Mann and Whitney, "On a test of whether one of two random variables is
    stochastically larger than the other", 1947). NaN when either class is missing.
    """
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = mean_rank[inverse][labels].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def log_loss(labels: NDArray[np.bool_], probabilities: Numbers) -> float:
    """Return the mean negative log-likelihood, ``-mean(y log p + (1 - y) log(1 - p))``.

    Probabilities are clipped to 1e-7 … 1 - 1e-7 (Good, "Rational decisions", 1952).
    """
    clipped = np.clip(probabilities.astype(np.float64), 1e-7, 1 - 1e-7)
    return float(-np.mean(np.where(labels, np.log(clipped), np.log1p(-clipped))))


def rmse(ratings: Numbers, predicted: Numbers) -> float:
    """Return the root of the mean squared error.

    Herlocker et al., "Evaluating collaborative filtering recommender systems", ACM TOIS 2004.
    """
    return float(np.sqrt(np.mean((ratings.astype(np.float64) - predicted) ** 2)))


def mae(ratings: Numbers, predicted: Numbers) -> float:
    """Return the mean absolute error (Herlocker et al., 2004)."""
    return float(np.mean(np.abs(ratings.astype(np.float64) - predicted)))


def pearson(ratings: Numbers, predicted: Numbers) -> float:
    """Return the correlation ``cov(x, y) / (sd(x) sd(y))`` (Pearson, 1895); NaN for a constant."""
    x, y = ratings.astype(np.float64), predicted.astype(np.float64)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y) / math.sqrt(float(x @ x) * float(y @ y))


def spearman(ratings: Numbers, predicted: Numbers) -> float:
    """Return the Pearson correlation of ranks; ties share their mean rank (Spearman, 1904)."""
    return pearson(stats.rankdata(ratings), stats.rankdata(predicted))
