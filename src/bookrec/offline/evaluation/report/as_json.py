"""An evaluation as plain values, for machines and for the other reports; undefined figures are null."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from itertools import pairwise

from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.evaluation.measure.measurement import Measurement
from bookrec.offline.evaluation.measure.results import COMPARED, Results
from bookrec.offline.metrics.bins import Bins


def as_plain(results: Results) -> JsonObject:
    """Everything found, as dicts, lists, strings, numbers and None."""
    intervals = {metric: results.intervals(metric) for metric in COMPARED}
    comparisons = {metric: results.comparisons(metric) for metric in COMPARED}
    scorers = {}
    for name, measurement in results.measurements.items():
        scorers[name] = {
            "kind": results.kinds[name],
            "source": results.sources.get(name),
            "metrics": _figures(measurement),
            "intervals": {
                metric: asdict(by_name[name])
                for metric, by_name in intervals.items()
                if name in by_name
            },
            "against_best_baseline": {
                metric: asdict(by_name[name])
                for metric, by_name in comparisons.items()
                if name in by_name
            },
            "ndcg@20_by_known_interactions": _bins(measurement.by_reader_size),
            "recall@20_by_readers_of_the_book": _bins(measurement.by_book_readers),
            "calibration": _calibration(measurement),
            "seconds": measurement.seconds,
        }
    plain = {
        "about": results.about,
        "headline": results.headline,
        "best_baseline": {metric: results.best_baseline(metric) for metric in COMPARED},
        "scorers": scorers,
        "tuning": {
            name: [asdict(tuning) for tuning in tunings]
            for name, tunings in results.tunings.items()
        },
        "rating_prediction": results.ratings,
        "explicit_among_interactions": results.explicit,
        "new_readers": results.new_readers,
        "neighbourhoods": results.similar_books,
        "learning_curves": results.curves,
        "list_weights": results.list_weights,
        "diversity": results.diversity,
    }
    values: JsonObject = defined(plain)
    return values


def as_json(results: Results) -> str:
    """Write a report as JSON text."""
    return json.dumps(as_plain(results), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _figures(measurement: Measurement) -> dict[str, float]:
    names = [*measurement.per_reader, *measurement.scalars]
    return {name: measurement.mean(name) for name in names}


def bin_labels(edges: tuple[float, ...]) -> list[str]:
    """``0-4``, ``5-9``, …, ``200+`` for whole numbers."""
    starts = [0, *[int(edge) for edge in edges]]
    labels = [
        f"{low}" if high - low == 1 else f"{low}-{high - 1}" for low, high in pairwise(starts)
    ]
    return [*labels, f"{starts[-1]}+"]


def _bins(bins: Bins) -> JsonObject:
    return {
        "bins": bin_labels(bins.edges),
        "mean": bins.mean.tolist(),
        "count": bins.count.tolist(),
    }


def _calibration(measurement: Measurement) -> JsonObject | None:
    if measurement.predicted is None or measurement.observed is None:
        return None
    return {
        "edges": list(measurement.predicted.edges),
        "given": measurement.predicted.mean.tolist(),
        "came_true": measurement.observed.mean.tolist(),
        "count": measurement.predicted.count.tolist(),
    }


def defined(value: JsonValue) -> JsonValue:
    """Replace numbers that are not finite by None, in nested values."""
    if isinstance(value, dict):
        return {str(key): defined(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [defined(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
