"""Protocol of an evaluation: every split, tuned baselines, our models and their parts."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from bookrec import __version__
from bookrec.files import utc_now
from bookrec.json_types import JsonObject
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.evaluation.holdout.splits import Split, make_splits
from bookrec.offline.evaluation.measure.citations import citation
from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings
from bookrec.offline.evaluation.measure.measurement import (
    Measurement,
    pooled,
)
from bookrec.offline.evaluation.measure.results import Results
from bookrec.offline.evaluation.split_run import SplitRun
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home


def evaluate(
    home: Home,
    dataset: Dataset,
    settings: EvaluationSettings,
    progress: Progress,
    splits: list[Split] | None = None,
    keep: Callable[[Results], None] = lambda _: None,
) -> Results:
    """Run an evaluation.

    Args:
        home: where the models are whose settings are trained again.
        dataset: data set to evaluate on.
        settings: of the evaluation.
        progress: receives one line per stage.
        splits: splits to use instead of those of the settings, e.g. a published one.
        keep: receives the results so far whenever there are more, so that a late failure loses nothing.

    Raises:
        DataError: the data set is too small to be split.
        ModelError: a scorer has seen the test part, or a model cannot be trained again.
    """
    started = time.monotonic()
    splits = splits or make_splits(dataset, settings.split, settings.seed, settings.folds)
    results = Results(settings, _about(dataset, settings, splits))
    runs: list[SplitRun] = []

    def report(*, finished: bool) -> None:
        _gather(results, runs)
        results.about |= {"finished": finished, "seconds": round(time.monotonic() - started, 1)}
        keep(results)

    for split in splits:
        runs.append(SplitRun(home, dataset, split, settings, results, progress))
        for _ in runs[-1].stages():
            report(finished=False)
    report(finished=True)
    return results


def _gather(results: Results, runs: list[SplitRun]) -> None:
    """Pool the figures of the splits so far."""
    measured: dict[str, list[Measurement]] = {}
    for run in runs:
        for name, measurement in run.measured.items():
            measured.setdefault(name, []).append(measurement)
    results.measurements = {name: pooled(parts) for name, parts in measured.items()}
    results.ratings = _means([run.ratings for run in runs])
    results.explicit = _means([run.explicit for run in runs])
    results.new_readers = _means([run.new_readers for run in runs])
    results.similar_books = _means([run.similar_books for run in runs])


def _means(parts: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Average figures over folds."""
    if not parts:
        return {}
    return {
        name: {
            key: float(np.mean([part[name][key] for part in parts if key in part.get(name, {})]))
            for key in row
        }
        for name, row in parts[0].items()
    }


def _about(dataset: Dataset, settings: EvaluationSettings, splits: list[Split]) -> JsonObject:
    manifest = dataset.manifest
    return {
        "created_at": utc_now(),
        "dataset_id": dataset.dataset_id,
        "dataset_digest": dataset.digest,
        "layout": str(manifest["layout"]),
        "sample": bool(manifest.get("sample", False)),
        "citation": citation(dataset),
        "readers": dataset.n_readers,
        "books": dataset.n_books,
        "interactions": len(dataset.interactions),
        "splits": [
            {
                "label": split.label,
                "train": len(split.train),
                "validation": len(split.validation),
                "test": len(split.test),
            }
            for split in splits
        ],
        "settings": asdict(settings),
        "versions": {"bookrec": __version__, "python": platform.python_version()},
    }
