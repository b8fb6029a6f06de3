"""Compilation of a bundle for a data set in a process of its own, the only one with TensorFlow."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from bookrec.arrays import Floats, map_array
from bookrec.inference.book_metadata import BookMetadata
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.engines.processes import Processes
from bookrec.offline.models.bundle.bundle_files import (
    read_frozen_statistics,
    read_manifest,
    read_vocabularies,
)
from bookrec.offline.scoring.job.incremental import reader_fingerprints
from bookrec.offline.scoring.job.stages import save_content
from bookrec.offline.scoring.lists.corrections import CandidateFacts, candidate_facts
from bookrec.offline.scoring.lists.open_recommender import note_slow
from bookrec.settings import Home
from bookrec.snapshot import FINGERPRINTS_NAME, RANKER_NAME, ROWS_NAME

_Task = tuple[Path, Home, str, Dataset, int | None]


def compile_into(
    directory: Path,
    home: Home,
    model_id: str,
    dataset: Dataset,
    candidates: int | None,
    *,
    here: bool = False,
) -> int:
    """Write everything that the stages' workers read into ``directory`` (which exists).

    Args:
        directory: where to write.
        home: where the bundle is.
        model_id: of the bundle.
        dataset: data set to compile for.
        candidates: candidates of a list, here and on the site; None = the whole catalogue.
        here: compile in this process, for callers that have TensorFlow already.

    Returns:
        Peak resident memory of the process that compiled, in bytes; 0 for this one.

    Raises:
        BookrecError: the bundle is damaged, or cannot be used for this data set.
    """
    engine = Processes(0 if here else 1)
    task = directory, home, model_id, dataset, candidates
    for _ in engine.map(_compile, _nothing, directory, [(0, task)]):
        pass
    return engine.peak_bytes


def _nothing(_: Path) -> None:
    """Load nothing."""


def _compile(_: None, task: _Task) -> None:
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.models.bundle.build_recommender import (
        SlowRankerWarning,
        catalogue_features,
        recommender_for,
    )
    from bookrec.offline.models.bundle.bundle_files import load_bundle

    directory, home, model_id, dataset, candidates = task
    bundle = load_bundle(home, model_id)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SlowRankerWarning)
        recommender, rows = recommender_for(bundle, dataset)
    (directory / RANKER_NAME).mkdir(exist_ok=True)  # there when an earlier try was killed
    replace(recommender, candidates=candidates).save(directory / RANKER_NAME)
    for warning in caught:
        if isinstance(warning.message, SlowRankerWarning):
            note_slow(directory / RANKER_NAME, str(warning.message))
    if rows is not None:
        np.save(directory / RANKER_NAME / ROWS_NAME, rows)
    if bundle.origin.reads_reader_columns:
        np.save(directory / RANKER_NAME / FINGERPRINTS_NAME, reader_fingerprints(dataset))
    facts = read_candidate_facts(directory, home, model_id, dataset)
    save_content(directory, catalogue_features(bundle, dataset), dataset.work_of_book, facts)


def reader_rows(compiled: Path) -> Floats | None:
    """Map the [n_readers, F] features of readers that the ranker knows by id; None without any."""
    path = compiled / RANKER_NAME / ROWS_NAME
    return map_array(path) if path.exists() else None


def read_candidate_facts(
    compiled: Path, home: Home, model_id: str, dataset: Dataset
) -> CandidateFacts:
    """Read the facts that correct similar books, all frozen with the model.

    Args:
        compiled: directory that `compile_into` filled.
        home: where the bundle is.
        model_id: of the bundle.
        dataset: data set that the model is compiled for.
    """
    manifest = read_manifest(home, model_id)
    codes = read_vocabularies(home, manifest).isbn.codes(dataset.books["isbn"])
    statistics = read_frozen_statistics(home, manifest).for_catalogue(codes).statistics
    language = BookMetadata.load(compiled / RANKER_NAME).language
    return candidate_facts(language, statistics.rating_mean, statistics.rating_count)
