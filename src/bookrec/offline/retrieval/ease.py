"""EASE: a linear autoencoder without a diagonal, in closed form.

``P = (XᵀX + λ I)⁻¹``, ``B_ij = -P_ij / P_jj``, ``B_jj = 0``, scores ``X B`` (Steck, "Embarrassingly
shallow autoencoders for sparse data", WWW 2019). ``B`` is dense. It therefore covers only the most
frequent columns of ``X``, and serving keeps only its strongest weights.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.item_knn import usual_weight
from bookrec.offline.retrieval.retriever_fit import RetrieverData, RetrieverFit
from bookrec.ragged import row_starts

STRENGTH: Final = 5.0
"""λ relative to the mean number of rows per covered column. The best λ grows with the data: 50 to 150
for 12,000 books of Book-Crossing (32 readers each), 300 for MovieLens-100K (47 to 60 each)."""

_BLOCK: Final = 1024
"""Rows per block of dense products."""
_BOOKS: Final = 6_000
"""Most books that the table covers."""
_ENTRIES: Final = 2_400_000
"""Entries of the whole table. A small catalogue gets more entries per book, which all help there."""


def ease_table(
    histories: sparse.csr_matrix, covered: int, keep: int, strength: float = STRENGTH
) -> SimilarityTable:
    """Fit a table of the strongest weights of EASE, positive and negative, of each column.

    Args:
        histories: CSR [rows, N] of 0 and 1, or of weights (see `retrieval.time_windows`).
        covered: Number of most frequent columns that the table covers; the others have no neighbours.
            Time grows with its cube, memory (8 bytes) with its square.
        keep: Most weights per column.
        strength: λ relative to the mean number of entries per covered column.

    Raises:
        ModelError: the matrix cannot be inverted.
    """
    size = histories.shape[1]
    columns = most_read(histories, covered)
    if not len(columns):
        nothing = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        return SimilarityTable(np.zeros(size + 1, dtype=np.int64), *nothing)
    co_reads = gram(histories[:, columns].tocsr())
    entries = float(np.trace(co_reads, dtype=np.float64))
    weights = ease_weights(co_reads, strength * entries / len(columns))
    keep = min(keep, len(columns) - 1)
    places = np.argpartition(-np.abs(weights), keep, axis=1)[:, :keep]
    values = np.take_along_axis(weights, places, axis=1)
    order = np.argsort(-np.abs(values), axis=1, kind="stable")
    lengths = np.zeros(size, dtype=np.int64)
    lengths[columns] = keep
    kept = np.take_along_axis(values, order, axis=1).ravel()
    neighbours = columns[np.take_along_axis(places, order, axis=1).ravel()]
    return SimilarityTable(row_starts(lengths), neighbours, kept, usual_weight(kept))


def most_read(histories: sparse.csr_matrix, count: int) -> Ints:
    """[≤ count] most frequent columns, ascending; ties go to the lower one."""
    rows_of_column = np.bincount(histories.indices, minlength=histories.shape[1])
    popular = np.argsort(-rows_of_column, kind="stable")[:count]
    return np.sort(popular[rows_of_column[popular] > 0]).astype(np.int32)


def ease_weights(gram_matrix: Floats, regularisation: float) -> Floats:
    """[M, M] weights B, written over ``gram_matrix`` [M, M], which holds XᵀX.

    Raises:
        ModelError: the matrix cannot be inverted.
    """
    diagonal = np.diag_indices(len(gram_matrix))
    gram_matrix[diagonal] += np.float32(regularisation)
    weights = inverse_of_definite(gram_matrix)
    weights /= -np.diag(weights).copy()[None, :]
    weights[diagonal] = 0.0
    return weights


def inverse_of_definite(matrix: Floats) -> Floats:
    """Invert a symmetric positive definite float32 ``matrix`` [M, M] in place.

    The Cholesky factorisation (LAPACK ``potrf`` and ``potri``) takes half the time and memory of a
    general inverse.

    Raises:
        ModelError: the matrix is not positive definite.
    """
    # The transpose of a symmetric C-order matrix is in LAPACK's order, so nothing is copied.
    factor, failed = lapack.spotrf(matrix.T, lower=1, overwrite_a=1)
    if not failed:
        factor, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise ModelError("EASE's matrix cannot be inverted in float32; choose a larger λ.")
    inverse: Floats = factor
    for start in range(0, len(inverse), _BLOCK):
        # LAPACK writes the lower triangle only: mirror it, block by block.
        stop = start + _BLOCK
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        block = inverse[start:stop, start:stop]
        block[:] = np.tril(block) + np.tril(block, -1).T
    return inverse


def gram(histories: sparse.csr_matrix) -> Floats:
    """[M, M] float32 XᵀX of CSR [rows, M], computed in blocks; a sparse result would be larger."""
    size = histories.shape[1]
    transposed = histories.T.tocsr()
    product = np.empty((size, size), dtype=np.float32)
    for start in range(0, size, _BLOCK):
        product[start : start + _BLOCK] = (transposed[start : start + _BLOCK] @ histories).toarray()
    return product


def _fit(data: RetrieverData) -> SimilarityTable:
    return ease_table(data.histories, _BOOKS, _ENTRIES // min(data.metadata.n_books, _BOOKS))


EASE: Final = RetrieverFit(_fit)
