"""Fold-in: reader features for somebody whom a ranker does not know by id.

They are solved from the books of the reader's history and the features of these books' other readers.
The offline fit (`ranking.fold_in_fit`) and live inference share this code.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bookrec.arrays import Array, Floats

_PRIOR: Final = 5.0
"""Pseudo-count k of the shrinkage, in readers."""


def shrinkage(readers: Array) -> Floats:
    """Shrinkage n / (n + 5) of the mean features of n readers, 0–1.

    Args:
        readers: numbers of readers, of any shape.
    """
    return np.asarray(readers / (readers + _PRIOR), dtype=np.float32)


def folded_in(weights: Floats, centroids: Floats, shrinkages: Floats) -> Floats:
    """[F] features of a history, as a difference from those of an unknown reader.

    The least-squares solution of ``sum_b w_b |e - m_b|² + k |e|²`` over the books b of the history,
    ``e = sum_b w_b m_b / (sum_b w_b + k)``, where ``w_b`` is the weight of b in the history times the
    shrinkage of its centroid ``m_b``, and ``k`` is the shrinkage of a single reader.

    Args:
        weights: [N] of `History`.
        centroids: [N, F] of the books.
        shrinkages: [N] of the centroids.
    """
    confidence = weights * shrinkages
    total = float(confidence.sum()) + 1.0 / (1.0 + _PRIOR)
    return np.asarray(confidence @ centroids / total, dtype=np.float32)
