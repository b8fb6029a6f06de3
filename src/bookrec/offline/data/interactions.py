"""Interactions of a data set as arrays and matrices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.ages import age_bands
from bookrec.arrays import Array, Ints

if TYPE_CHECKING:  # worker processes, which get interactions, need no pandas
    from bookrec.offline.data.dataset import Dataset


@dataclass(frozen=True)
class Interactions:
    """Interactions of a data set, as arrays of equal length [n]."""

    reader_idx: Ints
    book_idx: Ints
    rating: NDArray[np.int8]
    """1–10; 0 = without a rating."""
    timestamp: NDArray[np.int64] | None = None
    """Seconds since 1970; negative = unknown. None where no time is known, or none is needed."""

    def __len__(self) -> int:
        return len(self.reader_idx)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Interactions:
        times = None if self.timestamp is None else self.timestamp[rows]
        return Interactions(self.reader_idx[rows], self.book_idx[rows], self.rating[rows], times)

    def renumbered(self, readers: Ints) -> Interactions:
        """Number readers by their places in ``readers``.

        Args:
            readers: [R] positions of readers, in any order; all that have interactions are among them.
        """
        place = np.zeros(int(readers.max(initial=-1)) + 1, dtype=np.int32)
        place[readers] = np.arange(len(readers), dtype=np.int32)
        return replace(self, reader_idx=place[self.reader_idx])


def all_interactions(dataset: Dataset) -> Interactions:
    """Return all interactions of a data set, sorted by reader and book, ratings scaled to 1–10."""
    table = dataset.interactions
    timed = table["timestamp"].notna().any()
    return Interactions(
        table["reader_idx"].to_numpy(np.int32),
        table["book_idx"].to_numpy(np.int32),
        dataset.ratings10(),
        table["timestamp"].to_numpy(np.int64, na_value=-1) if timed else None,
    )


def reader_age_bands(dataset: Dataset) -> Ints:
    """[readers] age band of each reader."""
    return age_bands(dataset.readers["age"].to_numpy(dtype=np.float64, na_value=np.nan))


def by_reader(interactions: Interactions, n_readers: int) -> NDArray[np.int64]:
    """[n_readers + 1] start of the interactions of each reader, which are sorted by reader."""
    return np.searchsorted(interactions.reader_idx, np.arange(n_readers + 1))


def interaction_matrix(
    interactions: Interactions, n_readers: int, n_books: int, values: Array | None = None
) -> sparse.csr_matrix:
    """Return interactions as a CSR matrix [readers, B].

    Args:
        interactions: in any order; values of a repeated pair are added.
        n_readers: number of rows.
        n_books: number of columns, B.
        values: [interactions] entries, of the matrix's type; None = float32 ones.
    """
    if values is None:
        values = np.ones(len(interactions), dtype=np.float32)
    entries = values, (interactions.reader_idx, interactions.book_idx)
    return sparse.csr_matrix(entries, shape=(n_readers, n_books))
