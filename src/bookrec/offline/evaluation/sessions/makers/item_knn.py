"""Item-kNN of the last click: the neighbours of the latest book, and of nothing else.

Cosine of the visits of two books, ``n_ij / sqrt(n_i n_j)``, shrunken by ``n_ij / (n_ij + shrinkage)``
(Hidasi et al., "Session-based recommendations with recurrent neural networks", ICLR 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.evaluation.sessions.makers.maker import (
    Quiet,
    Request,
    SessionMaker,
    VisitFitData,
    best_unseen,
    counts_evidence,
    prior_of,
)
from bookrec.offline.retrieval.visit_neighbours import strongest
from bookrec.offline.retrieval.visits import Visits


@dataclass(frozen=True)
class LastClick(Quiet):
    """Neighbours of the latest book, filled with popular ones."""

    table: SimilarityTable
    counts: NDArray[np.int64]

    def top(self, request: Request, count: int) -> Ints:
        """See `ListMaker.top`."""
        scores = prior_of(self.counts)
        neighbours, weights, _ = self.table.of(request.visit[-1:])
        scores[neighbours] += weights
        return best_unseen(scores, request.seen, count)

    def evidence(self) -> list[Evidence]:
        """See `ListMaker.evidence`."""
        return [*counts_evidence(self.counts), *table_evidence(self.table)]


def table_evidence(table: SimilarityTable) -> list[Evidence]:
    """Evidence of neighbours that visits have in common."""
    shape = table.size, table.size
    matrix = sparse.csr_matrix((table.weight, table.neighbour, table.start), shape)
    return [Evidence("table of neighbours", neighbours=matrix)]


def visit_matrix(visits: Visits) -> sparse.csr_matrix:
    """CSR [V, B] of 1 for each book of a visit."""
    ones = np.ones(len(visits.book), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (visits.visit, visits.book)), (len(visits), visits.n_books))
    matrix.data[:] = 1.0
    return matrix


def _fit(data: VisitFitData, settings: Settings) -> LastClick:
    matrix = data.kept("visit-matrix", 0, lambda: visit_matrix(data.visits))
    common = data.kept("item-knn", 0, lambda: (matrix.T @ matrix).tocoo())
    size = np.asarray(matrix.sum(axis=0)).ravel()
    kept = common.row != common.col
    row, column, n = common.row[kept], common.col[kept], common.data[kept]
    shrunken = n / (n + settings["shrinkage"])
    weights = (n / np.sqrt(size[row] * size[column]) * shrunken).astype(np.float32)
    table = strongest(row, column, weights, data.n_books, settings["neighbours"])
    return LastClick(table, data.counts)


ITEM_KNN = SessionMaker(
    "item-knn",
    "Hidasi et al., ICLR 2016",
    {"shrinkage": (20.0, 0.0, 5.0, 50.0, 200.0), "neighbours": (100, 50, 200, 1000)},
    _fit,
)
