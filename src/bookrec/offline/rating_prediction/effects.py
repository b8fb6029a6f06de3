"""Effects of readers, books, authors, publishers and years on ratings, and readers' preferences.

A linear mixed model (Henderson, "Best linear unbiased estimation and prediction under a selection
model", Biometrics 1975): a rating is the mean, plus effects of the book and its groups, plus effects of
the reader in general and of the reader for each group, plus noise. All effects are normal around 0; a
prior is the variance of the noise divided by that of the effect, which is the number of ratings at
which the effect is shrunken by half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import solve
from scipy.sparse.linalg import LinearOperator, cg

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.rating_prediction.rating_histories import Catalogue

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Priors:
    """Priors that are tuned on each data set."""

    reader: float = 2.0
    book: float = 25.0


_GROUP_PRIORS: Final = {"author": 10.0, "publisher": 30.0, "year": 30.0}
_PREFERENCE_PRIORS: Final = {"author": 2.0, "publisher": 10.0, "year": 20.0}
"""Priors of a reader's preference for a group."""
_TOLERANCE: Final = 1e-4
_ITERATIONS: Final = 500


@dataclass(frozen=True)
class Effects:
    """Fitted effects of books; predictions solve a reader's effects from the reader's ratings."""

    base: Values
    """[B] rating of each book by a reader without history."""
    groups: dict[str, Ints]
    """Group → [B] numbers, as in `Catalogue`."""
    reader_prior: float

    def residuals(self, rated: Ints, ratings: Values) -> Values:
        """[n] residuals of the ratings [n] of a reader for books [n].

        They are ``(K + I)^-1 (ratings - base)``, with K the covariance of the reader's effects. They
        estimate the noise, and are the weights of these ratings in predictions for other books.
        """
        covariance = self._covariance(rated, rated)
        covariance[np.diag_indices(len(rated))] += 1.0
        residuals: Values = solve(covariance, ratings - self.base[rated], assume_a="pos")
        return residuals

    def predict(self, books: Ints, rated: Ints, residuals: Values) -> Values:
        """[m] predicted ratings of books [m], from the `residuals` [n] of rated books [n]."""
        return self.base[books] + self._covariance(books, rated) @ residuals

    def _covariance(self, some: Ints, others: Ints) -> Values:
        """[m, n] covariances of a reader's effects on two books, in units of the noise."""
        covariance = np.full((len(some), len(others)), 1 / self.reader_prior)
        for name, group in self.groups.items():
            left, right = group[some][:, None], group[others][None, :]
            covariance += ((left == right) & (left >= 0)) / _PREFERENCE_PRIORS[name]
        return covariance


def fit_effects(
    ratings: Interactions, catalogue: Catalogue, priors: Priors
) -> tuple[Effects, Values]:
    """Solve all effects of readers and books together, and keep those of books.

    Args:
        ratings: explicit ratings only, [n].
        catalogue: groups of books.
        priors: priors of readers and books.

    Returns:
        The effects, and [n] residuals after these and the readers' effects (`Effects.residuals`).
    """
    values = ratings.rating.astype(np.float64)
    mean = float(values.mean()) if len(values) else 0.0
    books = np.arange(catalogue.n_books, dtype=np.int32)
    of_books = [_columns(books, books, priors.book)]
    of_pairs = [_columns(ratings.reader_idx, ratings.reader_idx, priors.reader)]
    for name, group in catalogue.groups.items():
        of_books.append(_columns(group, group, _GROUP_PRIORS[name]))
        codes = group[ratings.book_idx]
        pairs = ratings.reader_idx.astype(np.int64) * (int(group.max(initial=0)) + 1) + codes
        of_pairs.append(_columns(pairs, codes, _PREFERENCE_PRIORS[name]))
    book_side = sparse.hstack([matrix for matrix, _ in of_books]).tocsr()
    of_readers = [matrix for matrix, _ in of_pairs]
    design = sparse.hstack([book_side[ratings.book_idx], *of_readers]).tocsr()
    weights = np.concatenate([prior for _, prior in (*of_books, *of_pairs)])
    solved = _ridge(design, values - mean, weights)
    base = mean + book_side @ solved[: book_side.shape[1]]
    return Effects(base, dict(catalogue.groups), priors.reader), values - mean - design @ solved


def _columns(
    keys: NDArray[np.integer], known: Ints, prior: float
) -> tuple[sparse.csr_matrix, Values]:
    """[rows, distinct keys] one-hot keys, empty rows where ``known`` is below 0; and the priors."""
    rows = np.flatnonzero(known >= 0)
    distinct, numbers = np.unique(keys[rows], return_inverse=True)
    shape = len(keys), len(distinct)
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, numbers)), shape)
    return matrix, np.full(len(distinct), prior)


def _ridge(design: sparse.csr_matrix, target: Values, priors: Values) -> Values:
    """Solve ``(X'X + diag(priors))^-1 X'y`` by conjugate gradients, preconditioned by the diagonal."""
    across = design.T.tocsr()
    diagonal = (
        np.asarray(design.sum(axis=0)).ravel() + priors
    )  # entries are ones, equal to their squares
    size = len(priors), len(priors)
    normal = LinearOperator(size, lambda x: across @ (design @ x) + priors * x, dtype=np.float64)
    scaled = LinearOperator(size, lambda x: x / diagonal, dtype=np.float64)
    solved, _ = cg(normal, across @ target, M=scaled, rtol=_TOLERANCE, maxiter=_ITERATIONS)
    solution: Values = solved
    return solution
