"""Means of a quantity in bins of another, as sums and counts, which add up over folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class Bins:
    """Sums and counts per bin; those of folds may be added."""

    edges: tuple[float, ...]
    """E ascending edges of E + 1 bins; a bin includes its lower edge."""
    total: NDArray[np.float64]
    """[E + 1] sums of values."""
    count: NDArray[np.float64]
    """[E + 1] numbers of values."""

    @property
    def mean(self) -> NDArray[np.float64]:
        """[E + 1] mean of each bin; NaN for an empty bin."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total / self.count

    def __add__(self, other: Bins) -> Bins:
        return Bins(self.edges, self.total + other.total, self.count + other.count)


def binned(values: NDArray[np.generic], by: NDArray[np.generic], edges: tuple[float, ...]) -> Bins:
    """Sum ``values`` [n] in bins of ``by`` [n] between ``edges``."""
    place = np.searchsorted(np.asarray(edges), by, side="right")
    size = len(edges) + 1
    total = np.bincount(place, values.astype(np.float64), size)
    count = np.bincount(place, minlength=size).astype(np.float64)
    return Bins(edges, total.astype(np.float64), count)
