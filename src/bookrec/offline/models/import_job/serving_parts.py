"""Our own retrieval, fitted to a data set for a ranker that was not trained here.

The same code that training serves with: vocabularies, title vectors, towers and tables of neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import tensorflow as tf

from bookrec.arrays import Floats
from bookrec.inference.retrieval import Retrieval
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions, reader_age_bands
from bookrec.offline.features.book_features import Vocabularies, book_features, build_vocabularies
from bookrec.offline.features.book_statistics import (
    BookStatistics,
    Scaler,
    book_statistics,
    fit_scaler,
)
from bookrec.offline.features.title_embeddings import train_title_vectors
from bookrec.offline.retrieval.assemble import assemble_retrieval
from bookrec.offline.retrieval.fit_similarities import FittedSimilarities, fit_similarities
from bookrec.offline.retrieval.two_tower import Towers, train_towers
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
from bookrec.offline.runtime.progress import Progress


@dataclass(frozen=True)
class ServingParts:
    """Everything of a bundle but its ranker."""

    vocabularies: Vocabularies
    scaler: Scaler
    words: list[str]
    word_vectors: Floats
    statistics: BookStatistics
    towers: Towers
    tables: FittedSimilarities
    retrieval: Retrieval


def fit_serving_parts(
    dataset: Dataset,
    interactions: Interactions,
    towers: TwoTowerSettings,
    seed: int,
    progress: Progress,
) -> ServingParts:
    """Fit the retrievers to ``interactions``.

    Args:
        say: called with one line per stage.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    progress("title vectors")
    words, word_vectors = train_title_vectors(list(dataset.books["title"]), seed)
    vocabularies = build_vocabularies(dataset, interactions)
    statistics = book_statistics(interactions, dataset.n_books)
    scaler = fit_scaler(statistics.numbers)
    features = book_features(dataset, vocabularies, scaler, words, word_vectors, statistics)
    authors = vocabularies.author.size
    progress("retrievers for serving")
    trained = train_towers(
        interactions,
        features,
        reader_age_bands(dataset),
        vocabularies.isbn.size,
        authors,
        towers,
        seed,
        label="serving: two-tower",
    )
    tables = fit_similarities(
        interactions, features.metadata, dataset.n_readers, authors, "serving"
    )
    retrieval = assemble_retrieval(trained, tables, features)
    return ServingParts(
        vocabularies, scaler, words, word_vectors, statistics, trained, tables, retrieval
    )
