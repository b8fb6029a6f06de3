"""Pair features: what a ranker is told of a reader and a book together; and of the reader alone.

Books that no sparse retriever speaks for have no pair feature but the tower score, so a whole
catalogue is ranked with one dense column (see `SplitRanker.catalogue_logits`).

Shapes: ``C`` books, ``S`` as in `inference.retriever_scores`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.book_metadata import DECADE, UNKNOWN_YEAR, USUAL_YEAR, BookMetadata
from bookrec.inference.history import History
from bookrec.inference.retriever_scores import TABLES, RetrieverScores
from bookrec.topk import is_member

_OF_TABLE: Final = ("score", "share", "rank", "mean", "strongest", "support", "support_share")

PAIR_FEATURES: Final = (
    *(f"{table}_{name}" for table in TABLES for name in _OF_TABLE),
    "liked_score",
    "liked_share",
    "author_books",
    "author_share",
    "author_owned",
    "near_author",
    "near_author_rank",
    "series_books",
    "series_share",
    "own_work",
    "language_share",
    "publisher_books",
    "publisher_share",
    "year_distance",
    "tower_score",
)
"""Columns of the pair features, in this order."""

TOWER_COLUMN: Final = PAIR_FEATURES.index("tower_score")
"""The one pair feature that most books have; the others are 0 but for `RetrieverScores.books`."""

READER_ACTIVITY: Final = (
    "history_size",
    "popularity_mean",
    "popularity_deviation",
    "popularity_least",
    "author_concentration",
    "language_concentration",
    "rated_share",
    "rating_mean",
    "year_mean",
    "walk_best",
    "knn_best",
)
"""The reader features of a history, in this order."""

_USUAL_RATING: Final = 7.5


def pair_features(
    metadata: BookMetadata, retriever_scores: RetrieverScores, books: Ints, tower: Floats
) -> Floats:
    """[C, P] `PAIR_FEATURES` of one reader with some books.

    Of each table: the score, ``log(1 + s)``; its share of the best score of a book that is not own;
    its rank among those, ``log(1 + r)``; the score per own book; the strongest single
    neighbourhood; and how many own books speak for it, as ``log(1 + n)`` and as a share.

    Args:
        tower: [C] tower scores of these books.
    """
    features = np.zeros((len(books), len(PAIR_FEATURES)), dtype=np.float32)
    features[:, TOWER_COLUMN] = tower
    found, place = is_member(books, retriever_scores.books)
    if len(found):
        columns = [
            *_of_tables(retriever_scores, place),
            *_metadata_columns(metadata, retriever_scores, books[found], place),
        ]
        features[found, :TOWER_COLUMN] = np.stack(columns, axis=1)
    return features


def _of_tables(retriever_scores: RetrieverScores, place: NDArray[np.intp]) -> list[Floats]:
    size, sorted_scores, columns = (
        np.float32(len(retriever_scores.history.books)),
        retriever_scores.sorted_scores,
        [],
    )
    for row in range(len(TABLES)):
        score = retriever_scores.scores[row, place]
        support = retriever_scores.support[row, place]
        columns += [
            np.log1p(score),
            score / _best(sorted_scores[row], 1.0),
            _rank(score, sorted_scores[row]),
            score / size,
            np.log1p(retriever_scores.strongest[row, place]),
            np.log1p(support),
            support / size,
        ]
    liked = retriever_scores.liked[place]
    columns += [
        np.log1p(liked),
        liked / np.maximum(retriever_scores.scores[0, place], np.float32(1e-9)),
    ]
    return columns


def _metadata_columns(
    metadata: BookMetadata, retriever_scores: RetrieverScores, books: Ints, place: NDArray[np.intp]
) -> list[Floats]:
    own = retriever_scores.history.books
    size = np.float32(len(own))
    by_author, near = retriever_scores.own_author[place], retriever_scores.near_author[place]
    in_series = metadata.counts("series", own)[metadata.series[books]].astype(np.float32)
    in_language = metadata.counts("language", own)[metadata.language[books]].astype(np.float32)
    by_publisher = metadata.counts("publisher", own)[metadata.publisher[books]].astype(np.float32)
    own_work = is_member(metadata.work[books], np.unique(metadata.work[own]))[0]
    has_work = np.zeros(len(books), dtype=np.float32)
    has_work[own_work] = 1.0
    year, usual = metadata.year[books], _mean_year(metadata, own)
    distance = np.where(year == UNKNOWN_YEAR, 0.0, np.abs(year - usual) / DECADE)
    return [
        np.log1p(by_author),
        by_author / size,
        by_author / metadata.author_books[books],
        np.log1p(near),
        _rank(near, retriever_scores.sorted_scores[-1]),
        np.log1p(in_series),
        in_series / size,
        has_work,
        in_language / size,
        np.log1p(by_publisher),
        by_publisher / size,
        distance.astype(np.float32),
    ]


def _best(ascending: Floats, otherwise: float = 0.0) -> np.float32:
    return np.float32(ascending[-1] if len(ascending) else otherwise)


def _rank(scores: Floats, ascending: Floats) -> Floats:
    """``log(1 + number of scores above)``."""
    above = len(ascending) - np.searchsorted(ascending, scores, side="right")
    return np.log1p(above.astype(np.float32))


def _mean_year(metadata: BookMetadata, books: Ints) -> float:
    years = metadata.year[books]
    known = years[years != UNKNOWN_YEAR]
    return float(known.mean()) if len(known) else USUAL_YEAR


def activity(metadata: BookMetadata, history: History, retriever_scores: RetrieverScores) -> Floats:
    """[A] `READER_ACTIVITY`: zeros for an empty history."""
    if not len(history.books):
        return np.zeros(len(READER_ACTIVITY), dtype=np.float32)
    size = len(history.books)
    popularity = metadata.popularity[history.books]
    rated = history.ratings[history.ratings > 0]
    return np.array(
        [
            np.log1p(size),
            popularity.mean(),
            popularity.std(),
            popularity.min(),
            metadata.counts("author", history.books).max() / size,
            metadata.counts("language", history.books).max() / size,
            len(rated) / size,
            rated.mean() - _USUAL_RATING if len(rated) else 0.0,
            (_mean_year(metadata, history.books) - USUAL_YEAR) / DECADE,
            np.log1p(_best(retriever_scores.sorted_scores[0])),
            np.log1p(_best(retriever_scores.sorted_scores[1])),
        ],
        dtype=np.float32,
    )
