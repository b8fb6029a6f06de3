"""Ridge regression of ratings on what the parts say, with weights that depend on how much is known.

A part deserves more trust where reader or book have more ratings, so each weight is linear in the
logarithms of both counts (Sill et al., "Feature-weighted linear stacking", 2009).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_RIDGE: Final = 1e-3
"""Of the variance of a column."""


@dataclass(frozen=True)
class Blend:
    """Fitted weights."""

    constant: float
    weights: Values
    """[3 * (parts + 1)]"""

    def __call__(self, first: Values, said: Values, evidence: Values) -> Values:
        """[n] ratings; see `fit_blend`."""
        blended: Values = self.constant + _columns(first, said, evidence) @ self.weights
        return blended


def fit_blend(first: Values, said: Values, evidence: Values, given: Values) -> Blend:
    """Fit to ratings that none of the parts has seen.

    Args:
        first: [n] predictions that the others correct.
        said: [n, parts] what the others would add to them.
        evidence: [n, 2] numbers of ratings of the reader and of the book.
        given: [n] ratings.
    """
    columns = _columns(first, said, evidence)
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = (columns - centre) / spread
    normal = scaled.T @ scaled + _RIDGE * len(given) * np.eye(scaled.shape[1])
    weights = np.linalg.solve(normal, scaled.T @ (given - given.mean())) / spread
    return Blend(float(given.mean() - centre @ weights), weights)


def _columns(first: Values, said: Values, evidence: Values) -> Values:
    """[n, 3 * (parts + 1)] as they are, and times the logarithm of either count."""
    plain = np.column_stack([first, said])
    logs = np.log1p(evidence)
    return np.hstack([plain, plain * logs[:, :1], plain * logs[:, 1:]])
