"""Random recommenders whose dimensions all differ, so that a swapped axis cannot pass."""

from __future__ import annotations

import numpy as np

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Floats
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.pair_features import PAIR_FEATURES, READER_ACTIVITY
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import ReaderKind, Recommender
from bookrec.inference.retrieval import Retrieval
from bookrec.inference.similarity_table import SimilarityTable
from split_rankers import wide_and_deep

BOOKS, TOWER, AGE_WIDTH, TOWER_HIDDEN = 37, 4, 3, 5
FIRST, SECOND, EMBEDDING = 11, 7, 6
AUTHORS = 9
SCALES = {"rp3beta": 0.4, "item_knn": 1.5, "slim": 0.7, "ease": 0.9}


def normal(rng: np.random.Generator, *shape: int) -> Floats:
    return rng.normal(0, 0.5, shape).astype(np.float32)


def make_table(rng: np.random.Generator, rows: int, scale: float = 1.0) -> SimilarityTable:
    """Random table of up to four neighbours per row; the last row is empty."""
    counts = rng.integers(0, 5, rows)
    counts[-1] = 0
    neighbours = [
        rng.choice(np.delete(np.arange(rows), row), count, replace=False)
        for row, count in enumerate(counts)
    ]
    return SimilarityTable(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate(neighbours).astype(np.int32),
        rng.uniform(0.1, 2, counts.sum()).astype(np.float32),
        scale,
    )


def make_metadata(rng: np.random.Generator, books: int) -> BookMetadata:
    """Random metadata: authors 0 (unknown) to 8, few series, three languages, years with gaps."""
    return BookMetadata(
        author=rng.integers(0, AUTHORS, books).astype(np.int32),
        series=np.maximum(rng.integers(-9, 5, books), 0).astype(np.int32),
        work=np.cumsum(rng.random(books) < 0.7).astype(np.int32),
        language=rng.integers(0, 4, books).astype(np.int32),
        publisher=rng.integers(0, 6, books).astype(np.int32),
        year=np.where(rng.random(books) < 0.2, 0, rng.integers(1950, 2005, books)).astype(np.int32),
        popularity=np.log1p(rng.integers(0, 50, books)).astype(np.float32),
    )


def make_retrieval(rng: np.random.Generator, books: int = BOOKS) -> Retrieval:
    """Random tables, metadata and towers."""
    vectors = normal(rng, books, TOWER)
    return Retrieval(
        metadata=make_metadata(rng, books),
        similarities={name: make_table(rng, books, scale) for name, scale in SCALES.items()},
        authors=make_table(rng, AUTHORS, 0.5),
        book_vector=vectors,
        tower_mean=vectors.mean(axis=0),
        tower_covariance=np.cov(vectors.T, bias=True).astype(np.float32),
        history_vector=normal(rng, books, TOWER),
        tower_age=normal(rng, len(AGE_BANDS), AGE_WIDTH),
        tower_kernel_1=normal(rng, TOWER + AGE_WIDTH, TOWER_HIDDEN),
        tower_bias_1=normal(rng, TOWER_HIDDEN),
        tower_kernel_2=normal(rng, TOWER_HIDDEN, TOWER),
        tower_bias_2=normal(rng, TOWER),
    )


def make_ranker(
    rng: np.random.Generator, books: int, reader_features: int, pair_features: int
) -> SplitRanker:
    return wide_and_deep(
        age_half=normal(rng, len(AGE_BANDS), FIRST),
        age_wide=normal(rng, len(AGE_BANDS)),
        reader_kernel=normal(rng, reader_features, FIRST),
        reader_wide=normal(rng, reader_features),
        book_half=normal(rng, books, FIRST),
        book_wide=normal(rng, books),
        pair_kernel=normal(rng, pair_features, FIRST),
        pair_wide=normal(rng, pair_features),
        hidden=(
            (normal(rng, FIRST, SECOND), normal(rng, SECOND)),
            (normal(rng, SECOND, 1), normal(rng, 1)),
        ),
        wide_weight=0.7,
        deep_weight=-1.3,
        bias=0.25,
    )


def make_recommender(
    kind: ReaderKind = "history", seed: int = 0, books: int = BOOKS
) -> Recommender:
    """Random recommender whose works have one to three consecutive books."""
    rng = np.random.default_rng(seed)
    retrieval = make_retrieval(rng, books)
    works = np.cumsum(rng.random(books) < 0.7).astype(np.int32)
    if kind == "history":
        ranker = make_ranker(rng, books, len(READER_ACTIVITY), len(PAIR_FEATURES))
        return Recommender(retrieval, ranker, kind, works, None, None)
    ranker = make_ranker(rng, books, EMBEDDING + 1, 0)
    count = rng.integers(0, 20, books)
    return Recommender(
        retrieval,
        ranker,
        kind,
        works,
        normal(rng, books, EMBEDDING),
        (count / (count + 5)).astype(np.float32),
    )
