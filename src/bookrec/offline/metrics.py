"""Quality of ranked lists; binary relevance, mean over readers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ndcg(hits: NDArray[np.bool_], relevant: int) -> float:
    """Normalised discounted cumulative gain of one list.

    ``sum_r hit_r / log2(r + 1)``, r from 1, over the same sum for an ideal list: ``relevant`` hits
    in front, cut at the list's length (Järvelin and Kekäläinen, ACM TOIS 2002).

    Args:
        hits: [k] whether the book at each rank is relevant.
        relevant: how many relevant books there are, at least 1.
    """
    discounts = 1.0 / np.log2(np.arange(2, len(hits) + 2))
    return float((hits * discounts).sum() / discounts[: min(relevant, len(hits))].sum())


def recall(hits: NDArray[np.bool_], relevant: int) -> float:
    """Share of the relevant books that the list found."""
    return float(hits.sum() / relevant)


def auc(labels: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties counting half.

    By rank sums (Mann and Whitney, 1947). NaN when either class is missing.
    """
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = mean_rank[inverse][labels].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def log_loss(labels: NDArray[np.bool_], probabilities: NDArray[np.floating]) -> float:
    """Mean negative log-likelihood of binary labels, probabilities clipped to 1e-7 … 1 - 1e-7."""
    clipped = np.clip(probabilities.astype(np.float64), 1e-7, 1 - 1e-7)
    return float(-np.mean(np.where(labels, np.log(clipped), np.log1p(-clipped))))
