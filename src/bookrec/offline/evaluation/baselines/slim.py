"""SLIM restricted to candidate neighbours: sparse, non-negative linear weights, one regression a book.

For each book j, ``min over w >= 0 of |a_j - A_S w|² / 2 + l2 |w|² / 2 + l1 sum(w)``: the column of j in
the binary matrix ``A`` of readers and books, explained by the columns ``S`` of its most similar books
(Ning and Karypis, "SLIM: sparse linear methods for top-N recommender systems", ICDM 2011, with the
feature selection fsSLIM of section IV-B). Candidates are the most similar by cosine with shrinkage, so
that weights stay between books with a common reader and 56,000 regressions take minutes. Coordinate
descent (Friedman, Hastie and Tibshirani, "Regularization paths for generalized linear models via
coordinate descent", Journal of Statistical Software 2010) runs for a block of books at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.baselines.item_knn import similar_books
from bookrec.offline.evaluation.baselines.neighbour_scorer import NeighbourScorer
from bookrec.offline.evaluation.holdout.fit_data import FitData

_BLOCK: Final = 128
"""Books whose regressions are solved at once."""
_SWEEPS: Final = 30
"""Most passes of coordinate descent."""
_CONVERGED: Final = 1e-3
"""Largest change of a weight in a pass after which the descent ends."""
_SHRINK: Final = 10.0
"""Shrinkage of the cosine that chooses the candidates."""


def slim_weights(
    matrix: sparse.csr_matrix, candidates: SimilarityTable, count: int, l1: float, l2: float
) -> sparse.csr_matrix:
    """CSR [B, B] of weights; column j holds the weights of the books that explain book j.

    Args:
        matrix: CSR [readers, B] of 0 and 1.
        candidates: most similar books of each book, best first.
        count: candidates of a book, at most.
        l1: weight of the sum of the weights; larger leaves fewer.
        l2: weight of the sum of their squares.
    """
    n_books = matrix.shape[1]
    readers_of = matrix.T.tocsr()
    parts = []
    for start in range(0, n_books, _BLOCK):
        books = np.arange(start, min(start + _BLOCK, n_books), dtype=np.int32)
        chosen = _candidates(candidates, books, count)
        gram, target = _products(readers_of, books, chosen)
        weights = descend(gram, target, l1, l2)
        place, column = np.nonzero(weights)
        parts.append((chosen[place, column], books[place], weights[place, column]))
    rows, columns, values = (np.concatenate(some) for some in zip(*parts, strict=True))
    return sparse.csr_matrix((values, (rows, columns)), shape=(n_books, n_books))


def descend(gram: Floats, target: Floats, l1: float, l2: float) -> Floats:
    """[n, K] weights of n elastic nets with non-negative weights, by cyclic coordinate descent.

    One step sets ``w_k = max(0, (b_k - sum over i ≠ k of G_ki w_i - l1) / (G_kk + l2))``.

    Args:
        gram: [n, K, K] products G of the explaining columns.
        target: [n, K] products b of these columns with the explained one; 0 keeps a weight at 0.
        l1: see `slim_weights`.
        l2: see `slim_weights`; above 0.
    """
    weights = np.zeros_like(target)
    diagonal = np.diagonal(gram, axis1=1, axis2=2)
    residual = target.copy()  # b - G w
    for _ in range(_SWEEPS):
        largest = 0.0
        for k in range(target.shape[1]):
            old = weights[:, k]
            new = (residual[:, k] + diagonal[:, k] * old - l1) / (diagonal[:, k] + l2)
            change = np.maximum(new, 0.0) - old
            changed = np.flatnonzero(change)
            if len(changed):
                residual[changed] -= gram[changed, k] * change[changed, None]
                weights[changed, k] += change[changed]
                largest = max(largest, float(np.abs(change[changed]).max()))
        if largest < _CONVERGED:
            break
    return weights


def _candidates(table: SimilarityTable, books: Ints, count: int) -> Ints:
    """[n, K] most similar books, filled up with the book itself, whose target is set to 0."""
    chosen = np.repeat(books[:, None], count, axis=1)
    for row, book in zip(chosen, books.tolist(), strict=True):
        similar = table.neighbour[table.start[book] : table.start[book + 1]][:count]
        row[: len(similar)] = similar
    return chosen


def _products(readers_of: sparse.csr_matrix, books: Ints, chosen: Ints) -> tuple[Floats, Floats]:
    """[n, K, K] common readers of the candidates, and [n, K] common readers with the book itself.

    The candidates of each book get columns of readers of their own, so that one sparse product gives
    the products of the whole block.
    """
    n, count = chosen.shape
    n_readers = readers_of.shape[1]
    rows = readers_of[chosen.ravel()]
    owner = np.repeat(np.repeat(np.arange(n), count), np.diff(rows.indptr))
    columns, places = np.unique(owner * np.int64(n_readers) + rows.indices, return_inverse=True)
    apart = sparse.csr_matrix((rows.data, places, rows.indptr), (n * count, len(columns)))
    products = (apart @ apart.T.tocsr()).tocoo()
    gram = np.zeros((n, count, count), dtype=np.float32)
    gram[products.row // count, products.row % count, products.col % count] = products.data
    target = np.zeros((n, count), dtype=np.float32)
    explained = readers_of[books]
    owner = np.repeat(np.arange(n), np.diff(explained.indptr))
    read = np.isin(columns, owner * np.int64(n_readers) + explained.indices)
    common = apart @ read.astype(np.float32)
    target[:] = common.reshape(n, count)
    target[chosen == books[:, None]] = 0.0
    return gram, target


def _fit(fit_data: FitData, settings: Settings) -> NeighbourScorer:
    count = int(settings["candidates"])
    key = (count, settings["l1"], settings["l2"])

    def build() -> sparse.csr_matrix:
        table = similar_books(fit_data, "cosine", {"shrink": _SHRINK})
        return slim_weights(fit_data.binary, table, count, settings["l1"], settings["l2"])

    weights = fit_data.kept("slim", key, build)
    return NeighbourScorer(fit_data.histories(settings["history"]), weights, fit_data.counts)


SLIM = Baseline(
    "slim",
    "Ning and Karypis, ICDM 2011 (fsSLIM)",
    {
        "history": ("equal", "taste"),
        "l2": (20.0, 50.0, 100.0, 5.0),
        "l1": (0.5, 0.1, 1.0, 2.0),
        "candidates": (50, 100, 200),
    },
    _fit,
)
