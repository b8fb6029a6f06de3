"""Fold-in: a row of reader features for somebody whom a ranker does not know by id.

The row is told from the books of the reader's history, by the rows of these books' other readers. The
offline fit of those (`ranking.fold_in_fit`) and live inference share this code.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats

_PRIOR: Final = 5.0
"""Readers' worth of doubt in the mean row of a book's readers."""


def shrinkage(readers: NDArray[Any]) -> Floats:
    """Trust in the mean row of ``readers`` readers, 0–1: n / (n + 5)."""
    return np.asarray(readers / (readers + _PRIOR), dtype=np.float32)


def folded_in(weights: Floats, centroids: Floats, shrinkages: Floats) -> Floats:
    """[F] the row of a history, as it differs from that of somebody of whom nothing is known.

    The least-squares solution of ``sum_b w_b |e - m_b|² + k |e|²`` over the books b of the history,
    where ``w_b`` is how much b speaks for the reader times the trust in its centroid ``m_b``:
    ``e = sum_b w_b m_b / (sum_b w_b + k)``, with one reader's worth ``k`` of trust in the row that
    everybody has.

    Args:
        weights: [N] of `History`.
        centroids: [N, F] of the books.
        trusts: [N] in these.
    """
    confidence = weights * shrinkages
    total = float(confidence.sum()) + 1.0 / (1.0 + _PRIOR)
    return np.asarray(confidence @ centroids / total, dtype=np.float32)
