"""Fits the retrievers to some interactions, as the arrays that `bookrec.retrieval` reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bookrec.offline.features import BookFeatures, Interactions
from bookrec.offline.fitted import tower_moments
from bookrec.offline.item_knn import ItemKnn, build_item_knn
from bookrec.offline.two_tower import (
    Towers,
    TwoTowerSettings,
    book_vectors,
    reader_tower_arrays,
    train_towers,
)
from bookrec.offline.vocabulary import Vocabulary
from bookrec.ranker import Floats, Ints
from bookrec.retrieval import Retrieval


@dataclass(frozen=True)
class Retrievers:
    """Fitted retrievers and their form for serving."""

    towers: Towers
    knn: ItemKnn
    retrieval: Retrieval


def fit_retrievers(
    interactions: Interactions,
    features: BookFeatures,
    age_bands: Ints,
    isbn: Vocabulary,
    author: Vocabulary,
    settings: TwoTowerSettings,
    seed: int,
    label: str,
) -> Retrievers:
    """Item-kNN and towers on ``interactions``, and nothing else.

    Args:
        interactions: sorted by reader.
        features: of the whole catalogue, from the same interactions.
        age_bands: [readers].
        label: what the progress bars say of this fit.
    """
    knn = build_item_knn(
        interactions.reader_idx,
        interactions.book_idx,
        len(age_bands),
        len(features.isbn),
        progress=f"{label}: item-kNN",
    )
    towers = train_towers(
        interactions, features, age_bands, isbn.size, author.size, settings, seed,
        progress=f"{label}: two-tower",
    )  # fmt: skip
    return Retrievers(towers, knn, assemble_retrieval(towers, knn, features))


def assemble_retrieval(
    towers: Towers,
    knn: ItemKnn,
    features: BookFeatures,
    moments: tuple[Floats, Floats] | None = None,
) -> Retrieval:
    """The arrays that serving needs, for the catalogue of ``features``.

    Args:
        moments: of the book vectors that the towers were trained on (see
            `bookrec.offline.fitted`); None when this is the very catalogue.
    """
    vectors = book_vectors(towers, features)
    mean, covariance = moments or tower_moments(vectors)
    return Retrieval(
        knn_start=knn.start,
        knn_book=knn.book,
        knn_weight=knn.weight,
        book_vector=vectors,
        tower_mean=mean,
        tower_covariance=covariance,
        author_of_book=features.author.astype(np.int32),
        popularity=features.popularity,
        **reader_tower_arrays(towers, features.isbn),
    )
