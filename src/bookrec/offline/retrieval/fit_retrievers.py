"""Fit of everything that candidates and features come from, in one place for training and import.

The order: title vectors and vocabularies once per data set (`encode`); then, for each part of the
interactions, statistics → scaler → features → towers → similarity tables → retrieval.
"""

from __future__ import annotations

from dataclasses import dataclass

from bookrec.arrays import Floats, Ints
from bookrec.inference.retrieval import Retrieval
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions, reader_age_bands
from bookrec.offline.features.book_features import (
    BookFeatures,
    Vocabularies,
    book_features,
    build_vocabularies,
)
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


@dataclass(frozen=True)
class Encoding:
    """Vocabularies and title vectors of a data set, shared by every fit."""

    dataset: Dataset
    vocabularies: Vocabularies
    words: list[str]
    word_vectors: Floats
    """[words, size]"""
    age_bands: Ints
    """[readers]"""

    def features(self, interactions: Interactions) -> FittedFeatures:
        """Fit the features of the catalogue to ``interactions``."""
        statistics = book_statistics(interactions, self.dataset.n_books)
        scaler = fit_scaler(statistics.numbers)
        features = book_features(
            self.dataset, self.vocabularies, scaler, self.words, self.word_vectors, statistics
        )
        return FittedFeatures(statistics, scaler, features)


@dataclass(frozen=True)
class FittedFeatures:
    """Features of the catalogue, fitted to one part of the interactions."""

    statistics: BookStatistics
    scaler: Scaler
    features: BookFeatures


@dataclass(frozen=True)
class FittedRetrievers(FittedFeatures):
    """Features and retrievers fitted to one part of the interactions."""

    interactions: Interactions
    towers: Towers
    similarities: FittedSimilarities
    retrieval: Retrieval


def encode(dataset: Dataset, interactions: Interactions, seed: int) -> Encoding:
    """Train title vectors and build the vocabularies of a data set.

    Args:
        dataset: The data set.
        interactions: Part of its interactions whose readers have a code.
        seed: Seed of the title vectors.
    """
    vocabularies = build_vocabularies(dataset, interactions)
    words, word_vectors = train_title_vectors(list(dataset.books["title"]), seed)
    return Encoding(dataset, vocabularies, words, word_vectors, reader_age_bands(dataset))


def fit_towers(
    encoding: Encoding,
    interactions: Interactions,
    features: BookFeatures,
    settings: TwoTowerSettings,
    seed: int,
    label: str,
) -> Towers:
    """Train the two towers on ``interactions``.

    Args:
        encoding: Encoding of the data set.
        interactions: Interactions sorted by reader.
        features: Features of the catalogue, fitted to the same interactions.
        settings: Hyperparameters of the towers.
        seed: Seed of the first pair of towers.
        label: Prefix of the labels of progress bars.
    """
    vocabularies = encoding.vocabularies
    return train_towers(
        interactions,
        features,
        encoding.age_bands,
        vocabularies.isbn.size,
        vocabularies.author.size,
        settings,
        seed,
        label=f"{label}: two-tower",
    )


def fit_retrievers(
    encoding: Encoding,
    interactions: Interactions,
    settings: TwoTowerSettings,
    seed: int,
    label: str,
    towers: Towers | None = None,
) -> FittedRetrievers:
    """Fit features and retrievers to ``interactions``.

    Args:
        encoding: Encoding of the data set.
        interactions: Interactions sorted by reader.
        settings: Hyperparameters of the towers.
        seed: Seed of the first pair of towers.
        label: Prefix of the labels of progress bars.
        towers: Trained towers; None trains them on ``interactions``.
    """
    fitted = encoding.features(interactions)
    if towers is None:
        towers = fit_towers(encoding, interactions, fitted.features, settings, seed, label)
    similarities = fit_similarities(
        interactions,
        fitted.features.metadata,
        encoding.dataset.n_readers,
        encoding.vocabularies.author.size,
        label,
    )
    retrieval = assemble_retrieval(towers, similarities, fitted.features)
    return FittedRetrievers(
        fitted.statistics,
        fitted.scaler,
        fitted.features,
        interactions,
        towers,
        similarities,
        retrieval,
    )
