"""``train``: data set → bundle. Fits everything three times, so that nothing measures itself.

1. on the *history* part, fold by fold: the retrievers whose signals the default ranker learns from,
   and the trees that teach it;
2. on all but the validation part: what the validation figures and the calibration are taken with;
3. on everything: what is served.

Preset ``classic`` has no signals to learn from and skips the first.
"""

from __future__ import annotations

import platform
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bookrec import __version__
from bookrec.arrays import Floats, Ints
from bookrec.errors import DataError
from bookrec.files import utc_now
from bookrec.inference.retrieval import Retrieval
from bookrec.offline.compile.compile_ranker import user_rows
from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.data.interactions import Interactions, all_interactions, reader_age_bands
from bookrec.offline.data.splitting import MIN_INTERACTIONS, hold_out, ranker_targets
from bookrec.offline.features.book_features import BookFeatures, book_features, build_vocabularies
from bookrec.offline.features.book_statistics import Scaler, book_statistics, fit_scaler
from bookrec.offline.features.title_embeddings import train_title_vectors
from bookrec.offline.models.bundle.build_recommender import assemble_recommender
from bookrec.offline.models.bundle.bundle import Bundle, save_bundle
from bookrec.offline.models.bundle.frozen_statistics import FrozenStatistics
from bookrec.offline.ranking.architectures import build_classic, build_default
from bookrec.offline.ranking.distillation import distil
from bookrec.offline.ranking.fold_in_fit import fit_fold_in
from bookrec.offline.ranking.listwise_groups import RankerSettings, make_groups
from bookrec.offline.ranking.platt import calibrate
from bookrec.offline.ranking.train_classic import (
    ClassicSettings,
    classic_inputs,
    refit_classic,
    train_classic,
)
from bookrec.offline.ranking.train_listwise import ListwiseFold, scaling_of, train_ranker
from bookrec.offline.retrieval.assemble import assemble_retrieval
from bookrec.offline.retrieval.fit_similarities import FittedSimilarities, fit_similarities
from bookrec.offline.retrieval.two_tower import Towers, train_towers
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.training.validation import Metrics, Task, explicit_metrics, list_metrics, tasks
from bookrec.settings import Home

Preset = Literal["default", "classic"]

_MIN_INTERACTIONS = 50


@dataclass(frozen=True)
class TrainSettings:
    """Knobs of a training run; everything in them is written into the manifest."""

    preset: Preset = "default"
    seed: int = 1
    validation_share: float = 0.2
    """Share of the interactions of some readers with at least 5 that is held out for the figures."""
    validation_readers: int = 1500
    """At most this many are measured, and as many again calibrate, a tenth of the readers each at
    most; nothing is held out from others, because the ranker learns the more, the more it knows."""
    candidates: int = 1500
    """Books the ranker ranks for a reader when validating."""
    towers: TwoTowerSettings = field(default_factory=TwoTowerSettings)
    ranker: RankerSettings = field(default_factory=RankerSettings)
    classic: ClassicSettings = field(default_factory=ClassicSettings)

    def with_epochs(self, epochs: int) -> TrainSettings:
        """The same with exactly this number of epochs for the ranker of either preset."""
        return replace(
            self,
            ranker=replace(self.ranker, epochs=epochs, multi_positive_epochs=epochs, steps=0),
            classic=replace(self.classic, epochs=epochs),
        )


def train(home: Home, settings: TrainSettings, progress: Progress) -> Bundle:
    """Train on the current data set and save the bundle as the current model.

    Args:
        say: called with one line per stage.

    Raises:
        DataError: there is no data set, or it is too small to hold anything out.
    """
    bundle = train_bundle(load_dataset(home), settings, progress)
    save_bundle(home, bundle)
    return bundle


def train_bundle(dataset: Dataset, settings: TrainSettings, progress: Progress) -> Bundle:
    """Train on a data set and return the bundle; writes nothing.

    Raises:
        DataError: the data set is too small to hold anything out.
    """
    interactions = all_interactions(dataset)
    if len(interactions) < _MIN_INTERACTIONS:
        raise DataError(
            f"Data set {dataset.dataset_id} has {len(interactions)} interactions; training needs at "
            f"least {_MIN_INTERACTIONS}. Import more ratings with 'bookrec data import'."
        )
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    run = _Run(dataset, interactions, settings, progress)
    return run.classic() if settings.preset == "classic" else run.default()


def _frequent_readers(interactions: Interactions) -> int:
    """How many readers have enough interactions to hold some out."""
    return int((np.bincount(interactions.reader_idx) >= MIN_INTERACTIONS).sum())


@dataclass(frozen=True)
class _Fit:
    """Features and retrievers fitted to one part of the interactions."""

    interactions: Interactions
    scaler: Scaler
    features: BookFeatures
    towers: Towers
    tables: FittedSimilarities
    retrieval: Retrieval


class _Run:
    """One training run: what its stages share."""

    def __init__(
        self,
        dataset: Dataset,
        interactions: Interactions,
        settings: TrainSettings,
        progress: Progress,
    ) -> None:
        self.dataset, self.all, self.settings, self.progress = (
            dataset,
            interactions,
            settings,
            progress,
        )
        self.rng = np.random.default_rng(settings.seed)
        self.age_bands = reader_age_bands(dataset)
        asked = min(2 * settings.validation_readers, _frequent_readers(interactions) // 5)
        held = hold_out(interactions, settings.validation_share, self.rng, max(asked, 2))
        self.known, self.held_out = interactions[~held], interactions[held]
        per_reader = len(self.known) / max(1, len(np.unique(self.known.reader_idx)))
        self.ranker = settings.ranker.for_density(per_reader)
        self.vocabularies = build_vocabularies(dataset, self.known)
        progress("title vectors")
        self.words, self.word_vectors = train_title_vectors(
            list(dataset.books["title"]), settings.seed
        )

    def default(self) -> Bundle:
        """Train preset ``default``."""
        settings = self.ranker
        listwise_folds = [
            listwise_fold
            for number in range(settings.rounds)
            for listwise_fold in self._round(number)
        ]
        groups = sum(len(listwise_fold.groups.books) for listwise_fold in listwise_folds)
        self.progress(f"ranker on {groups:,} groups of {settings.group_size} books")
        if settings.trees:
            self.progress("trees that teach the ranker")
            listwise_folds = distil(
                listwise_folds, settings.folds, settings.trees, self.settings.seed
            )
        model = build_default(self.vocabularies, scaling=scaling_of(listwise_folds))
        train_ranker(model, listwise_folds, settings, self.settings.seed)
        self.progress("retrievers for validation")
        known = self._fit(self.known, "validation")
        return self._finish(model, known, None)

    def _round(self, number: int) -> Iterator[ListwiseFold]:
        """Hide some interactions of every reader, and make a lesson of each fold of the readers."""
        settings = self.ranker
        hidden = ranker_targets(self.known, settings.target_share, self.rng)
        fold_of = self.rng.integers(0, settings.folds, self.dataset.n_readers)
        self.progress(
            f"towers for the ranker to learn from, round {number + 1} of {settings.rounds}"
        )
        shown = self.known[~hidden]
        towers = self._towers(shown, self._features(shown)[1], "history")
        for fold in range(settings.folds):
            gone = hidden & (fold_of[self.known.reader_idx] == fold)
            if gone.any():
                label = f"fold {fold + 1} of {settings.folds}"
                self.progress(f"tables for the ranker to learn from, {label}")
                yield self._listwise_fold(gone, towers, label)

    def _listwise_fold(self, gone: NDArray[np.bool_], towers: Towers, label: str) -> ListwiseFold:
        """What is to be learnt from predicting some of the known interactions from the others."""
        past = self._fit(self.known[~gone], label, towers)
        groups = make_groups(
            past.interactions,
            self.known[gone],
            past.retrieval,
            self.age_bands,
            self.ranker,
            self.settings.seed,
            label=label,
        )
        return ListwiseFold(groups, past.features)

    def classic(self) -> Bundle:
        """Train preset ``classic``."""
        self.progress("retrievers for validation")
        known = self._fit(self.known, "validation")
        weights = self.settings.classic.weight_per_id
        model = build_classic(self.vocabularies, weight_per_id=weights)
        codes = self.user_codes
        self.progress(f"ranker on {len(self.known):,} interactions")
        train_classic(
            model,
            self.known,
            codes,
            known.features,
            self.age_bands,
            self.settings.classic,
            self.settings.seed,
        )
        return self._finish(model, known, user_rows(model, codes))

    @property
    def user_codes(self) -> Ints:
        """[readers] codes of the reader-id input."""
        return self.vocabularies.user.codes(self.dataset.readers["user_id"])

    def _fit(self, interactions: Interactions, label: str, towers: Towers | None = None) -> _Fit:
        """Everything fitted to ``interactions``; the towers too, where none are given."""
        scaler, features = self._features(interactions)
        towers = towers or self._towers(interactions, features, label)
        tables = fit_similarities(
            interactions,
            features.metadata,
            self.dataset.n_readers,
            self.vocabularies.author.size,
            label,
        )
        retrieval = assemble_retrieval(towers, tables, features)
        return _Fit(interactions, scaler, features, towers, tables, retrieval)

    def _towers(self, interactions: Interactions, features: BookFeatures, label: str) -> Towers:
        return train_towers(
            interactions,
            features,
            self.age_bands,
            self.vocabularies.isbn.size,
            self.vocabularies.author.size,
            self.settings.towers,
            self.settings.seed,
            label=f"{label}: two-tower",
        )

    def _features(self, interactions: Interactions) -> tuple[Scaler, BookFeatures]:
        """The catalogue as ``interactions`` tell of it, and what its numbers are scaled by."""
        statistics = book_statistics(interactions, self.dataset.n_books)
        scaler = fit_scaler(statistics.numbers)
        return scaler, book_features(
            self.dataset, self.vocabularies, scaler, self.words, self.word_vectors, statistics
        )

    def _finish(self, model: Any, known: _Fit, rows: Floats | None) -> Bundle:
        metrics = self._validate(model, known, rows)
        self.progress("retrievers for serving")
        final = self._fit(self.all, "serving")
        if rows is not None:
            refit_classic(model, self.all, self.user_codes, final.features, self.age_bands)
            rows = user_rows(model, self.user_codes)
        # The classic ranker's inputs were scaled by the training part's scaler: it stays with it.
        scaler = known.scaler if rows is not None else final.scaler
        return Bundle(
            model,
            final.towers,
            self.vocabularies,
            scaler,
            self.words,
            self.word_vectors,
            final.tables,
            self._frozen_statistics(final, rows),
            self._manifest(metrics),
        )

    def _frozen_statistics(self, fit: _Fit, rows: Floats | None) -> FrozenStatistics:
        retrieval = fit.retrieval
        return FrozenStatistics(
            book_statistics(fit.interactions, self.dataset.n_books),
            retrieval.tower_mean,
            retrieval.tower_covariance,
            *(self._centroids(fit, rows) or (None, None)),
        )

    def _centroids(self, fit: _Fit, rows: Floats | None) -> tuple[Floats, Floats] | None:
        if rows is None:
            return None
        raw_ids = 0 if self.settings.classic.weight_per_id else 1
        embeddings = rows[:, : rows.shape[1] - raw_ids]
        return fit_fold_in(embeddings, fit.interactions, self.dataset.n_books)

    def _validate(self, model: Any, known: _Fit, rows: Floats | None) -> dict[str, Metrics]:
        readers = self.rng.permutation(np.unique(self.held_out.reader_idx))
        count = min(self.settings.validation_readers, max(1, len(readers) // 2))
        measured, calibrating = readers[:count], readers[count : 2 * count]
        recommender = self._recommender(model, known, rows)
        metrics: dict[str, Metrics] = {}
        if rows is None and len(calibrating):
            calibrate(
                model,
                recommender,
                self.known,
                self.held_out,
                self.age_bands,
                calibrating,
                self.settings.candidates,
            )
        elif rows is not None and len(self.held_out):
            inputs = classic_inputs(self.held_out, self.user_codes, known.features, self.age_bands)
            predicted = model.predict(inputs, batch_size=16384, verbose=0)[:, 0]
            explicit = explicit_metrics(predicted, self.known, self.held_out)
            metrics |= {f"explicit {name}": row for name, row in explicit.items()}
        self.progress(f"validation on {len(measured):,} readers")
        chosen: list[Task] = list(tasks(self.known, self.held_out, self.age_bands, measured))
        return metrics | list_metrics(recommender, rows, self.settings.candidates, chosen)

    def _recommender(self, model: Any, fit: _Fit, rows: Floats | None) -> Any:
        return assemble_recommender(
            model,
            fit.features,
            fit.retrieval,
            self.dataset.work_of_book,
            self._centroids(fit, rows),
        )

    def _manifest(self, metrics: dict[str, Metrics]) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        return {
            "model_id": f"{self.settings.preset}-{now}-{secrets.token_hex(3)}",
            "preset": self.settings.preset,
            "seed": self.settings.seed,
            "created_at": utc_now(),
            "dataset_id": self.dataset.dataset_id,
            "dataset_digest": self.dataset.digest,
            "sample": bool(self.dataset.manifest.get("sample", False)),
            "settings": asdict(self.settings),
            "metrics": metrics,
            "versions": {
                "bookrec": __version__,
                "python": platform.python_version(),
                "keras": keras.__version__,
                "tensorflow": tf.__version__,
                "numpy": np.__version__,
            },
        }
