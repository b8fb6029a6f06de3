"""Bayesian matrix factorisation with seen books as side information, by Gibbs sampling.

A rating is the mean, an effect of the reader, one of the book, and the inner product of their factors
(Salakhutdinov and Mnih, "Bayesian probabilistic matrix factorization using MCMC", ICML 2008). The prior
means of a reader's numbers depend on which books the reader has, those of a book's on which readers it
has (as in SVD++: Koren, KDD 2008; linked as in Simm et al., "Macau", MLSP 2017). Rendle, Zhang and
Koren ("On the difficulty of evaluating baselines", 2019) find such models, sampled, hard to beat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.offline.data.interactions import interaction_matrix
from bookrec.offline.rating_prediction.gibbs_side import GibbsSide, posterior
from bookrec.offline.rating_prediction.rating_histories import RatingHistories

Values = NDArray[np.float64]

_COMMON: Final = 2000
"""The most-read books, and the most active readers, that are side information."""
_DAMPING: Final = 0.4
"""Exponent: a reader of n books has features of n ** -damping."""


@dataclass(frozen=True)
class Sampling:
    """Size of the model, and length of the Markov chain."""

    factors: int = 10
    sweeps: int = 450
    burn_in: int = 200
    """Sweeps before the first draw that is kept."""
    every: int = 5
    """Sweeps between two draws that are kept."""


@dataclass(frozen=True)
class _Draw:
    """One draw of the numbers of books and of the prior of readers."""

    books: Floats
    """[B, 1 + factors] effect, then factors."""
    mean: Values
    """[1 + factors] prior mean of readers."""
    link: Values
    """[features, 1 + factors] regression of the prior mean on features of readers."""
    precision: Values
    """[1 + factors, 1 + factors] prior precision of readers."""
    noise: float
    """Precision of a rating."""


@dataclass(frozen=True)
class Factors:
    """Draws from the posterior. Each solves a reader's numbers from the reader's ratings."""

    mean: float
    """Mean of all ratings."""
    common: Ints
    """Books whose presence in a history is a feature of its reader."""
    draws: list[_Draw]

    def predict(self, histories: RatingHistories, readers: Ints, books: Ints) -> Values:
        """[n] ratings for (reader, book) pairs, the mean over draws.

        In each draw a reader's numbers are their conditional expectation given their own ratings and
        books, so new readers and readers of the training set are treated alike.
        """
        distinct, rows = np.unique(readers, return_inverse=True)
        features = _features(histories.seen[distinct], self.common)
        ratings = _rating_matrix(histories)[distinct]
        total = np.zeros(len(books))
        for draw in self.draws:
            known = _with_one(draw.books.astype(np.float64))
            target = _minus_columns(ratings, self.mean + draw.books[:, 0].astype(np.float64))
            expected = draw.mean + features @ draw.link
            numbers = posterior(target, known, draw.noise, expected, draw.precision)
            total += np.einsum("nk,nk->n", numbers[rows], known[books]) + draw.books[books, 0]
        return self.mean + total / len(self.draws)


def fit_factors(known: RatingHistories, sampling: Sampling, seed: int) -> Factors:
    """Sample from the posterior given the ratings of ``known``; an equal seed gives equal draws."""
    rng = np.random.default_rng(seed)
    ratings = _rating_matrix(known)
    mean = float(ratings.data.mean())
    by_book = ratings.T.tocsr()
    common, active = _most_frequent(known.seen), _most_frequent(known.seen.T.tocsr())
    readers = GibbsSide(_features(known.seen, common), 1 + sampling.factors, rng)
    books = GibbsSide(_features(known.seen.T.tocsr(), active), 1 + sampling.factors, rng)
    noise, draws = 1.0 / max(float(ratings.data.var()), 1e-6), []
    for sweep in range(sampling.sweeps):
        readers.draw_prior()
        target = _minus_columns(ratings, mean + books.values[:, 0])
        readers.draw(target, _with_one(books.values), noise)
        books.draw_prior()
        target = _minus_columns(by_book, mean + readers.values[:, 0])
        books.draw(target, _with_one(readers.values), noise)
        error = target.data - _fitted(target, books.values, _with_one(readers.values))
        noise = float(rng.gamma(len(error) / 2 + 1, 1 / (error @ error / 2 + 1)))
        after_burn_in = sweep - sampling.burn_in
        if after_burn_in >= 0 and after_burn_in % sampling.every == 0:
            draws.append(
                _Draw(
                    books.values.astype(np.float32),
                    readers.mean.copy(),
                    readers.link.copy(),
                    readers.precision.copy(),
                    noise,
                )
            )
    return Factors(mean, common, draws)


def _rating_matrix(histories: RatingHistories) -> sparse.csr_matrix:
    """[readers, B] ratings."""
    rated = histories.rated
    return interaction_matrix(rated, *histories.shape, rated.rating.astype(np.float64))


def _most_frequent(seen: sparse.csr_matrix) -> Ints:
    """Select the `_COMMON` columns with most entries, in ascending order."""
    counts = np.asarray((seen > 0).sum(axis=0)).ravel()
    some = np.argsort(-counts, kind="stable")[:_COMMON]
    return np.sort(some[counts[some] > 0]).astype(np.int32)


def _features(seen: sparse.csr_matrix, columns: Ints) -> sparse.csr_matrix:
    """[rows, columns] selected columns of ``seen``, each row damped by the number of its entries."""
    selected = seen[:, columns].tocsr()
    sizes = np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1)
    damped: sparse.csr_matrix = (sparse.diags(sizes**-_DAMPING) @ selected).tocsr()
    return damped


def _with_one(values: Values) -> Values:
    """Copy [rows, 1 + factors] with 1 as the effect, which multiplies the other side's effect."""
    coefficients = values.copy()
    coefficients[:, 0] = 1.0
    return coefficients


def _minus_columns(matrix: sparse.csr_matrix, by_column: Values) -> sparse.csr_matrix:
    """Subtract ``by_column`` [columns] from the entries of a matrix [rows, columns]."""
    data = matrix.data - by_column[matrix.indices]
    return sparse.csr_matrix((data, matrix.indices, matrix.indptr), matrix.shape)


def _fitted(target: sparse.csr_matrix, values: Values, others: Values) -> Values:
    """[entries] inner products of rows and columns at the entries of the target, in their order."""
    rows = np.repeat(np.arange(target.shape[0]), np.diff(target.indptr))
    products: Values = np.einsum("nk,nk->n", values[rows], others[target.indices])
    return products
