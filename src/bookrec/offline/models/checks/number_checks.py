"""Checks of numbers: scalers of other data, constant inputs, titles without word vectors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bookrec.json_types import JsonObject
from bookrec.offline.external.pickles.objects.records import ScalerRecord
from bookrec.offline.models.bundle.checked_input import CheckedInput
from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.subject import Subject

_OUTSIDE = 0.05
"""Tolerated share of values outside the range of a min-max scaler."""
_NARROW = 0.5
"""Share of that range that the data must span."""
_OFF_CENTRE = 0.5
"""Tolerated distance of the data's mean from a standard scaler's, in standard deviations."""
_SPREAD = 2.0
"""Tolerated ratio of the standard deviations, either way."""
_ZERO_TITLES = 0.2
"""Tolerated share of titles without a known word."""


def check_scalers(subject: Subject) -> Iterator[Finding]:
    """Find scalers that were fitted to other data; the model would get numbers it never saw."""
    for feature in subject.inputs:
        if feature.scaler is None or feature.raw is None:
            continue
        numbers = feature.raw[~np.isnan(feature.raw)]
        if not len(numbers):
            yield Finding(
                "scaler",
                "warning",
                f"{feature.name}: the data set has no {feature.column}.",
                "import data that have it; every one is given the mean.",
            )
            continue
        yield _compared(feature, feature.scaler, numbers)


def _compared(feature: CheckedInput, scaler: ScalerRecord, numbers: NDArray[np.float64]) -> Finding:
    low, high, mean = float(numbers.min()), float(numbers.max()), float(numbers.mean())
    figures: JsonObject = {"min": low, "max": high, "mean": mean, "count": len(numbers)}
    place, data = feature.scaler_column, f"the data {low:,.6g} to {high:,.6g}, mean {mean:,.4g}"
    problem = False
    if scaler.data_min is not None and scaler.data_max is not None:
        fitted_low, fitted_high = float(scaler.data_min[place]), float(scaler.data_max[place])
        outside, used = _range_figures(numbers, fitted_low, fitted_high)
        fitted = f"{fitted_low:,.6g} to {fitted_high:,.6g}"
        figures |= {"fitted_min": fitted_low, "fitted_max": fitted_high, "outside": outside}
        problem = outside > _OUTSIDE or used < _NARROW
    elif scaler.mean is not None and scaler.variance is not None:
        fitted_mean, deviation = float(scaler.mean[place]), float(scaler.variance[place]) ** 0.5
        shift = abs(mean - fitted_mean) / max(deviation, 1e-12)
        spread = float(numbers.std()) / max(deviation, 1e-12)
        fitted = f"mean {fitted_mean:,.4g}, deviation {deviation:,.4g}"
        data += f", deviation {float(numbers.std()):,.4g}"
        figures |= {"fitted_mean": fitted_mean, "fitted_deviation": deviation}
        problem = shift > _OFF_CENTRE or not 1 / _SPREAD <= spread <= _SPREAD
    else:
        table = np.zeros((len(numbers), scaler.feature_count))
        table[:, place] = numbers
        scaled = scaler.transform(table)[:, place]
        fitted = f"a {scaler.kind} scaler, which gives {scaled.min():,.4g} to {scaled.max():,.4g}"
        problem = bool(np.abs(np.median(scaled)) > _SPREAD)
    if scaler.samples_seen is not None:
        fitted += f", {scaler.samples_seen:,} rows"
        figures["fitted_count"] = scaler.samples_seen
    text = f"{feature.name}: fitted to {fitted}; {data}, {len(numbers):,} {feature.things}."
    fix = (
        'the scaler was fitted on other data, or counts them otherwise (counted = "all" or '
        '"explicit", ratings of 5 or of 10); import the data it was fitted to, or fix the mapping.'
    )
    level: Level = "warning" if problem else "ok"
    return Finding("scaler", level, text, fix if problem else "", figures)


def _range_figures(numbers: NDArray[np.float64], low: float, high: float) -> tuple[float, float]:
    """Return the share of the numbers outside a range, and the share of the range they span."""
    slack = 1e-6 * max(abs(low), abs(high), 1.0)
    outside = float(((numbers < low - slack) | (numbers > high + slack)).mean())
    if high <= low:
        return outside, 1.0
    spanned = min(high, numbers.max()) - max(low, numbers.min())
    return outside, float(spanned) / (high - low)


def check_constant_inputs(subject: Subject) -> Iterator[Finding]:
    """Find inputs with one value for all readers or all books."""
    same = []
    for feature in subject.inputs:
        if len(feature.values) > 1 and bool((feature.values == feature.values[:1]).all()):
            same.append(feature)
            first = np.ravel(feature.values[0])
            shown = f"{first[0]:g}" if len(first) == 1 else f"{len(first)} times {first[0]:g}, …"
            yield Finding(
                "constant inputs",
                "error" if feature.is_identity else "warning",
                f"{feature.name} is the same for all {len(feature.values):,} {feature.things}: "
                f"{shown}.",
                f"the data set has no {feature.column}, or its encoder knows none of them; import data "
                "that have it, or fix the mapping.",
                {"input": feature.name},
            )
    if not same:
        count = len(subject.inputs)
        yield Finding("constant inputs", "ok", f"{count} one-sided inputs, none of them constant.")


def check_title_vectors(subject: Subject) -> Iterator[Finding]:
    """Count the titles without a known word, whose vectors are zeros."""
    for feature in subject.inputs:
        if not feature.is_title or not len(feature.values):
            continue
        zero = int((~feature.values.any(axis=1)).sum())
        share = zero / len(feature.values)
        level: Level = "ok" if share <= _ZERO_TITLES else "error" if share == 1.0 else "warning"
        yield Finding(
            "title vectors",
            level,
            f"{feature.name}: {zero:,} of {len(feature.values):,} titles ({share:.1%}) have no word "
            "with a vector and are zeros.",
            ""
            if level == "ok"
            else "the vectors are of another language or catalogue, or titles are cut otherwise "
            '(tokens = "simple", "lower", "as written" or "folded" in the mapping).',
            {"zero": zero, "of": len(feature.values)},
        )
