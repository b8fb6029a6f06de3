"""Puts a compiled ranker and retrievers together as a `Recommender`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.interface import Ranker
from bookrec.inference.recommender import Recommender
from bookrec.inference.retrieval import Retrieval
from bookrec.offline.compile.compile_ranker import (
    CannotSplit,
    compile_ranker,
    knows_readers_by_id,
    user_rows,
)
from bookrec.offline.compile.keras_fallback import KerasRanker
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.features.book_features import BookFeatures, book_features
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.bundle.frozen_statistics import FrozenStatistics
from bookrec.offline.models.imported.compile_imported import (
    compile_imported,
    imported_rows,
    slow_imported,
)
from bookrec.offline.models.imported.imported_model import ImportedModel
from bookrec.offline.retrieval.assemble import assemble_retrieval


class SlowRankerWarning(UserWarning):
    """A model is scored by Keras because it cannot be split."""


def assemble_recommender(
    model: Any,
    features: BookFeatures,
    retrieval: Retrieval,
    work_of_book: Ints,
    centroids: tuple[Floats, Floats] | None,
) -> Recommender:
    """Compile ``model`` and join it with the retrievers.

    Args:
        features: the catalogue as ``model`` and the retrievers are told of it.
        centroids: mean embedding of each book's readers and how far to trust it, for a ranker that
            knows readers by id, else None.
    """
    ranker = _ranker(model, features)
    if centroids is None:
        return Recommender(retrieval, ranker, "history", work_of_book, None, None)
    return Recommender(retrieval, ranker, "embedding", work_of_book, *centroids)


def _ranker(model: Any, features: BookFeatures) -> Ranker:
    return _split_or_slow(
        lambda: compile_ranker(model, features), lambda: KerasRanker.for_catalogue(model, features)
    )


def _split_or_slow(split: Callable[[], Ranker], slow: Callable[[], Ranker]) -> Ranker:
    """The model compiled; where it cannot be split, run by Keras, with a warning why."""
    try:
        return split()
    except CannotSplit as error:
        message = f"{error} Keras scores it instead, many times slower, and not on the site."
        warnings.warn(message, SlowRankerWarning, stacklevel=3)
        return slow()


def catalogue_features(bundle: Bundle, dataset: Dataset) -> BookFeatures:
    """The catalogue of a data set as the bundle's models are told of it."""
    codes = bundle.vocabularies.isbn.codes(dataset.books["isbn"])
    statistics = bundle.frozen_statistics.for_catalogue(codes).statistics
    return book_features(
        dataset, bundle.vocabularies, bundle.scaler, bundle.words, bundle.word_vectors, statistics
    )


def recommender_for(bundle: Bundle, dataset: Dataset) -> tuple[Recommender, Floats | None]:
    """The bundle, ready to score a data set (its own, a later one, or one with other books).

    Books the bundle does not know are scored through what is known of them: author, publisher,
    year, title and numbers.

    Returns:
        The recommender, and for a ranker that knows its readers by id their features [readers, F].
    """
    features = catalogue_features(bundle, dataset)
    tables = bundle.tables.for_catalogue(features.isbn)
    frozen_statistics = bundle.frozen_statistics.for_catalogue(features.isbn)
    retrieval = assemble_retrieval(
        bundle.towers,
        tables,
        features,
        (frozen_statistics.tower_mean, frozen_statistics.tower_covariance),
    )
    if bundle.imported is not None:
        return _imported_recommender(bundle, bundle.imported, dataset, retrieval, frozen_statistics)
    rows = centroids = None
    if knows_readers_by_id(bundle.ranker):
        codes = bundle.vocabularies.user.codes(dataset.readers["user_id"])
        rows = user_rows(bundle.ranker, codes)
        assert frozen_statistics.reader_centroid is not None
        assert frozen_statistics.centroid_weight is not None
        centroids = frozen_statistics.reader_centroid, frozen_statistics.centroid_weight
    recommender = assemble_recommender(
        bundle.ranker, features, retrieval, dataset.work_of_book, centroids
    )
    return recommender, rows


def _imported_recommender(
    bundle: Bundle,
    imported: ImportedModel,
    dataset: Dataset,
    retrieval: Retrieval,
    frozen_statistics: FrozenStatistics,
) -> tuple[Recommender, Floats | None]:
    """A ranker made elsewhere, given what it was trained with, and our retrievers.

    Args:
        fitted: the bundle's, in the order of the catalogue.
    """
    books = imported.books(dataset, bundle.vocabularies)
    readers = imported.readers(dataset, bundle.vocabularies)
    ranker = _split_or_slow(
        lambda: compile_imported(bundle.ranker, imported, books),
        lambda: slow_imported(bundle.ranker, imported, books),
    )
    recommender = Recommender(
        retrieval,
        ranker,
        "embedding",
        dataset.work_of_book,
        frozen_statistics.reader_centroid,
        frozen_statistics.centroid_weight,
        base_row=imported.base_row,
        left_out=imported.left_out(books),
    )
    return recommender, imported_rows(bundle.ranker, imported, readers)
