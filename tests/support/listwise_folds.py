"""Folds of small training groups with a rule that trees can learn."""

from __future__ import annotations

import numpy as np

from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.ranking.listwise_groups import Groups
from bookrec.offline.ranking.train_listwise import ListwiseFold
from small_recommender import make_metadata

BOOKS, SIZE = 40, 6


def make_features(
    rng: np.random.Generator, numbers: np.ndarray, popularity: float = 0.0
) -> BookFeatures:
    """Features of as many books as ``numbers`` [B, K] has rows, all of the same popularity."""
    n_books = len(numbers)
    codes = np.arange(1, n_books + 1, dtype=np.int32)
    plain = np.zeros(n_books, dtype=np.float32)
    return BookFeatures(
        *(codes, codes, codes, codes, plain, plain, plain + np.float32(popularity)),
        np.zeros((n_books, 2), dtype=np.float32),
        numbers.astype(np.float32),
        make_metadata(rng, n_books),
    )


def make_listwise_fold(seed: int, groups: int, *, informative: bool = True) -> ListwiseFold:
    """A fold whose target is the book with the second number nearest to 0, a non-linear rule.

    Without ``informative`` the numbers are independent of the target.
    """
    rng = np.random.default_rng(seed)
    features = make_features(rng, rng.normal(0, 1, (BOOKS, 3)))
    pairs = rng.uniform(-1, 1, (groups, SIZE, 4)).astype(np.float32)
    if informative:
        nearest = np.argsort(np.abs(pairs[:, :, 1]), axis=1)
        pairs = np.take_along_axis(pairs, nearest[:, :, None], axis=1)
    data = Groups(
        rng.integers(0, BOOKS, (groups, SIZE)).astype(np.int32),
        pairs,
        rng.normal(size=(groups, 2)).astype(np.float32),
        rng.integers(0, 8, groups).astype(np.int32),
        np.tile(np.arange(SIZE) == 0, (groups, 1)).astype(np.float32),
        np.zeros((groups, SIZE), dtype=np.int8),
    )
    return ListwiseFold(data, features)
