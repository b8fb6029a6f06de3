"""Scores as probabilities: made comparable for log-loss, and held against what came true.

Histogram binning (Zadrozny and Elkan, "Obtaining calibrated probability estimates from decision
trees and naive Bayesian classifiers", ICML 2001) depends on the order of scores alone, so scorers
whose scores are counts, sums or logits meet on equal terms.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.metrics.bins import Bins, binned

_QUANTILES: Final = 50
PROBABILITY_EDGES: Final = (0.001, 0.003, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.5)


def cross_calibrated(
    scores: NDArray[np.floating], labels: NDArray[np.bool_], first_half: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Probabilities for both halves, each by the share of positives in 50 bins of the other's scores.

    Each bin counts ``(positives + 1) / (n + 2)`` (Laplace). All [n].
    """
    result = np.full(len(scores), 0.5)
    for half in (first_half, ~first_half):
        other = ~half
        if not half.any() or not other.any():
            continue
        ordered = np.sort(scores[other])
        places = np.linspace(0, len(ordered) - 1, min(_QUANTILES, len(ordered)) + 1)[1:-1]
        edges = np.unique(ordered[places.astype(np.intp)])
        bins = np.searchsorted(edges, scores[other], side="right")
        size = len(edges) + 1
        positives = np.bincount(bins, labels[other], size)
        share = (positives + 1) / (np.bincount(bins, minlength=size) + 2)
        result[half] = share[np.searchsorted(edges, scores[half], side="right")]
    return result


def calibration_bins(
    given: NDArray[np.floating], came_true: NDArray[np.bool_]
) -> tuple[Bins, Bins]:
    """Sums of given probabilities, and of what came true, in bins of probability."""
    return (
        binned(given, given, PROBABILITY_EDGES),
        binned(came_true, given, PROBABILITY_EDGES),
    )
