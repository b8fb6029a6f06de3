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
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.item_knn import cosine, strongest_products, usual_weight
from bookrec.offline.retrieval.retriever_fit import RetrieverData, RetrieverFit

_BLOCK: Final = 128
"""Books whose regressions are solved at once."""
_SWEEPS: Final = 30
"""Most passes of coordinate descent."""
_CONVERGED: Final = 1e-3
"""Largest change of a weight in a pass after which the descent ends."""
SHRINK: Final = 10.0
"""Shrinkage of the cosine that chooses the candidates."""
_CANDIDATES: Final = 50
_L1: Final = 0.5
_L2: Final = 20.0
"""Best of the grid of `evaluate` on a validation part of Book-Crossing."""


def slim_weights(
    matrix: sparse.csr_matrix,
    candidates: SimilarityTable,
    count: int,
    l1: float,
    l2: float,
    label: str | None = None,
) -> sparse.csr_matrix:
    """CSR [B, B] of weights; column j holds the weights of the books that explain book j.

    Args:
        matrix: CSR [readers, B] of 0 and 1, or of weights.
        candidates: most similar books of each book, best first.
        count: candidates of a book, at most.
        l1: weight of the sum of the weights; larger leaves fewer.
        l2: weight of the sum of their squares.
        label: label of a progress bar; None = no bar.
    """
    n_books = matrix.shape[1]
    readers_of = matrix.T.tocsr()
    parts = []
    starts = range(0, n_books, _BLOCK)
    for start in tqdm(starts, desc=label, disable=None if label else True, leave=False):
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
    """[n, K, K] products of the candidates' columns, and [n, K] their products with the book's.

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
    entries = owner * np.int64(n_readers) + explained.indices
    place = np.minimum(np.searchsorted(columns, entries), max(len(columns) - 1, 0))
    shared = columns[place] == entries if len(columns) else np.zeros(len(entries), dtype=bool)
    read = np.zeros(len(columns), dtype=np.float32)
    read[place[shared]] = explained.data[shared]
    target[:] = (apart @ read).reshape(n, count)
    target[chosen == books[:, None]] = 0.0
    return gram, target


def slim_table(histories: sparse.csr_matrix, label: str | None = None) -> SimilarityTable:
    """Fit the weights with which each book explains others, strongest first.

    Args:
        histories: CSR [rows, B] of 0 and 1, or of weights (see `retrieval.time_windows`).
        label: Prefix of the labels of progress bars; None = no bars.
    """
    columns = histories.T.tocsr()
    neighbours = strongest_products(
        columns,
        histories.tocsr(),
        _CANDIDATES,
        f"{label}: candidates" if label else None,
        cosine(columns, SHRINK),
    )
    weights = slim_weights(histories, neighbours, _CANDIDATES, _L1, _L2, label)
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    order = np.lexsort((weights.indices, -weights.data, rows))
    strengths = weights.data[order].astype(np.float32)
    return SimilarityTable(
        weights.indptr.astype(np.int64),
        weights.indices[order].astype(np.int32),
        strengths,
        usual_weight(strengths),
    )


def _fit(data: RetrieverData) -> SimilarityTable:
    return slim_table(data.histories, f"{data.label}: SLIM")


SLIM: Final = RetrieverFit(_fit, evidence="SLIM weights")
