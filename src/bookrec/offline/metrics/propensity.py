"""Popularity taken out of NDCG: weights by inverse propensity, and strata of popularity.

A popular book is met, and so held out, more often than it is liked better. Inverse propensity scoring
weighs a held-out book by one over the chance that it was met (Yang et al., "Unbiased offline
recommender evaluation for missing-not-at-random implicit feedback", RecSys 2018).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.metrics.list_figures import hits_of_lists
from bookrec.offline.metrics.ranking import Values

GAMMA: Final = 1.5
"""Exponent of the power law by which popular books are shown more often; set, not estimated."""
STRATA: Final = ("tail", "middle", "head")
"""Names of the strata, least popular first."""


def inverse_propensities(readers: NDArray[np.integer], gamma: float = GAMMA) -> Values:
    """[B] weights ``(n_i + 1)^(-(gamma + 1) / 2)``, up to a constant factor.

    Yang et al. take the propensity of a book as ``n_i^((gamma + 1) / 2)``. Here ``n_i`` of the training
    part is increased by one, the held-out interaction itself, so a book without a training reader has
    the largest weight, 1. Nothing else is clipped.

    Args:
        readers: [B] numbers of readers in the training part.
        gamma: exponent of the power law.
    """
    return np.asarray((readers + 1.0) ** (-(gamma + 1) / 2))


def propensity_ndcg(lists: Ints, held_out: Interactions, weights: Values) -> Values:
    """[R] NDCG with gains ``w_i`` in place of 1, self-normalised within each reader.

    ``sum_r hit_r w_r / log2(r + 1)`` over the same sum for the ideal list, in which the reader's
    held-out books stand in descending order of weight, cut at the list's length. The constant of the
    weights cancels, as in the SNIPS estimator of Yang et al., which normalises within the reader too. A
    reader with one held-out book has the plain NDCG; `pooled_propensity_ndcg` corrects between readers
    as well.

    Args:
        lists: [R, k] unseen books, best first, -1 where there are no more.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.
        weights: [B] weights of `inverse_propensities`.

    Returns:
        Figures, NaN for a reader without a held-out book.
    """
    gain, ideal = _gains(lists, held_out, weights)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(ideal > 0, gain / ideal, np.nan))


def pooled_propensity_ndcg(lists: Ints, held_out: Interactions, weights: Values) -> Values:
    """[R] values whose mean is the propensity-weighted NDCG, self-normalised over all readers.

    The mean is ``sum_u DCG_u / sum_u IDCG_u`` with the weighted sums of `propensity_ndcg` (SNIPS over
    all observations: Schnabel et al., "Recommendations as treatments", ICML 2016). A reader's value is
    ``R DCG_u / sum_u IDCG_u`` over the ``R`` readers with a held-out book. The normaliser depends on
    the held-out part alone, so the ratio of two recommenders is free of it, and resampled readers give
    the interval of the ratio. Books of few readers decide the figure.

    Args:
        lists: [R, k] unseen books, best first, -1 where there are no more.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.
        weights: [B] weights of `inverse_propensities`.

    Returns:
        Values, NaN for a reader without a held-out book.
    """
    gain, ideal = _gains(lists, held_out, weights)
    some = ideal > 0
    if not some.any():
        return np.full(len(lists), np.nan)
    return np.where(some, gain * some.sum() / ideal.sum(), np.nan)


def _gains(lists: Ints, held_out: Interactions, weights: Values) -> tuple[Values, Values]:
    """[R] weighted DCG of the lists, and of the ideal ones."""
    discounts = 1.0 / np.log2(np.arange(2, lists.shape[1] + 2))
    hits, _ = hits_of_lists(lists, held_out)
    gain = (np.where(hits, weights[lists], 0.0) * discounts).sum(axis=1)
    weight = weights[held_out.book_idx]
    order = np.lexsort((-weight, held_out.reader_idx))
    rows, weight = held_out.reader_idx[order], weight[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows, side="left")
    kept = rank < lists.shape[1]
    ideal = np.bincount(rows[kept], weight[kept] * discounts[rank[kept]], minlength=len(lists))
    return np.asarray(gain), ideal.astype(np.float64)


def strata_of_books(readers: NDArray[np.integer], held_out: Interactions) -> NDArray[np.intp]:
    """[B] stratum of each book, a position in `STRATA`.

    The bounds are the terciles of the training readers of the held-out books, an interaction counting
    once: about a third of the held-out interactions is in each stratum, and books with equally many
    readers are in the same one (stratified evaluation: Steck, "Item popularity and recommendation
    accuracy", RecSys 2011).

    Args:
        readers: [B] numbers of readers in the training part.
        held_out: held-out interactions.
    """
    popularity = np.sort(readers[held_out.book_idx])
    if not len(popularity):
        return np.zeros(len(readers), dtype=np.intp)
    bounds = [popularity[(len(popularity) * part + 2) // 3 - 1] for part in (1, 2)]
    return np.searchsorted(np.asarray(bounds), readers, side="left")
