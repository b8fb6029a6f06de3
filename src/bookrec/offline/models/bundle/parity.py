"""Do published scores equal Keras? Samples pairs of a snapshot and asks the model itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.history import make_history
from bookrec.inference.ranker.split_ranker import Output
from bookrec.inference.recommender import Recommender
from bookrec.offline.compile.compile_ranker import knows_readers_by_id
from bookrec.offline.compile.keras_graph import model_logits
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import reader_histories
from bookrec.offline.data.interactions import Interactions, all_interactions, reader_age_bands
from bookrec.offline.features.book_features import BookFeatures, as_columns
from bookrec.offline.models.bundle.build_recommender import catalogue_features
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.imported.imported_model import imported_inputs
from bookrec.offline.ranking.train_classic import classic_inputs

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
        retriever_scores = retrieval.score(history, int(bands[reader]))
        reader_features.append(recommender.reader_features(history, retriever_scores))
        one = np.array([book], dtype=np.int32)
        tower = retrieval.tower_scores_of(retriever_scores, one)
        pair_features.append(retrieval.pair_features(retriever_scores, one, tower)[0])
    inputs: dict[str, NDArray[Any]] = dict(features.inputs(books))
    inputs["age_binned_encoded"] = bands[readers]
    inputs["reader_features"] = np.stack(reader_features)
    inputs["pair_features"] = np.stack(pair_features)
    return as_columns(inputs)
