"""Facts of the training part about every book, which the figures of lists look up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions


@dataclass(frozen=True)
class BookFacts:
    """Readers, ratings and authors of ``B`` books; held-out interactions do not count."""

    readers: NDArray[np.int64]
    """[B] numbers of readers."""
    rating_mean: NDArray[np.float64]
    """[B] mean ratings, 1–10; NaN for a book without a rating."""
    rating_count: NDArray[np.int64]
    """[B] numbers of ratings."""
    authors: Ints | None = None
    """[B] codes of authors, 0 = unknown; None where authors are not compared."""


def book_facts(train: Interactions, n_books: int, authors: Ints | None = None) -> BookFacts:
    """Count readers and average ratings per book.

    Args:
        train: interactions of the training part; ratings 1–10, 0 without a rating.
        n_books: number of books B.
        authors: [B] codes of authors, 0 = unknown.
    """
    rated = train[train.rating > 0]
    count = np.bincount(rated.book_idx, minlength=n_books)
    total = np.bincount(rated.book_idx, weights=rated.rating, minlength=n_books)
    mean = np.full(n_books, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return BookFacts(np.bincount(train.book_idx, minlength=n_books), mean, count, authors)
