"""Comparison of two rating predictors by resampling readers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.metrics.significance import RESAMPLES

Values = NDArray[np.float64]


def compare_correlations(
    ratings: Values, predicted: Values, baseline: Values, readers: Ints, rng: np.random.Generator
) -> dict[str, float]:
    """Gain in Pearson correlation over a baseline, with a paired bootstrap over readers.

    The ratings of a reader depend on one another. So whole readers are drawn, with replacement, and
    each draw's correlations are of all ratings of the drawn readers (Efron and Tibshirani, "An
    introduction to the bootstrap", 1993, chapters 8 and 15).

    Args:
        ratings: [n] given ratings.
        predicted: [n] predictions.
        baseline: [n] predictions of the baseline.
        readers: [n] positions of the readers.
        rng: draws the readers.

    Returns:
        ``gain``, its percentiles ``gain low`` (2.5) and ``gain high`` (97.5), and ``p``: twice the
        share of draws on the other side of 0, never below 2 / (draws + 1). NaN where a correlation
        is not defined, as for constants.
    """
    rows = np.unique(readers, return_inverse=True)[1]
    ours, theirs = (_sums(ratings, values, rows) for values in (predicted, baseline))
    count = len(ours)
    gains = np.empty(RESAMPLES)
    for draw in range(RESAMPLES):
        times = np.bincount(rng.integers(0, count, count), minlength=count).astype(np.float64)
        gains[draw] = _correlation(times @ ours) - _correlation(times @ theirs)
    gain = _correlation(ours.sum(axis=0)) - _correlation(theirs.sum(axis=0))
    if np.isnan(gain):
        return dict.fromkeys(("gain", "gain low", "gain high", "p"), float("nan"))
    gains = gains[np.isfinite(gains)]
    low, high = np.percentile(gains, [2.5, 97.5])
    beyond = min(int((gains <= 0).sum()), int((gains >= 0).sum()))
    p_value = min(1.0, 2 * (beyond + 1) / (len(gains) + 1))
    return {"gain": gain, "gain low": float(low), "gain high": float(high), "p": p_value}


def _sums(ratings: Values, predicted: Values, rows: NDArray[np.integer]) -> Values:
    """[readers, 6] count, sums, squares and products of each reader, centred at the overall means."""
    x, y = ratings - ratings.mean(), predicted - predicted.mean()
    if np.ptp(predicted) == 0:
        y = np.zeros_like(y)  # exactly: a constant has no correlation
    columns = (np.ones_like(x), x, y, x * x, y * y, x * y)
    return np.column_stack([np.bincount(rows, column) for column in columns])


def _correlation(sums: Values) -> float:
    """Pearson correlation from `_sums` [6]."""
    n, x, y, xx, yy, xy = sums
    spread = (xx - x * x / n) * (yy - y * y / n)
    return float((xy - x * y / n) / np.sqrt(spread)) if spread > 0 else float("nan")
