"""Which differences are more than chance: bootstrap intervals over readers, paired tests.

The unit is the reader: each has one figure per recommender, and the same readers are measured with
all of them, so differences are paired.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Values = NDArray[np.float64]
RESAMPLES = 2000
_CHUNK = 50
"""Resamples drawn at once, to bound memory."""


@dataclass(frozen=True)
class Interval:
    """An estimate with a 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PairedComparison:
    """One recommender against another, paired over readers."""

    difference: Interval
    """Of the means."""
    ratio: Interval
    """Of the means."""
    p_value: float
    """Two-sided, of a paired t-test."""
    p_adjusted: float
    """The same after Holm's correction for the number of comparisons."""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def bootstrap_interval(values: Values, rng: np.random.Generator) -> Interval:
    """Percentile bootstrap interval of the mean over readers (Efron, 1979; Sakai, "Evaluating
    evaluation metrics based on the bootstrap", SIGIR 2006).
    """
    means = _resample(values, rng)
    return _interval(float(values.mean()), means)


def compare(values: Values, baseline: Values, rng: np.random.Generator) -> PairedComparison:
    """``values`` against ``baseline``, both [readers] of the same readers in the same order.

    Intervals by resampling readers, keeping each reader's pair together; the p-value by a paired
    t-test, which Smucker, Allan and Carterette ("A comparison of statistical significance tests for
    information retrieval evaluation", CIKM 2007) find to agree with bootstrap and randomisation tests
    (and Wilcoxon's not to). `adjusted` corrects it.
    """
    pair = np.stack([values, baseline], axis=1)
    means = _resample(pair, rng)
    ours, theirs = values.mean(), baseline.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _interval(float(np.float64(ours) / theirs), means[:, 0] / means[:, 1])
    difference = _interval(float(ours - theirs), means[:, 0] - means[:, 1])
    p_value = paired_t(values, baseline)
    return PairedComparison(difference, ratio, p_value, p_value)


def paired_t(values: Values, baseline: Values) -> float:
    """Two-sided p-value of the paired t-test (Student, 1908); 1 where nothing differs."""
    if np.array_equal(values, baseline) or len(values) < 2:
        return 1.0
    return float(stats.ttest_rel(values, baseline).pvalue)


def adjusted(comparisons: dict[str, PairedComparison]) -> dict[str, PairedComparison]:
    """The same with Holm's step-down correction (Scandinavian Journal of Statistics, 1979).

    The i-th smallest of m p-values is multiplied by ``m - i + 1`` and never falls below the one
    before it.
    """
    names = sorted(comparisons, key=lambda name: comparisons[name].p_value)
    corrected: dict[str, float] = {}
    largest = 0.0
    for place, name in enumerate(names):
        largest = max(largest, min(1.0, comparisons[name].p_value * (len(names) - place)))
        corrected[name] = largest
    return {
        name: PairedComparison(found.difference, found.ratio, found.p_value, corrected[name])
        for name, found in comparisons.items()
    }


def _resample(values: Values, rng: np.random.Generator) -> Values:
    """[resamples, ...] means over as many readers, drawn with replacement from ``values`` [R, ...]."""
    parts = []
    for start in range(0, RESAMPLES, _CHUNK):
        size = min(_CHUNK, RESAMPLES - start)
        parts.append(values[rng.integers(0, len(values), (size, len(values)))].mean(axis=1))
    return np.concatenate(parts)


def _interval(value: float, means: Values) -> Interval:
    finite = means[np.isfinite(means)]
    if not len(finite):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(finite, [2.5, 97.5])
    return Interval(value, float(low), float(high))
