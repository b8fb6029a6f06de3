"""Ridge regression of ratings on the predictions of the parts, with weights that depend on evidence.

Parts are more accurate where reader or book have more ratings, so each weight is linear in the
logarithms of both counts (Sill et al., "Feature-weighted linear stacking", 2009).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_RIDGE: Final = 1e-3
"""Strength of the penalty, as a share of the variance of a column."""


@dataclass(frozen=True)
class Blend:
    """Fitted weights of predictions and corrections."""

    constant: float
    weights: Values
    """[3 * (parts + 1)] weights of `_columns`."""

    def __call__(self, first: Values, corrections: Values, evidence: Values) -> Values:
        """[n] blended ratings; see `fit_blend` for the arguments."""
        blended: Values = self.constant + _columns(first, corrections, evidence) @ self.weights
        return blended


def fit_blend(first: Values, corrections: Values, evidence: Values, ratings: Values) -> Blend:
    """Fit weights to ratings that no part was fitted to.

    Args:
        first: [n] predictions of the first part.
        corrections: [n, parts] corrections by the other parts.
        evidence: [n, 2] numbers of ratings of the reader and of the book.
        ratings: [n] ratings to fit.
    """
    columns = _columns(first, corrections, evidence)
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = (columns - centre) / spread
    normal = scaled.T @ scaled + _RIDGE * len(ratings) * np.eye(scaled.shape[1])
    weights = np.linalg.solve(normal, scaled.T @ (ratings - ratings.mean())) / spread
    return Blend(float(ratings.mean() - centre @ weights), weights)


def _columns(first: Values, corrections: Values, evidence: Values) -> Values:
    """[n, 3 * (parts + 1)] predictions and corrections, alone and times the logarithm of each count."""
    plain = np.column_stack([first, corrections])
    logs = np.log1p(evidence)
    return np.hstack([plain, plain * logs[:, :1], plain * logs[:, 1:]])
