"""Mean residuals of a reader's ratings of similar books, by two similarities.

Co-reading: the cosine of the books' readers; unrated books count, and readers of many books count less.
Ratings: the shrunken correlation of the books' residuals (Koren, "Factor in the neighbors", ACM TKDD
2010, section 2.2).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import interaction_matrix
from bookrec.offline.rating_prediction.rating_histories import RatingHistories

Values = NDArray[np.float64]

_CO_READ_PRIOR: Final = 0.1
_ALIKE_PRIOR: Final = 0.02
"""Constants added to a sum of similarities: few and weak similar books count little."""
_SHRINK: Final = 200.0
"""Common readers at which a correlation counts half."""
_SHARPNESS: Final = 1.5
"""Power of a correlation as a weight."""


class Neighbours:
    """Similarities of books, computed on demand.

    Args:
        known: histories to fit to.
        residuals: [rated] residuals of `Effects`, in the order of ``known.rated``.
    """

    def __init__(self, known: RatingHistories, residuals: Values) -> None:
        activity = np.asarray(known.seen.sum(axis=1)).ravel()
        damped = sparse.diags(1 / np.sqrt(np.maximum(activity, 1))) @ known.seen
        # A reader of one book adds to the length of that book only, and to no product.
        self._readers = _unit_rows(damped.T.tocsr())[:, np.flatnonzero(activity > 1)]
        rated = known.rated
        left = interaction_matrix(rated, *known.shape, residuals)
        self._left = left[np.flatnonzero(np.diff(left.indptr) > 1)].T.tocsr()
        self._squares = self._left.power(2)
        self._rated = self._left.copy()
        self._rated.data = np.ones_like(self._left.data)

    def means(self, books: Ints, rated: Ints, residuals: Values) -> Values:
        """[m, 2] mean residuals of a reader's rated books, weighted by similarity to a book.

        The similarities are those of co-reading and of ratings. A book does not count for itself.

        Args:
            books: [m] books to predict.
            rated: [n] books the reader rated.
            residuals: [n] residuals of these ratings.
        """
        itself = books[:, None] == rated[None, :]
        means = np.zeros((len(books), 2))
        for place, (weights, prior) in enumerate(
            (
                (self._co_read(books, rated), _CO_READ_PRIOR),
                (self._alike(books, rated), _ALIKE_PRIOR),
            )
        ):
            weights[itself] = 0.0
            means[:, place] = (weights @ residuals) / (weights.sum(axis=1) + prior)
        return means

    def _co_read(self, some: Ints, others: Ints) -> Values:
        """[m, n] cosines of the readers of two books."""
        cosines: Values = (self._readers[some] @ self._readers[others].T.tocsr()).toarray()
        return cosines

    def _alike(self, some: Ints, others: Ints) -> Values:
        """[m, n] shrunken correlations over common readers, 0 where negative, sharpened."""
        rated, rated_others = self._rated[some], self._rated[others].T.tocsr()
        common = (rated @ rated_others).toarray()
        product = (self._left[some] @ self._left[others].T.tocsr()).toarray()
        squares = (self._squares[some] @ rated_others).toarray()
        squares *= (rated @ self._squares[others].T.tocsr()).toarray()
        correlation = product / np.sqrt(np.maximum(squares, 1e-12))
        shrunken = np.maximum(correlation, 0.0) * common / (common + _SHRINK)
        sharpened: Values = shrunken**_SHARPNESS
        return sharpened


def _unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Scale rows to length 1; empty rows stay empty."""
    squares = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    scale = sparse.diags(1 / np.sqrt(np.maximum(squares, 1e-12)))
    scaled: sparse.csr_matrix = (scale @ matrix).tocsr()
    return scaled
