"""How the readers of each book differ from everybody: what fold-in tells a new reader's row from.

The mean row of a book's readers is much nearer to everybody's than theirs are: rows hold each reader's
own chance as well as what they share with others, and the mean loses more of both the more readers it
is of. Put into the model as it is, it ranks nearly the same for everyone. So the means are mapped to
what rows are like: a linear map (ridge regression) from what fold-in makes of part of a known reader's
history, their own row left out of every mean, to that row; and then as far from everybody's as known
readers' rows are. A least-squares estimate alone is drawn towards everybody's by the share of the rows
that cannot be told from books, which says nothing of whom it is for.

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
"""Known readers to learn the map from: enough for some tens of features."""

_HISTORY: Final = (1, 2, 3, 5, 10)
"""Books that are shown of them: new readers have few."""

_RIDGE: Final = 0.1
"""Weight of the prior of the map, a multiple of the identity, beside an average feature's."""

_FURTHEST: Final = 4.0
"""A least-squares estimate is moved at most so many times as far from everybody's row."""

_SEED: Final = 1


@dataclass(frozen=True)
class _Sums:
    """Of the readers of each book."""

    rows: NDArray[np.float64]
    """[B, F] the sum of their rows."""
    count: NDArray[np.int64]
    """[B] how many they are."""

    def without(self, row: Floats, books: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """[N, F] mean rows and [N] trust in them for books of a reader, that reader left out."""
        count = self.count[books] - 1
        mean = (self.rows[books] - row) / np.maximum(count, 1)[:, None]
        return mean.astype(np.float32), shrinkage(count)


def fit_fold_in(rows: Floats, interactions: Interactions, n_books: int) -> tuple[Floats, Floats]:
    """[B, F] for each book what fold-in takes for its readers' row, and [B] trust in that, 0–1.

    Args:
        rows: [R, F] how each reader's row differs from that of somebody of whom nothing is known; rows
            of NaN for readers without one.
        interactions: theirs, and what new readers' histories will be like; sorted by reader.
    """
    interactions = interactions[~np.isnan(rows[interactions.reader_idx, 0])]
    sums = _Sums(
        np.zeros((n_books, rows.shape[1])), np.bincount(interactions.book_idx, minlength=n_books)
    )
    np.add.at(sums.rows, interactions.book_idx, rows[interactions.reader_idx])
    mean = sums.rows / np.maximum(sums.count, 1)[:, None]
    told, own = _examples(rows, interactions, sums)
    return (mean @ _calibration(told, own)).astype(np.float32), shrinkage(sums.count)


def _examples(rows: Floats, interactions: Interactions, sums: _Sums) -> tuple[Floats, Floats]:
    """[n, F] what fold-in makes of part of some readers' histories, and [n, F] their own rows."""
    rng = np.random.default_rng(_SEED)
    chosen = rng.permutation(np.unique(interactions.reader_idx))[:_SAMPLE]
    start = by_reader(interactions, len(rows))
    told = np.zeros((len(chosen), rows.shape[1]), dtype=np.float32)
    for place, reader in enumerate(chosen):
        mine = interactions[np.arange(start[reader], start[reader + 1])]
        shown = mine[rng.permutation(len(mine))[: rng.choice(_HISTORY)]]
        history = make_history(shown.book_idx, shown.rating)
        told[place] = folded_in(history.weights, *sums.without(rows[reader], history.books))
    return told, rows[chosen]


def _calibration(told: Floats, own: Floats) -> NDArray[np.float64]:
    """[F, F] the map from what fold-in makes of histories to what rows are like."""
    size = told.shape[1]
    x, y = told.astype(np.float64), own.astype(np.float64)
    square = float(np.sum(x * x))
    if square == 0.0:
        return np.eye(size)
    slope = float(np.sum(x * y)) / square
    # The fewer the examples, the more it is the same multiple for every feature.
    prior = square / size * (_RIDGE + size / len(x)) * np.eye(size)
    mapping = np.linalg.solve(x.T @ x + prior, x.T @ y + slope * prior)
    estimated = float(np.sum((x @ mapping) ** 2))
    if estimated == 0.0:
        return mapping
    return mapping * min(_FURTHEST, np.sqrt(float(np.sum(y * y)) / estimated))
