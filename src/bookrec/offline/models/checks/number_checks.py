"""Checks of numbers: scalers of the same data, inputs that say something, titles with vectors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.external.pickles.objects.records import ScalerRecord
from bookrec.offline.models.bundle.checked_input import CheckedInput
from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.subject import Subject

_OUTSIDE = 0.05
"""Share of values outside the range of a min-max scaler that is let pass."""
_NARROW = 0.5
"""Of that range, the share that data must span."""
_OFF_CENTRE = 0.5
"""Standard deviations that the mean of the data may lie off that of a standard scaler."""
_SPREAD = 2.0
"""How many times as large, or small, the deviation may be."""
_ZERO_TITLES = 0.2
"""Share of titles without any known word that is let pass."""


def check_scalers(subject: Subject) -> Iterator[Finding]:
    """A scaler fitted on other data than the data at hand sends numbers the model never saw."""
    for one in subject.inputs:
        if one.scaler is None or one.raw is None:
            continue
        numbers = one.raw[~np.isnan(one.raw)]
        if not len(numbers):
            yield Finding(
                "scaler",
                "warning",
                f"{one.name}: the data set has no {one.column}.",
                "import data that have it; every one is given the mean.",
            )
            continue
        yield _compared(one, one.scaler, numbers)


def _compared(one: CheckedInput, scaler: ScalerRecord, numbers: NDArray[np.float64]) -> Finding:
    low, high, mean = float(numbers.min()), float(numbers.max()), float(numbers.mean())
    figures: dict[str, object] = {"min": low, "max": high, "mean": mean, "count": len(numbers)}
    place, data = one.scaler_column, f"the data {low:,.6g} to {high:,.6g}, mean {mean:,.4g}"
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
    text = f"{one.name}: fitted to {fitted}; {data}, {len(numbers):,} {one.things}."
    fix = (
        'the scaler was fitted on other data, or counts them otherwise (counted = "all" or '
        '"explicit", ratings of 5 or of 10); import the data it was fitted to, or mend the mapping.'
    )
    level: Level = "warning" if problem else "ok"
    return Finding("scaler", level, text, fix if problem else "", figures)


def _range_figures(numbers: NDArray[np.float64], low: float, high: float) -> tuple[float, float]:
    """Share of the numbers outside a range, and share of the range that they span."""
    slack = 1e-6 * max(abs(low), abs(high), 1.0)
    outside = float(((numbers < low - slack) | (numbers > high + slack)).mean())
    if high <= low:
        return outside, 1.0
    spanned = min(high, numbers.max()) - max(low, numbers.min())
    return outside, float(spanned) / (high - low)


def check_constant_inputs(subject: Subject) -> Iterator[Finding]:
    """An input that is the same for all readers, or all books, tells the model nothing."""
    same = []
    for one in subject.inputs:
        if len(one.values) > 1 and bool((one.values == one.values[:1]).all()):
            same.append(one)
            first = np.ravel(one.values[0])
            shown = f"{first[0]:g}" if len(first) == 1 else f"{len(first)} times {first[0]:g}, …"
            yield Finding(
                "constant inputs",
                "error" if one.is_identity else "warning",
                f"{one.name} is the same for all {len(one.values):,} {one.things}: {shown}.",
                f"the data set has no {one.column}, or its encoder knows none of them; import data "
                "that have it, or mend the mapping.",
                {"input": one.name},
            )
    if not same:
        count = len(subject.inputs)
        yield Finding("constant inputs", "ok", f"{count} one-sided inputs, none of them constant.")


def check_title_vectors(subject: Subject) -> Iterator[Finding]:
    """A title none of whose words has a vector is sent as zeros."""
    for one in subject.inputs:
        if not one.is_title or not len(one.values):
            continue
        zero = int((~one.values.any(axis=1)).sum())
        share = zero / len(one.values)
        level: Level = "ok" if share <= _ZERO_TITLES else "error" if share == 1.0 else "warning"
        yield Finding(
            "title vectors",
            level,
            f"{one.name}: {zero:,} of {len(one.values):,} titles ({share:.1%}) have no word with a "
            "vector and are zeros.",
            ""
            if level == "ok"
            else "the vectors are of another language or catalogue, or titles are cut otherwise "
            "(tokens = "
            '"simple", "lower", "as written" or "folded" in the mapping).',
            {"zero": zero, "of": len(one.values)},
        )
