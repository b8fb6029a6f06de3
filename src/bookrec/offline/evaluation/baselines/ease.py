"""EASE: a linear autoencoder without a diagonal, in closed form.

``P = (XᵀX + λ I)⁻¹``, ``B_ij = -P_ij / P_jj``, ``B_jj = 0``, scores ``X B`` (Steck, "Embarrassingly
shallow autoencoders for sparse data", WWW 2019). ``B`` is dense, so it covers the most popular books
only; the others are ranked below them by popularity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.offline.evaluation.baselines.interface import Baseline, Settings
from bookrec.offline.evaluation.leaks import Evidence
from bookrec.offline.evaluation.material import Material

_BLOCK = 1024


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


def inverse_of_definite(matrix: Floats) -> Floats:
    """The inverse of a symmetric positive definite float32 matrix, in its own memory.

    By Cholesky (LAPACK ``potrf`` and ``potri``): half the work and memory of a general inverse.

    Raises:
        ModelError: it is not positive definite.
    """
    # A symmetric matrix in C order is itself in LAPACK's order, so nothing is copied.
    factor, failed = lapack.spotrf(matrix.T, lower=1, overwrite_a=1)
    if not failed:
        factor, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise ModelError("EASE's matrix cannot be inverted in float32; choose a larger λ.")
    inverse: Floats = factor
    for start in range(0, len(inverse), _BLOCK):
        # Only the lower triangle was written: mirror it, block by block.
        stop = start + _BLOCK
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        block = inverse[start:stop, start:stop]
        block[:] = np.tril(block) + np.tril(block, -1).T
    return inverse


def _fit(material: Material, settings: Settings) -> Ease:
    size = min(settings["books"], material.n_books)
    popular = np.argsort(-material.counts, kind="stable")[:size]
    books = np.sort(popular).astype(np.int32)
    histories = material.binary[:, books].tocsr()
    gram = material.kept("gram", size, lambda: _gram(histories))
    regularised = gram.copy()
    regularised[np.diag_indices(size)] += np.float32(settings["lambda"])
    weights = inverse_of_definite(regularised)
    weights /= -np.diag(weights).copy()[None, :]
    weights[np.diag_indices(size)] = 0.0
    return Ease(histories, books, weights, material.counts)


def _gram(histories: Any) -> Floats:
    """[M, M] XᵀX, dense, block by block: as a sparse matrix it would be larger."""
    size = histories.shape[1]
    transposed = histories.T.tocsr()
    gram = np.empty((size, size), dtype=np.float32)
    for start in range(0, size, _BLOCK):
        gram[start : start + _BLOCK] = (transposed[start : start + _BLOCK] @ histories).toarray()
    return gram


EASE = Baseline(
    "ease",
    "Steck, WWW 2019",
    {"lambda": (150.0, 50.0, 100.0, 200.0, 300.0, 500.0, 1000.0), "books": (12_000, 16_000)},
    _fit,
)
