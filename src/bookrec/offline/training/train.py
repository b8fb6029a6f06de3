"""Training of a bundle; retrievers are fitted three times, so that no stage sees its own targets.

1. On a part of the known interactions: scores that the ranker trains on (preset ``default``).
2. On all but the held-out interactions: validation figures and calibration.
3. On all interactions: serving.
"""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from bookrec.errors import DataError
from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.metrics.book_facts import book_facts
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.bundle.bundle_files import save_bundle
from bookrec.offline.models.bundle.frozen_statistics import FrozenStatistics
from bookrec.offline.models.bundle.manifest import new_manifest
from bookrec.offline.models.bundle.trained import Trained
from bookrec.offline.ranking.chosen_weights import ChosenWeights
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.training.presets import (
    DEFAULT_PRESET,
    Preset,
    TrainedRanker,
    preset_named,
)
from bookrec.offline.training.run import TrainingRun
from bookrec.offline.training.train_settings import TrainSettings
from bookrec.offline.training.validation import Metrics, list_metrics
from bookrec.offline.training.weigh_lists import weigh_lists
from bookrec.settings import Home

_MIN_INTERACTIONS = 50


def train(home: Home, settings: TrainSettings, progress: Progress) -> Bundle:
    """Train on the current data set and save the bundle as the current model.

    Args:
        home: Home with the data set; the bundle is saved there.
        settings: Settings of the run.
        progress: Receives one line per stage.

    Raises:
        DataError: there is no data set, it is too small to hold anything out, or the preset needs
            ratings and it has none.
    """
    bundle = train_bundle(load_dataset(home), settings, progress)
    save_bundle(home, bundle)
    return bundle


def train_bundle(dataset: Dataset, settings: TrainSettings, progress: Progress) -> Bundle:
    """Train on a data set and return the bundle without saving it.

    Raises:
        DataError: the data set is too small to hold anything out, or the preset needs ratings and it
            has none.
    """
    interactions = all_interactions(dataset)
    if len(interactions) < _MIN_INTERACTIONS:
        raise DataError(
            f"Data set {dataset.dataset_id} has {len(interactions)} interactions; training needs at "
            f"least {_MIN_INTERACTIONS}. Import more ratings with 'bookrec data import'."
        )
    preset = preset_named(settings.preset)
    if preset.needs_ratings and not interactions.rating.any():
        raise DataError(
            f"Preset {settings.preset!r} needs ratings, and none of the {len(interactions):,} "
            f"interactions of data set {dataset.dataset_id} has one; train with "
            f"'bookrec train --preset {DEFAULT_PRESET}', which learns from purchases too."
        )
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    run = TrainingRun(dataset, interactions, settings, progress)
    ranker = preset.train(run)
    chosen, metrics = _validate(run, preset, ranker)
    progress("retrievers for serving")
    final = preset.refit(run, ranker, run.fit(interactions, "serving"))
    return _bundle(run, preset, final, chosen, metrics)


def _validate(
    run: TrainingRun, preset: Preset, ranker: TrainedRanker
) -> tuple[ChosenWeights, dict[str, Metrics]]:
    """Choose the list weights, calibrate the ranker and measure its lists, on held-out books."""
    settings = run.settings
    held_out_from = run.rng.permutation(np.unique(run.held_out.reader_idx))
    count = min(settings.validation_readers, max(1, len(held_out_from) // 2))
    measured, calibrating = held_out_from[:count], held_out_from[count : 2 * count]
    fold_in = preset.fold_in(run, ranker.known, ranker.rows)
    recommender = run.recommender(ranker.model, ranker.known, fold_in)
    chosen, sample = weigh_lists(run, ranker, recommender, calibrating)
    factor, metrics = preset.calibrate(run, ranker, sample)
    run.progress(f"validation on {len(measured):,} readers")
    # Calibration keeps the order of lists, so the logits from before it serve.
    recommender = replace(recommender, book_offset=sample.offset)
    readers = readers_at(run.known, run.age_bands, measured, ranker.rows)
    held_out = run.held_out_from(measured)
    authors = recommender.retrieval.metadata.author
    facts = book_facts(run.known, run.dataset.n_books, authors)
    figures = list_metrics(recommender, readers, held_out, settings.candidates, facts)
    return chosen.scaled(factor), metrics | figures


def _bundle(
    run: TrainingRun,
    preset: Preset,
    ranker: TrainedRanker,
    chosen: ChosenWeights,
    metrics: dict[str, Metrics],
) -> Bundle:
    fitted, settings = ranker.known, run.settings
    retrieval = fitted.retrieval
    run.progress("book offsets for serving")
    fold_in = preset.fold_in(run, fitted, ranker.rows)
    recommender = run.recommender(ranker.model, fitted, fold_in)
    reader_centroid, centroid_weight = fold_in or (None, None)
    return Bundle(
        ranker.model,
        fitted.towers,
        run.encoding.vocabularies,
        fitted.scaler,
        run.encoding.words,
        run.encoding.word_vectors,
        fitted.similarities,
        FrozenStatistics(
            fitted.statistics,
            retrieval.tower_mean,
            retrieval.tower_covariance,
            reader_centroid,
            centroid_weight,
            run.fit_book_offset(recommender, fitted, chosen.weights, ranker.rows),
        ),
        new_manifest(
            settings.preset,
            settings.seed,
            run.dataset,
            settings,
            metrics,
            list_weights=chosen.as_plain(),
        ),
        Trained(),
    )
