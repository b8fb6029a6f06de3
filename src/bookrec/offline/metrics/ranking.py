"""Quality of ranked lists, binary relevance.

All functions take many lists at once. ``hits`` is [..., k]: whether the book at each rank is relevant,
best rank first. ``relevant`` is [...]: the number of relevant books, at least 1. They return one figure
per list, [...]; the mean over readers is the figure of a recommender. A list shorter than ``k`` is
padded with misses.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Hits = NDArray[np.bool_]
Counts: TypeAlias = NDArray[np.integer] | int
Values = NDArray[np.float64]


def ndcg(hits: Hits, relevant: Counts) -> Values:
    """Return the normalised discounted cumulative gain.

    ``sum_r hit_r / log2(r + 1)``, r from 1, over the same sum for an ideal list: ``relevant`` hits
    in front, cut at the list's length (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of
    IR techniques", ACM TOIS 2002).
    """
    k = hits.shape[-1]
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(discounts)[np.minimum(np.asarray(relevant), k) - 1]
    return np.asarray((hits * discounts).sum(axis=-1) / ideal)


def recall(hits: Hits, relevant: Counts) -> Values:
    """Return ``hits / relevant``, the share of the relevant books in the list.

    van Rijsbergen, "Information Retrieval", 1979.
    """
    return np.asarray(hits.sum(axis=-1) / np.asarray(relevant))


def precision(hits: Hits, relevant: Counts) -> Values:  # noqa: ARG001
    """Return ``hits / k``, the share of the list that is relevant (van Rijsbergen, 1979)."""
    return np.asarray(hits.mean(axis=-1))


def hit_rate(hits: Hits, relevant: Counts) -> Values:  # noqa: ARG001
    """Return 1 for a list with at least one relevant book, else 0.

    Deshpande and Karypis, "Item-based top-N recommendation algorithms", ACM TOIS 2004.
    """
    return np.asarray(hits.any(axis=-1)).astype(np.float64)


def reciprocal_rank(hits: Hits, relevant: Counts) -> Values:  # noqa: ARG001
    """Return ``1 / rank`` of the first relevant book, 0 without one; its mean is MRR.

    Voorhees, "The TREC-8 question answering track report", 1999.
    """
    return np.asarray(hits.any(axis=-1) / (hits.argmax(axis=-1) + 1.0))


def average_precision(hits: Hits, relevant: Counts) -> Values:
    """Return ``sum_r hit_r * precision@r / min(relevant, k)``; its mean is MAP.

    Manning, Raghavan, Schütze, "Introduction to Information Retrieval", 2008, chapter 8; cut at k as in
    Kaggle's MAP@k, so that a perfect list of k books has 1.
    """
    k = hits.shape[-1]
    at_rank = np.cumsum(hits, axis=-1) / np.arange(1, k + 1)
    return np.asarray((hits * at_rank).sum(axis=-1) / np.minimum(np.asarray(relevant), k))


def factorised_top_k(hits: Hits, relevant: Counts) -> float:
    """Return the share of held-out interactions whose book is among the first k of the catalogue.

    ``sum hits / sum relevant`` over all readers, which weighs interactions alike and so readers of many
    books more (``FactorizedTopK`` of TensorFlow Recommenders; recall over interactions).
    """
    return float(hits.sum() / max(int(np.asarray(relevant).sum()), 1))


LIST_METRICS = {
    "ndcg": ndcg,
    "recall": recall,
    "precision": precision,
    "hit_rate": hit_rate,
    "mrr": reciprocal_rank,
    "map": average_precision,
}
"""Name in reports → metric."""
