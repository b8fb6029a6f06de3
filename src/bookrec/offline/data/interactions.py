"""Interactions of a data set as arrays, sorted by reader."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import age_bands
from bookrec.arrays import Ints
from bookrec.offline.data.dataset import Dataset


@dataclass(frozen=True)
class Interactions:
    """Some interactions of a data set, as arrays of equal length."""

    reader_idx: Ints
    book_idx: Ints
    rating: NDArray[np.int8]
    """On the scale 1–10; 0 = without a rating."""
    timestamp: NDArray[np.int64] | None = None
    """Seconds; negative = unknown. None where no time is known of any, or none is asked for."""

    def __len__(self) -> int:
        return len(self.reader_idx)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Interactions:
        times = None if self.timestamp is None else self.timestamp[rows]
        return Interactions(self.reader_idx[rows], self.book_idx[rows], self.rating[rows], times)


def all_interactions(dataset: Dataset) -> Interactions:
    """Every interaction of the data set, ratings on the scale 1–10."""
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
    """[n_readers + 1] where each reader's interactions start; they are sorted by reader."""
    return np.searchsorted(interactions.reader_idx, np.arange(n_readers + 1))
