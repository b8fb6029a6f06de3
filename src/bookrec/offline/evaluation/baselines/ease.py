"""EASE (`retrieval.ease`) with all its weights.

It covers the most popular books only; the others are ranked below them by popularity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.holdout.fit_data import FitData, popularity_below
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.retrieval.ease import ease_weights, gram, most_read


@dataclass(frozen=True)
class Ease:
    """A fitted EASE that covers ``M`` books."""

    histories: sparse.csr_matrix
    """[readers, M] of 1 for each seen book that is covered."""
    books: Ints
    """[M] positions of the covered books, ascending."""
    weights: Floats
    """[M, M] item-to-item weights."""
    counts: NDArray[np.int64]
    """[B] readers of every book."""

    def scores(self, readers: Ints) -> Floats:
        """[readers, B] scores; books that are not covered come last, by popularity."""
        covered = np.asarray(self.histories[readers] @ self.weights, dtype=np.float32)
        scores = popularity_below(covered, self.counts)
        scores[:, self.books] = covered
        return scores

    def evidence(self) -> list[Evidence]:
        """Show the histories of the covered books, and the counts."""
        entries = self.histories.tocoo()
        shape = (entries.shape[0], len(self.counts))
        covered = sparse.csr_matrix((entries.data, (entries.row, self.books[entries.col])), shape)
        return [
            Evidence("matrix of interactions", interactions=covered),
            Evidence("count of readers", readers_of_book=self.counts),
        ]

    def with_histories(self, histories: FitData) -> Ease:
        """Return a scorer with the same weights and other histories."""
        return replace(self, histories=histories.binary[:, self.books].tocsr())


def _fit(fit_data: FitData, settings: Settings) -> Ease:
    size = min(settings["books"], fit_data.n_books)
    books = most_read(fit_data.binary, size)
    histories = fit_data.binary[:, books].tocsr()
    products = fit_data.kept("gram", size, lambda: gram(histories))
    weights = ease_weights(products.copy(), settings["lambda"])
    return Ease(histories, books, weights, fit_data.counts)


EASE = Baseline(
    "ease",
    "Steck, WWW 2019",
    {"lambda": (150.0, 50.0, 100.0, 200.0, 300.0, 500.0, 1000.0), "books": (12_000, 16_000)},
    _fit,
)
