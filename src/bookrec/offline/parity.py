"""Do published scores equal Keras? Samples pairs of a snapshot and asks the model itself."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.errors import SnapshotError
from bookrec.history import make_history
from bookrec.offline.classic_training import classic_inputs
from bookrec.offline.compile_ranker import knows_readers_by_id
from bookrec.offline.dataset import Dataset
from bookrec.offline.features import (
    BookFeatures,
    Interactions,
    all_interactions,
    as_columns,
    reader_age_bands,
)
from bookrec.offline.imported.imported_model import imported_inputs
from bookrec.offline.keras_graph import model_logits
from bookrec.offline.model_bundle import Bundle
from bookrec.offline.open_recommender import open_recommender
from bookrec.offline.recommender_build import catalogue_features
from bookrec.offline.score_stages import reader_histories
from bookrec.ranker import Output
from bookrec.recommender import Recommender
from bookrec.snapshot import RANKER_NAME, open_database, read_meta

TOLERANCE = 1e-5
"""On probabilities, and on logits relative to ``1 + |logit|``."""
IMPORTED_TOLERANCE = 1e-4
"""On logits of models made elsewhere: whoever trained them did not look at how much they round. Large
weights, or ids taken as numbers, add large terms that cancel."""
_LOST = 1e-9
"""Of a probability this near 1 a float tells too little about the logit to compare it."""
SATURATED = 1e-6
"""Probabilities this near 0 or 1 tell little about the logit."""


@dataclass(frozen=True)
class Parity:
    """How far published scores lie from Keras's."""

    pairs: int
    probability_error: float
    """Largest absolute difference of probabilities."""
    logit_error: float
    """Largest difference of logits, each divided by ``1 + |logit|``."""
    saturated: float
    """Share of probabilities within 1e-6 of 0 or 1."""
    logit_tolerance: float = TOLERANCE

    @property
    def holds(self) -> bool:
        """Whether both differences are within their tolerances."""
        return self.probability_error <= TOLERANCE and self.logit_error <= self.logit_tolerance


def compare(
    published: NDArray[np.float64], logits: NDArray[np.float64], output: Output = "sigmoid"
) -> Parity:
    """Published scores [pairs] beside Keras's logits [pairs]; those of a linear output are equal."""
    if output == "linear":
        error = np.abs(published - logits) / (1.0 + np.abs(logits))
        return Parity(len(published), 0.0, float(error.max(initial=0.0)), 0.0)
    expected = 1.0 / (1.0 + np.exp(-logits))
    clipped = np.clip(published, 1e-300, 1 - 1e-16)
    published_logits = np.log(clipped) - np.log1p(-clipped)
    error = np.abs(published_logits - logits) / (1.0 + np.abs(logits))
    error = error[(published < 1 - _LOST) | (expected < 1 - _LOST)]
    saturated = (published < SATURATED) | (published > 1 - SATURATED)
    return Parity(
        len(published),
        float(np.abs(published - expected).max(initial=0.0)),
        float(error.max(initial=0.0)),
        float(saturated.mean()) if len(published) else 0.0,
    )


def keras_logits(
    bundle: Bundle,
    dataset: Dataset,
    recommender: Recommender,
    readers: Ints,
    books: Ints,
) -> NDArray[np.float64]:
    """[pairs] logits by Keras itself, see `ranker_inputs`; the forward pass is Keras's."""
    inputs = ranker_inputs(bundle, dataset, recommender, readers, books)
    return model_logits(bundle.ranker, inputs).astype(np.float64)


def ranker_inputs(
    bundle: Bundle,
    dataset: Dataset,
    recommender: Recommender,
    readers: Ints,
    books: Ints,
) -> dict[str, NDArray[Any]]:
    """What the Keras model itself is told of some pairs: [pairs, width] by input name.

    Args:
        recommender: gives the history features.
        readers, books: [pairs] positions; readers whom the ranker knows, by id or by history.
    """
    if bundle.imported is not None:
        return imported_inputs(bundle.imported, dataset, bundle.vocabularies, readers, books)
    interactions = all_interactions(dataset)
    features = catalogue_features(bundle, dataset)
    if knows_readers_by_id(bundle.ranker):
        pairs = Interactions(readers, books, np.zeros(len(readers), dtype=np.int8))
        codes = bundle.vocabularies.user.codes(dataset.readers["user_id"])
        return classic_inputs(pairs, codes, features, reader_age_bands(dataset))
    return _history_inputs(dataset, interactions, recommender, features, readers, books)


def _history_inputs(
    dataset: Dataset,
    interactions: Interactions,
    recommender: Recommender,
    features: BookFeatures,
    readers: Ints,
    books: Ints,
) -> dict[str, NDArray[Any]]:
    owners, histories = reader_histories(dataset, interactions, None)
    place_of = {int(reader): place for place, reader in enumerate(owners)}
    retrieval = recommender.retrieval
    bands = reader_age_bands(dataset)
    reader_features, pair_features = [], []
    for reader, book in zip(readers.tolist(), books.tolist(), strict=True):
        place = place_of[reader]
        own = slice(int(histories.start[place]), int(histories.start[place + 1]))
        history = make_history(histories.books[own], histories.ratings[own])
        signals = retrieval.signals(history, int(bands[reader]))
        reader_features.append(recommender.reader_features(history, signals))
        one = np.array([book], dtype=np.int32)
        tower = retrieval.tower_scores_of(signals, one)
        pair_features.append(retrieval.pair_features(signals, one, tower)[0])
    inputs: dict[str, NDArray[Any]] = dict(features.inputs(books))
    inputs["age_binned_encoded"] = bands[readers]
    inputs["reader_features"] = np.stack(reader_features)
    inputs["pair_features"] = np.stack(pair_features)
    return as_columns(inputs)


def check_published(
    directory: Path, bundle: Bundle, dataset: Dataset, pairs: int, seed: int = 1
) -> Parity:
    """Compare a random sample of a snapshot's ``user_top`` with Keras.

    Raises:
        SnapshotError: the snapshot was not made from this bundle and data set, or is empty.
    """
    with contextlib.closing(open_database(directory)) as connection:
        meta = read_meta(connection)
        for key, expected in (
            ("model_id", bundle.model_id),
            ("dataset_digest", dataset.digest),
        ):
            if meta[key] != expected:
                raise SnapshotError(
                    f"{directory} was made with {key} {meta[key]}, not {expected}; name the "
                    "model and data set it was made with."
                )
        rows = connection.execute(
            "select reader_id - 1, book_id - 1, score from user_top order by reader_id, rank"
        ).fetchall()
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    rng = np.random.default_rng(seed)
    table = table[rng.choice(len(table), min(pairs, len(table)), replace=False)]
    readers, books = table[:, 0].astype(np.int32), table[:, 1].astype(np.int32)
    if (known := _known_readers(bundle, dataset)) is not None:
        kept = known[readers]
        table, readers, books = table[kept], readers[kept], books[kept]
    recommender = open_recommender(directory / RANKER_NAME)
    logits = keras_logits(bundle, dataset, recommender, readers, books)
    found = compare(table[:, 2], logits, recommender.ranker.output)
    foreign = bundle.imported is not None
    return replace(found, logit_tolerance=IMPORTED_TOLERANCE) if foreign else found


def _known_readers(bundle: Bundle, dataset: Dataset) -> NDArray[np.bool_] | None:
    """[readers] whom the ranker knows by id; None where it knows everyone by their history."""
    if bundle.imported is not None:
        return bundle.imported.readers(dataset, bundle.vocabularies).known
    if knows_readers_by_id(bundle.ranker):
        return np.asarray(bundle.vocabularies.user.codes(dataset.readers["user_id"]) > 0)
    return None
