"""Rating statistics of books, and the scaler of the ranker's numeric inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.arrays import Floats, Ints
from bookrec.offline.data.interactions import Interactions


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


def book_statistics(interactions: Interactions, n_books: int) -> BookStatistics:
    """Count interactions and average ratings per book."""
    rated = interactions[interactions.rating > 0]
    count = np.bincount(rated.book_idx, minlength=n_books)
    total = np.bincount(rated.book_idx, weights=rated.rating, minlength=n_books)
    overall = float(rated.rating.mean()) if len(rated) else 0.0
    mean = np.where(count > 0, total / np.maximum(count, 1), overall)
    readers = np.bincount(interactions.book_idx, minlength=n_books)
    return BookStatistics(mean.astype(np.float32), count.astype(np.int32), readers.astype(np.int32))


_PRIOR_RATINGS: Final = 10
"""Ratings that the author's mean counts as, for each book."""
_AUTHOR_PRIOR_RATINGS: Final = 20
"""Ratings that the overall mean counts as, for each author."""


def shrunken_ratings(statistics: BookStatistics, author: Ints) -> Floats:
    """[B] float32 mean ratings, shrunk to the author's mean, which is shrunk to the overall mean.

    ``(sum of ratings + k * prior) / (ratings + k)``: the posterior mean under a normal prior worth k
    ratings (Efron and Morris, "Stein's paradox in statistics", 1977). Unknown authors have the overall
    mean.

    Args:
        statistics: Rating statistics of the books.
        author: [B] author codes, 0 = unknown.
    """
    count = statistics.rating_count.astype(np.float64)
    total = statistics.rating_mean * count
    overall = total.sum() / max(float(count.sum()), 1.0)
    by_author, count_of_author = np.bincount(author, total), np.bincount(author, count)
    prior = (by_author + _AUTHOR_PRIOR_RATINGS * overall) / (
        count_of_author + _AUTHOR_PRIOR_RATINGS
    )
    prior[0] = overall
    shrunken: Floats = ((total + _PRIOR_RATINGS * prior[author]) / (count + _PRIOR_RATINGS)).astype(
        np.float32
    )
    return shrunken
