"""Fit of the book vectors from which fold-in computes a new reader's row.

The vector of a book starts as the mean row of its readers. Means lie much closer to the overall mean
than single rows do, because averaging cancels what readers do not share; a model fed with them ranks
nearly alike for everyone. A linear map therefore restores the spread. Ridge regression fits it on known
readers: the input is the fold-in of a part of their history, with their own row left out of every mean,
and the target is their row. Least squares shrinks its estimates by the share of a row that books cannot
predict, so a final factor scales them to the mean norm of known rows.

Shapes: ``R`` readers, ``B`` books, ``F`` reader features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.inference.fold_in import folded_in, shrinkage
from bookrec.inference.history import make_history
from bookrec.offline.data.interactions import Interactions, by_reader

_SAMPLE: Final = 4_000
"""Known readers that the map is fitted to; enough for some tens of features."""

_HISTORY: Final = (1, 2, 3, 5, 10)
"""History lengths to draw from for the fitted readers; new readers have few books."""

_RIDGE: Final = 0.1
"""Ridge weight of the map's prior (a multiple of the identity), relative to a mean feature's square."""

_FURTHEST: Final = 4.0
"""Largest factor that scales the least-squares estimates."""

_SEED: Final = 1


@dataclass(frozen=True)
class _Sums:
    """Sums over the readers of each book."""

    rows: NDArray[np.float64]
    """[B, F] sum of their rows."""
    count: NDArray[np.int64]
    """[B] number of readers."""

    def without(self, row: Floats, books: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """[N, F] mean rows and [N] shrinkage of ``books``, without the ``row`` of one reader."""
        count = self.count[books] - 1
        mean = (self.rows[books] - row) / np.maximum(count, 1)[:, None]
        return mean.astype(np.float32), shrinkage(count)


def fit_fold_in(rows: Floats, interactions: Interactions, n_books: int) -> tuple[Floats, Floats]:
    """Fit the fold-in to known readers.

    Args:
        rows: [R, F] each reader's row minus the row of an unknown reader; NaN for readers without one.
        interactions: Interactions of these readers, sorted by reader.
        n_books: Number of books ``B``.

    Returns:
        [B, F] float32 book vectors and their [B] shrinkage factors, 0 to 1.
    """
    interactions = interactions[~np.isnan(rows[interactions.reader_idx, 0])]
    sums = _Sums(
        np.zeros((n_books, rows.shape[1])), np.bincount(interactions.book_idx, minlength=n_books)
    )
    np.add.at(sums.rows, interactions.book_idx, rows[interactions.reader_idx])
    mean = sums.rows / np.maximum(sums.count, 1)[:, None]
    estimates, targets = _examples(rows, interactions, sums)
    return (mean @ _calibration(estimates, targets)).astype(np.float32), shrinkage(sums.count)


def _examples(rows: Floats, interactions: Interactions, sums: _Sums) -> tuple[Floats, Floats]:
    """[n, F] fold-ins of partial histories of known readers, and [n, F] the rows of these readers."""
    rng = np.random.default_rng(_SEED)
    chosen = rng.permutation(np.unique(interactions.reader_idx))[:_SAMPLE]
    start = by_reader(interactions, len(rows))
    estimates = np.zeros((len(chosen), rows.shape[1]), dtype=np.float32)
    for number, reader in enumerate(chosen):
        past = interactions[np.arange(start[reader], start[reader + 1])]
        shown = past[rng.permutation(len(past))[: rng.choice(_HISTORY)]]
        history = make_history(shown.book_idx, shown.rating)
        estimates[number] = folded_in(history.weights, *sums.without(rows[reader], history.books))
    return estimates, rows[chosen]


def _calibration(estimates: Floats, targets: Floats) -> NDArray[np.float64]:
    """[F, F] linear map from ``estimates`` [n, F] to ``targets`` [n, F]."""
    size = estimates.shape[1]
    x, y = estimates.astype(np.float64), targets.astype(np.float64)
    square = float(np.sum(x * x))
    if square == 0.0:
        return np.eye(size)
    slope = float(np.sum(x * y)) / square
    # The fewer the examples, the closer the map is to one factor for all features.
    prior = square / size * (_RIDGE + size / len(x)) * np.eye(size)
    mapping: NDArray[np.float64] = np.linalg.solve(x.T @ x + prior, x.T @ y + slope * prior)
    estimated = float(np.sum((x @ mapping) ** 2))
    if estimated == 0.0:
        return mapping
    return np.asarray(mapping * min(_FURTHEST, np.sqrt(float(np.sum(y * y)) / estimated)))
