"""One split of an evaluation: tuned baselines, our models and their parts, measured alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.baselines.registry import baseline_named
from bookrec.offline.evaluation.holdout import leaks
from bookrec.offline.evaluation.holdout.fit_data import FitData, Scorer
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, make_held_out_set
from bookrec.offline.evaluation.holdout.splits import Split
from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings
from bookrec.offline.evaluation.measure.measure import measure
from bookrec.offline.evaluation.measure.measurement import (
    HEADLINE,
    OVER_ALL,
    Measurement,
)
from bookrec.offline.evaluation.measure.results import Kind, Results
from bookrec.offline.evaluation.measure.similar_books import (
    NEIGHBOURS,
    SimilarBooks,
    known_books,
    measure_similar,
    neighbours_of,
    similar_books_table,
)
from bookrec.offline.evaluation.measure.tuning import tune
from bookrec.offline.evaluation.pipeline.rating_predictors import rating_table
from bookrec.offline.features.book_features import author_codes
from bookrec.offline.metrics.book_facts import book_facts
from bookrec.offline.metrics.neighbours import NeighbourLists, most_co_liked
from bookrec.offline.rating_prediction.rating_histories import catalogue_of
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home


class SplitRun:
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
        authors = author_codes(dataset.books["author"])
        self.facts = book_facts(split.known, dataset.n_books, authors)
        self.similar: dict[str, SimilarBooks] = {}
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
            if self.settings.similar_books:
                self._look_up(name, neighbours_of(scorer, known_books(self.few)))
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
            self.dataset,
            self.split,
            settings,
            training,
            self.held_out_set,
            similar_set,
            self.measure,
            self.progress,
        )
        for _ in ours.stages(tuned):
            for name, neighbours in ours.similar_books.items():
                self._look_up(name, neighbours)
            self.explicit, self.new_readers = ours.explicit, ours.new_readers
            for label, losses in ours.curves.items():
                self.results.curves.setdefault(label, losses)
            for name, points in ours.list_weights.items():
                self.results.list_weights.setdefault(name, points)
            for name, points in ours.diversity.items():
                self.results.diversity.setdefault(name, points)
            yield

    def measure(self, name: str, scorer: Scorer, kind: Kind, fit_s: float) -> None:
        """Check one scorer for leaks, then measure it."""
        leaks.check(name, scorer.evidence(), self.split.known, self.split.test)
        measurement = measure(name, scorer, self.held_out_set, self.settings.seed, self.facts)
        measurement.seconds["fit"] = fit_s
        self.measured[name] = measurement
        self.results.kinds[name] = kind
        liked, over_all = (measurement.mean(metric) for metric in (HEADLINE, OVER_ALL))
        self.progress(f"{name}: NDCG@20 {liked:.4f} of liked books, {over_all:.4f} of all")

    @cached_property
    def co_liked(self) -> NeighbourLists:
        """The most co-liked books of the known books of a few readers."""
        shape = self.dataset.n_readers, self.dataset.n_books
        books = known_books(self.few)
        return most_co_liked(self.split.known, self.split.test, shape, books, NEIGHBOURS)

    def _look_up(self, name: str, neighbours: NeighbourLists | None) -> None:
        """Measure similar books; None = there are none."""
        if neighbours is not None:
            self.similar[name] = measure_similar(neighbours, self.co_liked, self.few)
            self.similar_books = similar_books_table(self.similar, self.settings.seed)

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
