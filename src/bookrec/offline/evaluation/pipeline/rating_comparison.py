"""Whether predictions go with given ratings better than another predictor's: by resampling readers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.metrics.significance import RESAMPLES

Values = NDArray[np.float64]


def compare_correlations(
    given: Values, predicted: Values, baseline: Values, readers: Ints, rng: np.random.Generator
) -> dict[str, float]:
    """The gain in Pearson correlation over a baseline, with a paired bootstrap over readers.

    A reader's ratings depend on one another, so whole readers are drawn, with replacement, and each
    draw's correlations are of all the ratings of the readers drawn (Efron and Tibshirani, "An
    introduction to the bootstrap", 1993, chapters 8 and 15).

    Args:
        given, predicted, baseline: [n] ratings.
        readers: [n] whose they are.

    Returns:
        ``gain``, its percentiles ``gain low`` (2.5) and ``gain high`` (97.5), and ``p``: twice the part
        of draws on the other side of 0, never below 2 / (draws + 1). NaN where a correlation is not
        defined, as for constants.
    """
    rows = np.unique(readers, return_inverse=True)[1]
    ours, theirs = (_sums(given, values, rows) for values in (predicted, baseline))
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


def _sums(given: Values, predicted: Values, rows: NDArray[np.integer]) -> Values:
    """[readers, 6] of each reader: count, sums, squares and products, all from the overall means."""
    x, y = given - given.mean(), predicted - predicted.mean()
    if np.ptp(predicted) == 0:
        y = np.zeros_like(y)  # exactly: a constant has no correlation
    columns = (np.ones_like(x), x, y, x * x, y * y, x * y)
    return np.column_stack([np.bincount(rows, column) for column in columns])


def _correlation(sums: Values) -> float:
    """Pearson's, from counts and sums."""
    n, x, y, xx, yy, xy = sums
    spread = (xx - x * x / n) * (yy - y * y / n)
    return float((xy - x * y / n) / np.sqrt(spread)) if spread > 0 else float("nan")
