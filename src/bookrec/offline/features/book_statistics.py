"""Rating statistics of books, and the scaler of the ranker's numeric inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.metrics.taste import is_badly_rated


@dataclass(frozen=True)
class Scaler:
    """Min-max scaling of columns to 0–1: ``(x - minimum) / span``."""

    minimum: Floats
    """[columns]"""
    span: Floats
    """[columns] maximum minus minimum; 1 for a constant column."""

    def __call__(self, values: Floats) -> Floats:
        """Scale values [rows, columns]."""
        return ((values - self.minimum) / self.span).astype(np.float32)


def fit_scaler(values: Floats) -> Scaler:
    """Fit a scaler to ``values`` [rows, columns]; a constant column becomes 0."""
    minimum = values.min(axis=0)
    span = values.max(axis=0) - minimum
    return Scaler(minimum.astype(np.float32), np.where(span > 0, span, 1).astype(np.float32))


@dataclass(frozen=True)
class BookStatistics:
    """Rating statistics of all books, [B] each."""

    rating_mean: Floats
    """Mean explicit ratings, 1–10; the mean of all ratings for books without a rating."""
    rating_count: Ints
    """Numbers of explicit ratings."""
    reader_count: Ints
    """Numbers of interactions, implicit ones included."""

    @property
    def numbers(self) -> Floats:
        """[B, 2] mean ratings and numbers of ratings, unscaled."""
        return np.stack([self.rating_mean, self.rating_count], axis=1).astype(np.float32)

    @property
    def popularity(self) -> Floats:
        """[B] log(1 + readers)."""
        return np.log1p(self.reader_count).astype(np.float32)

    @property
    def badly_rated(self) -> NDArray[np.bool_]:
        """[B] mask of books with a mean below 6 from at least 20 ratings."""
        return is_badly_rated(self.rating_mean, self.rating_count)


def book_statistics(interactions: Interactions, n_books: int) -> BookStatistics:
    """Count interactions and average ratings per book."""
    rated = interactions[interactions.rating > 0]
    count = np.bincount(rated.book_idx, minlength=n_books)
    total = np.bincount(rated.book_idx, weights=rated.rating, minlength=n_books)
    overall = float(rated.rating.mean()) if len(rated) else 0.0
    mean = np.where(count > 0, total / np.maximum(count, 1), overall)
    readers = np.bincount(interactions.book_idx, minlength=n_books)
    return BookStatistics(mean.astype(np.float32), count.astype(np.int32), readers.astype(np.int32))
