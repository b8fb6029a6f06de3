"""Means over bins of another quantity, kept as sums and counts so that folds add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class Bins:
    """Sums over bins, so that folds add up."""

    edges: tuple[float, ...]
    total: NDArray[np.float64]
    count: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """NaN where nothing fell into a bin."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total / self.count

    def __add__(self, other: Bins) -> Bins:
        return Bins(self.edges, self.total + other.total, self.count + other.count)


def binned(values: NDArray[np.generic], by: NDArray[np.generic], edges: tuple[float, ...]) -> Bins:
    """Sums of ``values`` in bins of ``by``: below the first edge, from it to below the second, …"""
    place = np.searchsorted(np.asarray(edges), by, side="right")
    size = len(edges) + 1
    total = np.bincount(place, values.astype(np.float64), size)
    count = np.bincount(place, minlength=size).astype(np.float64)
    return Bins(edges, total.astype(np.float64), count)
