"""One side of a sampled factorisation: the numbers of readers or of books, with a linear prior mean.

Row i is normal with mean ``mean + features_i link`` and a common precision; mean and precision have a
normal-Wishart prior, the link a normal one whose strength has a gamma prior (Simm et al., "Macau:
scalable Bayesian factorization with high-dimensional side information using MCMC", MLSP 2017).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Values = NDArray[np.float64]

_MEAN_STRENGTH: Final = 2.0
"""Weight of the prior of the mean, in rows."""


class GibbsSide:
    """The current draw of one side.

    Args:
        features: [rows, features] side information.
        size: numbers per row, K.
        rng: source of the random draws.
    """

    def __init__(self, features: sparse.csr_matrix, size: int, rng: np.random.Generator) -> None:
        self.features, self.rng = features, rng
        squares, self._basis = np.linalg.eigh((features.T @ features).toarray())
        self._squares = np.maximum(squares, 0.0)
        self.values: Values = rng.normal(scale=0.1, size=(features.shape[0], size))
        """[rows, K]"""
        self.mean: Values = np.zeros(size)
        """[K]"""
        self.link: Values = np.zeros((features.shape[1], size))
        """[features, K]"""
        self.precision: Values = np.eye(size) * 10.0
        """[K, K]"""
        self._strength = 10.0

    def draw(self, target: sparse.csr_matrix, others: Values, noise: float) -> None:
        """Draw the rows, given a target [rows, columns] and the other side's numbers [columns, K]."""
        expected = self.mean + self.features @ self.link
        self.values = posterior(target, others, noise, expected, self.precision, self.rng)

    def draw_prior(self) -> None:
        """Draw mean, precision and link, given the rows."""
        rows, size = self.values.shape
        residuals = self.values - self.features @ self.link
        average = residuals.mean(axis=0)
        scatter = (residuals - average).T @ (residuals - average)
        scatter += np.outer(average, average) * _MEAN_STRENGTH * rows / (_MEAN_STRENGTH + rows)
        scatter += self._strength * self.link.T @ self.link
        freedom = size + 1 + rows + len(self.link)
        self.precision = _wishart(np.linalg.inv(np.eye(size) + scatter), freedom, self.rng)
        spread = np.linalg.cholesky(np.linalg.inv(self.precision))
        shift = spread @ self.rng.normal(size=size) / np.sqrt(_MEAN_STRENGTH + rows)
        self.mean = average * rows / (_MEAN_STRENGTH + rows) + shift
        self._draw_link(spread)

    def _draw_link(self, spread: Values) -> None:
        """Draw the link: a ridge solution of perturbed targets is a draw from the posterior."""
        rng, shape = self.rng, self.values.shape
        perturbed = self.values - self.mean + rng.normal(size=shape) @ spread.T
        right = self.features.T @ perturbed
        right += np.sqrt(self._strength) * rng.normal(size=self.link.shape) @ spread.T
        scale = (self._squares + self._strength)[:, None]
        self.link = self._basis @ ((self._basis.T @ right) / scale)
        size = float(np.sum((self.link @ self.precision) * self.link))
        self._strength = rng.gamma((self.link.size + 1) / 2, 2 / (size + 1))


def posterior(
    target: sparse.csr_matrix,
    others: Values,
    noise: float,
    expected: Values,
    precision: Values,
    rng: np.random.Generator | None = None,
) -> Values:
    """Draw numbers whose products with ``others`` give the target, or return their expectation.

    Args:
        target: [rows, columns], with entries where it is known.
        others: [columns, K].
        noise: precision of an entry.
        expected: [rows, K] prior means.
        precision: [K, K] prior precision.
        rng: source of the draws; None = return the expectation.

    Returns:
        [rows, K] numbers.
    """
    columns, size = others.shape
    known = target.copy()
    known.data = np.ones_like(target.data)
    outer = (others[:, :, None] * others[:, None, :]).reshape(columns, size * size)
    precisions = noise * (known @ outer).reshape(-1, size, size) + precision
    right: Values = noise * (target @ others) + expected @ precision
    if rng is not None:
        # P^-1 (h + L z) with P = L L' has the covariance P^-1 (L L') P^-1 = P^-1: a draw in one solve.
        root = np.linalg.cholesky(precisions)
        right += np.einsum("nij,nj->ni", root, rng.normal(size=right.shape))
    solved = np.linalg.solve(precisions, right[:, :, None])
    return np.asarray(solved[:, :, 0], dtype=np.float64)


def _wishart(scale: Values, freedom: int, rng: np.random.Generator) -> Values:
    """Draw [K, K] from a Wishart distribution by Bartlett's decomposition (1933)."""
    size = len(scale)
    lower = np.tril(rng.normal(size=(size, size)), -1)
    lower[np.diag_indices(size)] = np.sqrt(rng.chisquare(freedom - np.arange(size)))
    root = np.linalg.cholesky(scale) @ lower
    product: Values = root @ root.T
    return product
