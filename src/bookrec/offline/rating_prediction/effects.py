"""Effects of readers, books, authors, publishers and years on ratings, and of readers' own tastes.

A linear mixed model (Henderson, "Best linear unbiased estimation and prediction under a selection
model", Biometrics 1975): a rating is the mean, plus effects of the book and its groups, plus effects of
the reader in general and of the reader for each group, plus noise. All effects are normal around 0; a
prior is the variance of the noise over that of the effect, or the number of ratings that shrink it by
half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

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
    """Priors that are chosen on each data set."""

    reader: float = 2.0
    book: float = 25.0


_GROUP_PRIORS: Final = {"author": 10.0, "publisher": 30.0, "year": 30.0}
_TASTE_PRIORS: Final = {"author": 2.0, "publisher": 10.0, "year": 20.0}
"""Priors of a reader's own liking for a group."""
_TOLERANCE: Final = 1e-4
_ITERATIONS: Final = 500


@dataclass(frozen=True)
class Effects:
    """Fitted effects of books. Prediction solves those of a reader from the reader's ratings."""

    base: Values
    """[B] rating of each book by a reader without history."""
    groups: dict[str, Ints]
    """[B] each, as in `Catalogue`."""
    reader_prior: float

    def residuals(self, rated: Ints, ratings: Values) -> Values:
        """[n] residuals of a reader's own ratings ([n] books, [n] ratings).

        With K the covariance of the reader's effects, ``(K + I)^-1 (ratings - base)``: the noise, and
        at once the weights by which own ratings speak for other books.
        """
        covariance = self._covariance(rated, rated)
        covariance[np.diag_indices(len(rated))] += 1.0
        residuals: Values = solve(covariance, ratings - self.base[rated], assume_a="pos")
        return residuals

    def predict(self, books: Ints, rated: Ints, residuals: Values) -> Values:
        """[m] ratings of ``books``, given the `residuals` of what the reader rated."""
        return self.base[books] + self._covariance(books, rated) @ residuals

    def _covariance(self, some: Ints, others: Ints) -> Values:
        """[m, n] covariances of a reader's effects on two books, in units of the noise."""
        covariance = np.full((len(some), len(others)), 1 / self.reader_prior)
        for name, group in self.groups.items():
            mine, theirs = group[some][:, None], group[others][None, :]
            covariance += ((mine == theirs) & (mine >= 0)) / _TASTE_PRIORS[name]
        return covariance


def fit_effects(
    ratings: Interactions, catalogue: Catalogue, priors: Priors
) -> tuple[Effects, Values]:
    """Solve all effects of readers and books together, and keep those of books.

    Args:
        ratings: explicit ones only, [n].

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
        mine = group[ratings.book_idx]
        pairs = ratings.reader_idx.astype(np.int64) * (int(group.max(initial=0)) + 1) + mine
        of_pairs.append(_columns(pairs, mine, _TASTE_PRIORS[name]))
    book_side = sparse.hstack([matrix for matrix, _ in of_books]).tocsr()
    of_readers = [matrix for matrix, _ in of_pairs]
    design = sparse.hstack([book_side[ratings.book_idx], *of_readers]).tocsr()
    weights = np.concatenate([prior for _, prior in (*of_books, *of_pairs)])
    solved = _ridge(design, values - mean, weights)
    base = mean + book_side @ solved[: book_side.shape[1]]
    return Effects(base, dict(catalogue.groups), priors.reader), values - mean - design @ solved


def _columns(keys: NDArray[np.integer], known: Ints, prior: float) -> tuple[Any, Values]:
    """One-hot CSR [rows, distinct keys], rows with ``known`` below 0 being empty; and their priors."""
    there = np.flatnonzero(known >= 0)
    distinct, numbers = np.unique(keys[there], return_inverse=True)
    shape = len(keys), len(distinct)
    matrix = sparse.csr_matrix((np.ones(len(there)), (there, numbers)), shape)
    return matrix, np.full(len(distinct), prior)


def _ridge(design: Any, target: Values, priors: Values) -> Values:
    """``(X'X + diag(priors))^-1 X'y`` by conjugate gradients, preconditioned by the diagonal."""
    across = design.T.tocsr()
    diagonal = np.asarray(design.sum(axis=0)).ravel() + priors  # ones: squares are themselves
    size = len(priors), len(priors)
    normal = LinearOperator(size, lambda x: across @ (design @ x) + priors * x, dtype=np.float64)
    scaled = LinearOperator(size, lambda x: x / diagonal, dtype=np.float64)
    solved, _ = cg(normal, across @ target, M=scaled, rtol=_TOLERANCE, maxiter=_ITERATIONS)
    solution: Values = solved
    return solution
