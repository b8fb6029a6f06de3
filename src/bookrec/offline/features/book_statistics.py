"""Rating statistics of books, and the scaler of the ranker's numeric inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bookrec.arrays import Floats, Ints
from bookrec.offline.data.interactions import Interactions


@dataclass(frozen=True)
class Scaler:
    """Min-max scaling to 0–1, fitted once: ``(x - minimum) / span``."""

    minimum: Floats
    span: Floats

    def __call__(self, values: Floats) -> Floats:
        return ((values - self.minimum) / self.span).astype(np.float32)


def fit_scaler(values: Floats) -> Scaler:
    """A `Scaler` for the columns of ``values`` [rows, columns]; a constant column becomes 0."""
    minimum = values.min(axis=0)
    span = values.max(axis=0) - minimum
    return Scaler(minimum.astype(np.float32), np.where(span > 0, span, 1).astype(np.float32))


@dataclass(frozen=True)
class BookStatistics:
    """What interactions say of each book; [B] each."""

    rating_mean: Floats
    """Mean explicit rating, 1–10; the mean of all ratings for a book without any."""
    rating_count: Ints
    reader_count: Ints

    @property
    def numbers(self) -> Floats:
        """[B, 2]: `avg_rating` and `num_ratings`, unscaled, in that order."""
        return np.stack([self.rating_mean, self.rating_count], axis=1).astype(np.float32)

    @property
    def popularity(self) -> Floats:
        """[B]: log(1 + readers)."""
        return np.log1p(self.reader_count).astype(np.float32)


def book_statistics(interactions: Interactions, n_books: int) -> BookStatistics:
    """Count and average over ``interactions``."""
    rated = interactions[interactions.rating > 0]
    count = np.bincount(rated.book_idx, minlength=n_books)
    total = np.bincount(rated.book_idx, weights=rated.rating, minlength=n_books)
    overall = float(rated.rating.mean()) if len(rated) else 0.0
    mean = np.where(count > 0, total / np.maximum(count, 1), overall)
    readers = np.bincount(interactions.book_idx, minlength=n_books)
    return BookStatistics(mean.astype(np.float32), count.astype(np.int32), readers.astype(np.int32))
