"""Training of our models on the known part of a split, and their measurement whole and in parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bookrec.arrays import Ints
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.baselines.registry import baseline_named
from bookrec.offline.evaluation.holdout import leaks
from bookrec.offline.evaluation.holdout.fit_data import FitData, Scorer
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.evaluation.holdout.splits import Split, known_dataset, with_interactions
from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings
from bookrec.offline.evaluation.measure.results import Kind
from bookrec.offline.evaluation.measure.similar_books import known_books
from bookrec.offline.evaluation.pipeline.cold_start import (
    NewReaders,
    fold_in_figures,
    hide_readers,
    mean_ndcg,
)
from bookrec.offline.evaluation.pipeline.diversity_curve import pipeline_curve
from bookrec.offline.evaluation.pipeline.explicit_target import (
    SharePriors,
    explicit_figures,
    tuned_priors,
)
from bookrec.offline.evaluation.pipeline.imported_models import ImportedRanker
from bookrec.offline.evaluation.pipeline.item_to_item import pipeline_neighbours
from bookrec.offline.evaluation.pipeline.scorers import (
    PARTS,
    Pipeline,
    explicit_predictions,
    part_scorer,
    pipeline_of,
)
from bookrec.offline.metrics.neighbours import NeighbourLists
from bookrec.offline.runtime.keras_progress import recorded_curves
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.scoring.job.score_settings import ScoreSettings
from bookrec.offline.training.train import train_bundle
from bookrec.offline.training.train_settings import TrainSettings

Measure = Callable[[str, Scorer, Kind, float], None]


@dataclass
class OurModels:
    """Our models on one split."""

    dataset: Dataset
    split: Split
    settings: EvaluationSettings
    training: dict[str, TrainSettings | ImportedRanker]
    """Model → its training settings, or the imported ranker."""
    held_out_set: HeldOutSet
    """Readers whose lists are re-ranked for the curve of diversity."""
    similar_set: HeldOutSet | None
    """Readers whose books get similar books; None = nobody."""
    measure: Measure
    """Measures a scorer: (name, scorer, kind, seconds of the fit)."""
    progress: Progress

    def __post_init__(self) -> None:
        self.known = known_dataset(self.dataset, self.split)
        self.curves: dict[str, list[float]] = {}
        self.list_weights: dict[str, list[dict[str, float]]] = {}
        self.diversity: dict[str, list[dict[str, float]]] = {}
        self.explicit: dict[str, dict[str, float]] = {}
        self.share_priors: SharePriors | None = None
        self.new_readers: dict[str, dict[str, float]] = {}
        self.similar_books: dict[str, NeighbourLists] = {}

    def stages(self, tuned: dict[str, Settings]) -> Iterator[None]:
        """Train and measure every model; yields whenever there is more to report.

        Args:
            tuned: baseline → its settings, for baselines that new readers are folded into.
        """
        for name in self.training:
            started = time.monotonic()
            pipeline = self._train(name, self.known, self.training[name])
            seconds = time.monotonic() - started
            for part in pipeline.parts:
                label = name if part == PARTS[0] else f"{name}: {part}"
                self.measure(label, part_scorer(pipeline, part), "ours", seconds)
            if pipeline.predicts == "explicit rating":
                self._predict_explicit(name, pipeline)
            yield
            self.progress(f"{name}: diversity of lists")
            self.diversity[name] = pipeline_curve(pipeline, self.dataset, self.held_out_set)
            yield
            if self.similar_set is not None:
                self.similar_books[name] = self._similar(pipeline, self.similar_set)
                yield
            if self.settings.new_readers and not isinstance(self.training[name], ImportedRanker):
                self._fold_in(name, pipeline, tuned)
                yield

    def _train(
        self, name: str, known: Dataset, training: TrainSettings | ImportedRanker
    ) -> Pipeline:
        def progress(line: str) -> None:
            self.progress(f"{name}: {line}")

        with recorded_curves() as curves:
            if isinstance(training, ImportedRanker):
                bundle = training.bundle(known, progress)
            else:
                bundle = train_bundle(known, training, progress)
        for label, losses in curves.items():
            if name in self.training:  # and not the second training of new readers
                self.curves[f"{name}, {label}"] = losses
        points = bundle.manifest.get("list_weights", {}).get("points", [])
        if points and name in self.training:
            self.list_weights[name] = points
        candidates = training.candidates if self.settings.quick else None
        return pipeline_of(bundle, known, self.settings.seed, candidates)

    def _predict_explicit(self, name: str, pipeline: Pipeline) -> None:
        predicted = explicit_predictions(pipeline, self.known, self.split.test)
        split = self.split
        if self.share_priors is None:
            self.share_priors = tuned_priors(split.train, split.validation)
        figures = explicit_figures(
            predicted, split.known, split.test, self.share_priors, self.settings.seed
        )
        self.explicit[name] = figures["pipeline"]
        self.explicit["shares of reader and book"] = figures["shares"]
        self.explicit["popularity"] = figures["popularity"]

    def _similar(self, pipeline: Pipeline, held_out_set: HeldOutSet) -> NeighbourLists:
        self.progress("similar books")
        candidates = ScoreSettings().similar_candidates
        return pipeline_neighbours(pipeline, known_books(held_out_set), self.known, candidates)

    def _fold_in(self, name: str, trained: Pipeline, tuned: dict[str, Settings]) -> None:
        shape = self.dataset.n_readers, self.dataset.n_books
        rng = np.random.default_rng(self.settings.seed)
        hidden = hide_readers(self.split, self.settings.new_readers, *shape, rng)
        if not len(hidden.readers):
            self.progress("new readers: nobody has more than ten known interactions")
            return
        self.progress(f"{name} again, without {len(hidden.readers):,} readers")
        kept = self.split.known_rows & ~hidden.hidden[_readers_of(self.dataset)]
        remaining = with_interactions(self.dataset, kept)
        pipeline = self._train(f"{name} without new readers", remaining, self.training[name])
        scorer = part_scorer(pipeline, PARTS[0])
        leaks.check(name, scorer.evidence(), hidden.held_out_set["all"].known, self.split.test)
        figures = fold_in_figures(scorer, hidden, *shape)
        whole = part_scorer(trained, PARTS[0])
        figures["all, trained on"] = mean_ndcg(whole, hidden.held_out_set["all"])
        self.new_readers[name] = figures
        self._fold_into_baselines(hidden, tuned)

    def _fold_into_baselines(self, hidden: NewReaders, tuned: dict[str, Settings]) -> None:
        shape = self.dataset.n_readers, self.dataset.n_books
        fit_data = FitData(hidden.held_out_set["all"].known, *shape, self.settings.seed)
        for name, settings in tuned.items():
            baseline = baseline_named(name)
            if name in self.new_readers or not baseline.folds_in:
                continue
            scorer = baseline.fit(fit_data, settings)
            self.new_readers[name] = fold_in_figures(scorer, hidden, *shape)
        fit_data.forget()


def _readers_of(dataset: Dataset) -> Ints:
    return dataset.interactions["reader_idx"].to_numpy(np.int32)
