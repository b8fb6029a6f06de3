"""Pair features: inputs of the ranker for a reader and a book together; and reader features.

Books that no sparse retriever scores have the tower score as their only pair feature, so the whole
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
from bookrec.inference.retriever_scores import RetrieverScores
from bookrec.inference.retrievers import NAMES
from bookrec.topk import is_member

_PER_RETRIEVER: Final = ("score", "share", "rank", "mean", "strongest", "support", "support_share")

PAIR_FEATURES: Final = (
    *(f"{retriever}_{name}" for retriever in NAMES for name in _PER_RETRIEVER),
    "liked_score",
    "liked_share",
    "author_books",
    "author_share",
    "author_seen",
    "near_author",
    "near_author_rank",
    "series_books",
    "series_share",
    "seen_work",
    "language_share",
    "publisher_books",
    "publisher_share",
    "year_distance",
    "tower_score",
)
"""[P] columns of the pair features."""

TOWER_COLUMN: Final = PAIR_FEATURES.index("tower_score")
"""Column of the tower score. The other pair features are 0 but for `RetrieverScores.books`."""

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
    *(f"{retriever}_best" for retriever in NAMES[:2]),
)
"""[A] columns of the reader features."""

_USUAL_RATING: Final = 7.5


def pair_features(
    metadata: BookMetadata, retriever_scores: RetrieverScores, books: Ints, tower: Floats
) -> Floats:
    """[C, P] `PAIR_FEATURES` of one reader with some books.

    Each retriever gives seven: the score, ``log(1 + s)``; its share of the best score of an unseen
    book; its rank among those, ``log(1 + r)``; the score per seen book; the strongest single
    similarity; and the number of seen books that have the book as a neighbour, as ``log(1 + n)``
    and as a share.

    Args:
        metadata: of the catalogue.
        retriever_scores: of the reader.
        books: [C] positions.
        tower: [C] tower scores of these books.
    """
    features = np.zeros((len(books), len(PAIR_FEATURES)), dtype=np.float32)
    features[:, TOWER_COLUMN] = tower
    scored, place = is_member(books, retriever_scores.books)
    if len(scored):
        columns = [
            *_retriever_columns(retriever_scores, place),
            *_metadata_columns(metadata, retriever_scores, books[scored], place),
        ]
        features[scored, :TOWER_COLUMN] = np.stack(columns, axis=1)
    return features


def _retriever_columns(retriever_scores: RetrieverScores, place: NDArray[np.intp]) -> list[Floats]:
    size = np.float32(len(retriever_scores.history.books))
    sorted_scores = retriever_scores.sorted_scores
    columns: list[Floats] = []
    for row in range(len(NAMES)):
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
    seen = retriever_scores.history.books
    size = np.float32(len(seen))
    by_author, near = retriever_scores.seen_author[place], retriever_scores.near_author[place]
    in_series = metadata.counts("series", seen)[metadata.series[books]].astype(np.float32)
    in_language = metadata.counts("language", seen)[metadata.language[books]].astype(np.float32)
    by_publisher = metadata.counts("publisher", seen)[metadata.publisher[books]].astype(np.float32)
    seen_work = np.zeros(len(books), dtype=np.float32)
    seen_work[is_member(metadata.work[books], np.unique(metadata.work[seen]))[0]] = 1.0
    year, usual = metadata.year[books], _mean_year(metadata, seen)
    distance = np.where(year == UNKNOWN_YEAR, 0.0, np.abs(year - usual) / DECADE)
    return [
        np.log1p(by_author),
        by_author / size,
        by_author / metadata.author_books[books],
        np.log1p(near),
        _rank(near, retriever_scores.sorted_scores[-1]),
        np.log1p(in_series),
        in_series / size,
        seen_work,
        in_language / size,
        np.log1p(by_publisher),
        by_publisher / size,
        distance.astype(np.float32),
    ]


def _best(ascending: Floats, otherwise: float = 0.0) -> np.float32:
    return np.float32(ascending[-1] if len(ascending) else otherwise)


def _rank(scores: Floats, ascending: Floats) -> Floats:
    """[n] ``log(1 + number of ascending scores above)`` of each score."""
    above = len(ascending) - np.searchsorted(ascending, scores, side="right")
    return np.log1p(above.astype(np.float32))


def _mean_year(metadata: BookMetadata, books: Ints) -> float:
    years = metadata.year[books]
    known = years[years != UNKNOWN_YEAR]
    return float(known.mean()) if len(known) else USUAL_YEAR


def activity(metadata: BookMetadata, history: History, retriever_scores: RetrieverScores) -> Floats:
    """[A] `READER_ACTIVITY` of a history; zeros for an empty one."""
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
