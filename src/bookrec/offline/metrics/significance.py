"""Significance of differences: bootstrap intervals over readers, paired tests.

The unit is the reader. Each reader has one figure per recommender, and all recommenders are measured on
the same readers, so differences are paired.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Values = NDArray[np.float64]
RESAMPLES = 2000
"""Bootstrap resamples."""
_CHUNK = 50
"""Resamples drawn at once, which bounds memory."""


@dataclass(frozen=True)
class Interval:
    """An estimate with a 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PairedComparison:
    """A recommender compared with another, paired over readers."""

    difference: Interval
    """Difference of the means."""
    ratio: Interval
    """Ratio of the means."""
    p_value: float
    """Two-sided p-value of a paired t-test."""
    p_adjusted: float
    """The p-value after Holm's correction for the number of comparisons."""

    def as_dict(self) -> dict[str, object]:
        """Return the fields as nested dictionaries."""
        return asdict(self)


def bootstrap_interval(values: Values, rng: np.random.Generator) -> Interval:
    """Return the percentile bootstrap interval of the mean of ``values`` [readers].

    Efron, 1979; Sakai, "Evaluating evaluation metrics based on the bootstrap", SIGIR 2006.
    """
    means = _resample(values, rng)
    return _interval(float(values.mean()), means)


def compare(values: Values, baseline: Values, rng: np.random.Generator) -> PairedComparison:
    """Compare ``values`` with ``baseline``, both [readers] of the same readers in the same order.

    Intervals come from resampling readers, each with both figures. The p-value is of a paired t-test,
    which agrees with bootstrap and randomisation tests, as Wilcoxon's does not (Smucker, Allan and
    Carterette, "A comparison of statistical significance tests for information retrieval evaluation",
    CIKM 2007). `adjusted` corrects it.
    """
    pair = np.stack([values, baseline], axis=1)
    means = _resample(pair, rng)
    ours, theirs = values.mean(), baseline.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _interval(float(np.float64(ours) / theirs), means[:, 0] / means[:, 1])
    difference = _interval(float(ours - theirs), means[:, 0] - means[:, 1])
    p_value = paired_t(values, baseline)
    return PairedComparison(difference, ratio, p_value, p_value)


def clustered_interval(sums: Values, counts: Values, rng: np.random.Generator) -> Interval:
    """Return the interval of a mean over requests, resampling the units that they belong to.

    Requests of one visit depend on each other, so visits are resampled (Field and Welsh, "Bootstrapping
    clustered data", JRSS B 2007).

    Args:
        sums: [units] sum of the figure over the requests of each unit.
        counts: [units] number of its requests.
        rng: Draws the resamples.
    """
    means = _resample(np.stack([sums, counts], axis=1), rng)
    return _interval(float(sums.sum() / counts.sum()), means[:, 0] / means[:, 1])


def compare_clustered(
    sums: Values, baseline: Values, counts: Values, rng: np.random.Generator
) -> PairedComparison:
    """Compare two means over requests, paired over the units that are resampled.

    Args:
        sums: [units] sum of the figure over the requests of each unit.
        baseline: [units] the same for the recommender compared with.
        counts: [units] number of requests.
        rng: Draws the resamples.
    """
    ours, theirs, requests = _resample(np.stack([sums, baseline, counts], axis=1), rng).T
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _interval(float(sums.sum() / np.float64(baseline.sum())), ours / theirs)
    difference = float((sums.sum() - baseline.sum()) / counts.sum())
    p_value = paired_t(sums, baseline)
    return PairedComparison(
        _interval(difference, (ours - theirs) / requests), ratio, p_value, p_value
    )


def paired_t(values: Values, baseline: Values) -> float:
    """Return the two-sided p-value of the paired t-test (Student, 1908); 1 if nothing differs."""
    if np.array_equal(values, baseline) or len(values) < 2:
        return 1.0
    return float(stats.ttest_rel(values, baseline).pvalue)


def adjusted(comparisons: dict[str, PairedComparison]) -> dict[str, PairedComparison]:
    """Adjust the p-values of comparisons by Holm's step-down correction.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics,
    1979.

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
        name: replace(comparison, p_adjusted=corrected[name])
        for name, comparison in comparisons.items()
    }


def _resample(values: Values, rng: np.random.Generator) -> Values:
    """[resamples, ...] means over R readers, drawn with replacement from ``values`` [R, ...]."""
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
