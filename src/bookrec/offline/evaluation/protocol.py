"""Protocol of an evaluation: every split, tuned baselines, our models and their parts."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec import __version__
from bookrec.files import utc_now
from bookrec.json_types import JsonObject
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.baselines.neighbour_scorer import NeighbourScorer
from bookrec.offline.evaluation.baselines.registry import baseline_named
from bookrec.offline.evaluation.holdout import leaks
from bookrec.offline.evaluation.holdout.fit_data import FitData, Scorer
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, make_held_out_set
from bookrec.offline.evaluation.holdout.splits import Split, make_splits
from bookrec.offline.evaluation.measure.citations import citation
from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings
from bookrec.offline.evaluation.measure.measure import Measurement, measure, pooled
from bookrec.offline.evaluation.measure.results import Kind, Results
from bookrec.offline.evaluation.measure.tuning import tune
from bookrec.offline.evaluation.pipeline.item_to_item import (
    NEIGHBOURS,
    co_readings_found,
    similar_books_table,
    strongest,
)
from bookrec.offline.evaluation.pipeline.rating_predictors import rating_table
from bookrec.offline.rating_prediction.rating_histories import catalogue_of
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
    runs: list[_SplitRun] = []

    def report(*, finished: bool) -> None:
        _gather(results, runs)
        results.about |= {"finished": finished, "seconds": round(time.monotonic() - started, 1)}
        keep(results)

    for split in splits:
        runs.append(_SplitRun(home, dataset, split, settings, results, progress))
        for _ in runs[-1].stages():
            report(finished=False)
    report(finished=True)
    return results


def _gather(results: Results, runs: list[_SplitRun]) -> None:
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


class _SplitRun:
    """Stages of one split."""

    def __init__(
        self,
        home: Home,
        dataset: Dataset,
        split: Split,
        settings: EvaluationSettings,
        results: Results,
        progress: Progress,
    ) -> None:
        self.home, self.dataset, self.split = home, dataset, split
        self.settings, self.results, self.progress = settings, results, progress
        self.measured: dict[str, Measurement] = {}
        self.ratings: dict[str, dict[str, float]] = {}
        self.explicit: dict[str, dict[str, float]] = {}
        self.new_readers: dict[str, dict[str, float]] = {}
        rng = np.random.default_rng(settings.seed)
        self.held_out_set = self._held_out_set(split.known, split.test, settings.readers, rng)
        self.tuning = self._held_out_set(
            split.train, split.validation, settings.tuning_readers, rng
        )
        self.few = self._held_out_set(split.known, split.test, settings.similar_books, rng)
        self.co_readings: dict[str, NDArray[np.float64]] = {}
        self.similar_books: dict[str, dict[str, float]] = {}

    def stages(self) -> Iterator[None]:
        """Measure everything that the settings name; yields whenever there is more to report."""
        count = len(self.held_out_set.readers)
        self.progress(f"{self.split.label}: {len(self.split.test):,} held out, {count:,} readers")
        chosen = {name: self._tuned(name) for name in self.settings.baselines}
        fit_data = self._fit_data(self.split.known)
        for name, tuned in chosen.items():
            started = time.monotonic()
            baseline = baseline_named(name)
            scorer = baseline.fit(fit_data, tuned)
            self.measure(name, scorer, "baseline", time.monotonic() - started)
            self.results.sources[name] = baseline.source
            if self.settings.similar_books and isinstance(scorer, NeighbourScorer):
                self._look_up(name, strongest(scorer.similarities, NEIGHBOURS))
            del scorer
        fit_data.forget()
        yield
        self._predict_ratings()
        yield
        if self.settings.models:
            yield from self._measure_ours(chosen)

    def _measure_ours(self, tuned: dict[str, Settings]) -> Iterator[None]:
        # TensorFlow is needed from here on only: comparing baselines does not load it.
        from bookrec.offline.evaluation.pipeline.imported_models import labelled
        from bookrec.offline.evaluation.pipeline.model_choice import training_settings
        from bookrec.offline.evaluation.pipeline.train_and_measure import OurModels

        settings = self.settings
        chosen = {
            name: training_settings(self.home, name, settings.seed, quick=settings.quick)
            for name in settings.models
        }
        training = {labelled(name, how): how for name, how in chosen.items()}
        similar_set = self.few if settings.similar_books else None
        ours = OurModels(
            self.dataset, self.split, settings, training, similar_set, self.measure, self.progress
        )
        for _ in ours.stages(tuned):
            for name, neighbours in ours.similar_books.items():
                self._look_up(name, neighbours)
            self.explicit, self.new_readers = ours.explicit, ours.new_readers
            for label, losses in ours.curves.items():
                self.results.curves.setdefault(label, losses)
            yield

    def measure(self, name: str, scorer: Scorer, kind: Kind, fit_s: float) -> None:
        """Check one scorer for leaks, then measure it."""
        leaks.check(name, scorer.evidence(), self.split.known, self.split.test)
        measurement = measure(name, scorer, self.held_out_set, self.settings.seed)
        measurement.seconds["fit"] = fit_s
        self.measured[name] = measurement
        self.results.kinds[name] = kind
        self.progress(f"{name}: NDCG@20 {measurement.mean('ndcg@20'):.4f}")

    def _look_up(self, name: str, neighbours: sparse.csr_matrix) -> None:
        """Measure the co-readings among similar books, CSR [B, B]."""
        self.co_readings[name] = co_readings_found(neighbours, self.few)
        self.similar_books = similar_books_table(self.co_readings, self.settings.seed)

    def _tuned(self, name: str) -> Settings:
        fit_data = self._fit_data(self.split.train)
        tuning = tune(
            baseline_named(name),
            fit_data,
            self.tuning,
            self.settings.tuning_budget_s,
            lambda line: self.progress(f"tuning {line}"),
        )
        self.results.tunings.setdefault(name, []).append(tuning)
        return tuning.best

    def _fit_data(self, interactions: Interactions) -> FitData:
        shape = self.dataset.n_readers, self.dataset.n_books
        return FitData(interactions, *shape, self.settings.seed)

    def _held_out_set(
        self,
        known: Interactions,
        held_out: Interactions,
        at_most: int | None,
        rng: np.random.Generator,
    ) -> HeldOutSet:
        shape = self.dataset.n_readers, self.dataset.n_books
        return make_held_out_set(known, held_out, *shape, at_most, rng)

    def _predict_ratings(self) -> None:
        """Measure rating predictors over all held-out ratings, where there are any."""
        scale = 10 / self.dataset.rating_max
        self.ratings = rating_table(
            self.split,
            catalogue_of(self.dataset),
            scale,
            self.settings.seed,
            quick=self.settings.quick,
        )


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
