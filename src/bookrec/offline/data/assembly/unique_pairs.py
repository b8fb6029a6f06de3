"""One row of each pair of reader and book: the last rating, else the last row; copies add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class UniquePairs:
    """Rows that stay of a table in which pairs may occur several times."""

    order: NDArray[np.intp]
    """[rows] rows sorted by pair; of one pair, those with a rating stand last."""
    last: NDArray[np.bool_]
    """[rows] in that order, whether the row is the last of its pair."""

    @classmethod
    def of(cls, pairs: NDArray[np.int64], ratings: NDArray[np.int8]) -> UniquePairs:
        """Find the rows that stay.

        Args:
            pairs: [rows] a number for each pair.
            ratings: [rows] 0 = without a rating.
        """
        order = np.lexsort((ratings > 0, pairs))
        last = np.ones(len(order), dtype=bool)
        last[:-1] = pairs[order][1:] != pairs[order][:-1]
        return cls(order, last)

    @property
    def kept(self) -> NDArray[np.intp]:
        """[pairs] rows that stay, sorted by pair."""
        return self.order[self.last]

    def sums(self, values: NDArray[np.int32]) -> NDArray[np.int32]:
        """[pairs] sum of the values of all rows of a pair, in the order of `kept`."""
        starts = np.flatnonzero(np.concatenate([[True], self.last[:-1]])[: len(self.order)])
        if not len(starts):
            return np.empty(0, dtype=np.int32)
        total: NDArray[np.int32] = np.add.reduceat(values[self.order], starts).astype(np.int32)
        return total
