"""Calibration of scores to probabilities, and bins of predicted and observed frequencies.

Histogram binning (Zadrozny and Elkan, "Obtaining calibrated probability estimates from decision
trees and naive Bayesian classifiers", ICML 2001) depends on the order of scores alone. So scorers
whose scores are counts, sums or logits are comparable by log-loss.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.metrics.bins import Bins, binned

_QUANTILES: Final = 50
"""Bins of a calibration, of about equal size."""
PROBABILITY_EDGES: Final = (0.001, 0.003, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.5)
"""Edges of the bins of `calibration_bins`."""


def cross_calibrated(
    scores: NDArray[np.floating], labels: NDArray[np.bool_], first_half: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """[n] probabilities of both halves, each calibrated on the other half.

    A score's probability is the share of positives in its bin, one of 50 bins of the other half's
    scores, with Laplace smoothing: ``(positives + 1) / (size + 2)``. It is 0.5 if a half is empty.

    Args:
        scores: [n] scores of any scale.
        labels: [n] True for positives.
        first_half: [n] True for pairs of the first half.
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
    predicted: NDArray[np.floating], observed: NDArray[np.bool_]
) -> tuple[Bins, Bins]:
    """Sum predicted probabilities [n], and observed labels [n], in bins of predicted probability."""
    return (
        binned(predicted, predicted, PROBABILITY_EDGES),
        binned(observed, predicted, PROBABILITY_EDGES),
    )
