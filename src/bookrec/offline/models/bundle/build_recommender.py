"""Assembly of a `Recommender` from a bundle and a data set."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from bookrec.arrays import Floats
from bookrec.inference.ranker.interface import Ranker
from bookrec.inference.recommender import Recommender
from bookrec.offline.compile.compile_ranker import CannotSplit
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.features.book_features import BookFeatures, book_features
from bookrec.offline.models.bundle.bundle import Bundle, CatalogueParts
from bookrec.offline.retrieval.assemble import assemble_retrieval


class SlowRankerWarning(UserWarning):
    """Keras scores the model, because it cannot be split."""


def split_or_slow(split: Callable[[], Ranker], slow: Callable[[], Ranker]) -> Ranker:
    """Compile a model; if it cannot be split, fall back to Keras with a warning.

    Args:
        split: Compiles the model.
        slow: Wraps the model for Keras.
    """
    try:
        return split()
    except CannotSplit as error:
        message = f"{error} Keras scores it instead, many times slower, and not on the site."
        warnings.warn(message, SlowRankerWarning, stacklevel=3)
        return slow()


def catalogue_features(bundle: Bundle, dataset: Dataset) -> BookFeatures:
    """Encode the catalogue of a data set for the bundle's models."""
    codes = bundle.vocabularies.isbn.codes(dataset.books["isbn"])
    statistics = bundle.frozen_statistics.for_catalogue(codes).statistics
    return book_features(
        dataset, bundle.vocabularies, bundle.scaler, bundle.words, bundle.word_vectors, statistics
    )


def recommender_for(bundle: Bundle, dataset: Dataset) -> tuple[Recommender, Floats | None]:
    """Prepare the bundle to score a data set (its own, a later one, or one with other books).

    Books that the bundle does not know are scored by author, publisher, year, title and numbers.

    Returns:
        The recommender, and [R, F] features of the readers that the ranker knows by id; None if it
        knows readers by their histories.
    """
    features = catalogue_features(bundle, dataset)
    similarities = bundle.similarities.for_catalogue(features.isbn)
    frozen = bundle.frozen_statistics.for_catalogue(features.isbn)
    moments = frozen.tower_mean, frozen.tower_covariance
    retrieval = assemble_retrieval(bundle.towers, similarities, features, moments)
    return bundle.origin.recommender(bundle, dataset, CatalogueParts(features, retrieval, frozen))
