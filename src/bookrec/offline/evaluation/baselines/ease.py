"""EASE (`retrieval.ease`) with all its weights: it covers the most popular books only, and the
others are ranked below them by popularity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.retrieval.ease import ease_weights, gram, most_read


@dataclass(frozen=True)
class Ease:
    """A fitted EASE; ``M`` books are covered."""

    histories: Any
    """CSR [readers, M] the covered own books."""
    books: Ints
    """[M] positions of the covered books, ascending."""
    weights: Floats
    """[M, M]"""
    counts: Any
    """[B] readers of every book."""

    def scores(self, readers: Ints) -> Floats:
        covered = np.asarray(self.histories[readers] @ self.weights, dtype=np.float32)
        behind = (self.counts / (self.counts.max(initial=0) + 1.0) - 1.0).astype(np.float32)
        found = covered.min(axis=1, keepdims=True, initial=0.0) + behind[None, :]
        found[:, self.books] = covered
        return found

    def evidence(self) -> list[Evidence]:
        entries = self.histories.tocoo()
        shape = (entries.shape[0], len(self.counts))
        covered = sparse.csr_matrix((entries.data, (entries.row, self.books[entries.col])), shape)
        return [
            Evidence("matrix of interactions", interactions=covered),
            Evidence("count of readers", readers_of_book=self.counts),
        ]


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
