"""Assembly of similarity tables and towers into the arrays of `Retrieval`."""

from __future__ import annotations

import numpy as np

from bookrec.arrays import Floats
from bookrec.inference.retrieval import Retrieval
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.retrieval.fit_similarities import FittedSimilarities
from bookrec.offline.retrieval.two_tower import Towers, book_vectors, reader_tower_arrays


def assemble_retrieval(
    towers: Towers,
    similarities: FittedSimilarities,
    features: BookFeatures,
    moments: tuple[Floats, Floats] | None = None,
) -> Retrieval:
    """Assemble the retrieval of the catalogue of ``features``.

    Args:
        towers: trained two towers.
        similarities: tables of the same catalogue.
        features: features of the catalogue.
        moments: mean [D] and covariance [D, D] of the book vectors that the towers were trained on
            (see `FrozenStatistics`); None computes them from this catalogue.
    """
    vectors = book_vectors(towers, features)
    mean, covariance = moments or tower_moments(vectors)
    return Retrieval(
        metadata=features.metadata,
        similarities=similarities.books,
        authors=similarities.authors,
        book_vector=vectors,
        tower_mean=mean,
        tower_covariance=covariance,
        **reader_tower_arrays(towers, features.isbn),
    )


def tower_moments(book_vectors: Floats) -> tuple[Floats, Floats]:
    """Mean [D] and covariance [D, D] of book vectors [B, D]."""
    vectors = book_vectors.astype(np.float64)
    mean = vectors.mean(axis=0)
    covariance = vectors.T @ vectors / len(vectors) - np.outer(mean, mean)
    return mean.astype(np.float32), covariance.astype(np.float32)
