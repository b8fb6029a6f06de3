"""Quality of predicted numbers: an interaction or none, explicit or not, which rating."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.floating]


def auc(labels: NDArray[np.bool_], scores: Numbers) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties counting half.

    By rank sums (Mann and Whitney, "On a test of whether one of two random variables is
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
    """Mean negative log-likelihood of binary labels, ``-mean(y log p + (1 - y) log(1 - p))``, with
    probabilities clipped to 1e-7 … 1 - 1e-7 (Good, "Rational decisions", 1952).
    """
    clipped = np.clip(probabilities.astype(np.float64), 1e-7, 1 - 1e-7)
    return float(-np.mean(np.where(labels, np.log(clipped), np.log1p(-clipped))))


def rmse(given: Numbers, predicted: Numbers) -> float:
    """Root of the mean squared error (Herlocker et al., "Evaluating collaborative filtering
    recommender systems", ACM TOIS 2004).
    """
    return float(np.sqrt(np.mean((given.astype(np.float64) - predicted) ** 2)))


def mae(given: Numbers, predicted: Numbers) -> float:
    """Mean absolute error (Herlocker et al., 2004)."""
    return float(np.mean(np.abs(given.astype(np.float64) - predicted)))


def pearson(given: Numbers, predicted: Numbers) -> float:
    """Linear correlation, ``cov(x, y) / (sd(x) sd(y))`` (Pearson, 1895); NaN for a constant."""
    x, y = given.astype(np.float64), predicted.astype(np.float64)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y) / math.sqrt(float(x @ x) * float(y @ y))


def spearman(given: Numbers, predicted: Numbers) -> float:
    """Pearson correlation of ranks, ties sharing their mean rank (Spearman, 1904)."""
    return pearson(stats.rankdata(given), stats.rankdata(predicted))
