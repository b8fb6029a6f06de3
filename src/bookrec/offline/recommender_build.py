"""Puts a compiled ranker and retrievers together as a `bookrec.recommender.Recommender`."""

from __future__ import annotations

from typing import Any

import numpy as np

from bookrec.offline.compile_ranker import compile_ranker, knows_readers_by_id, user_rows
from bookrec.offline.dataset import Dataset
from bookrec.offline.features import (
    BookFeatures,
    Interactions,
    all_interactions,
    book_features,
    book_statistics,
)
from bookrec.offline.item_knn import ItemKnn
from bookrec.offline.model_bundle import Bundle
from bookrec.offline.retrievers import assemble_retrieval
from bookrec.ranker import Floats, Ints
from bookrec.recommender import Recommender
from bookrec.retrieval import Retrieval

_CENTROID_PRIOR = 5.0
"""Readers' worth of doubt in the mean embedding of a book's readers."""


def assemble_recommender(
    model: Any,
    features: BookFeatures,
    retrieval: Retrieval,
    work_of_book: Ints,
    reader_rows: Floats | None,
    interactions: Interactions,
) -> Recommender:
    """Compile ``model`` and join it with the retrievers.

    Args:
        features: the catalogue as ``model`` and the retrievers are told of it.
        reader_rows: [readers, F] for a ranker that knows readers by id, else None.
        interactions: from which the mean embedding of a book's readers is taken.
    """
    ranker = compile_ranker(model, features)
    if reader_rows is None:
        return Recommender(retrieval, ranker, "history", work_of_book, None, None)
    centroid, weight = _reader_centroids(reader_rows[:, :-1], interactions, len(work_of_book))
    return Recommender(retrieval, ranker, "embedding", work_of_book, centroid, weight)


def _reader_centroids(
    embeddings: Floats, interactions: Interactions, n_books: int
) -> tuple[Floats, Floats]:
    """[B, d] mean embedding of each book's readers, and [B] how far it is to be trusted."""
    known = ~np.isnan(embeddings[interactions.reader_idx, 0])
    interactions = interactions[known]
    count = np.bincount(interactions.book_idx, minlength=n_books)
    total = np.zeros((n_books, embeddings.shape[1]), dtype=np.float64)
    np.add.at(total, interactions.book_idx, embeddings[interactions.reader_idx])
    mean = total / np.maximum(count, 1)[:, None]
    return mean.astype(np.float32), (count / (count + _CENTROID_PRIOR)).astype(np.float32)


def catalogue_features(
    bundle: Bundle, dataset: Dataset, interactions: Interactions
) -> BookFeatures:
    """The catalogue of a data set as the bundle's models are told of it."""
    statistics = book_statistics(interactions, dataset.n_books)
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
    interactions = all_interactions(dataset)
    features = catalogue_features(bundle, dataset, interactions)
    knn = _for_catalogue(bundle.knn, features.isbn)
    retrieval = assemble_retrieval(bundle.towers, knn, features)
    rows = None
    if knows_readers_by_id(bundle.ranker):
        codes = bundle.vocabularies.user.codes(dataset.readers["user_id"])
        rows = user_rows(bundle.ranker, codes)
    recommender = assemble_recommender(
        bundle.ranker, features, retrieval, dataset.work_of_book, rows, interactions
    )
    return recommender, rows


def _for_catalogue(knn: ItemKnn, codes: Ints) -> ItemKnn:
    """Neighbour lists renumbered from ``code - 1`` to positions of another catalogue.

    ``codes``: [B] the code of each catalogue book, 0 = unknown to the lists.
    """
    known = len(knn.start) - 1
    if len(codes) == known and np.array_equal(codes, np.arange(1, known + 1)):
        return knn
    position = np.full(known, -1, dtype=np.int32)
    position[codes[codes > 0] - 1] = np.flatnonzero(codes > 0)
    lists, weights, counts = [], [], np.zeros(len(codes), dtype=np.int64)
    for book, code in enumerate(codes):
        if code == 0:
            continue
        places = slice(knn.start[code - 1], knn.start[code])
        neighbours = position[knn.book[places]]
        lists.append(neighbours[neighbours >= 0])
        weights.append(knn.weight[places][neighbours >= 0])
        counts[book] = len(lists[-1])
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    empty = np.empty(0)
    return ItemKnn(
        start,
        np.concatenate([empty, *lists]).astype(np.int32),
        np.concatenate([empty, *weights]).astype(np.float32),
    )
