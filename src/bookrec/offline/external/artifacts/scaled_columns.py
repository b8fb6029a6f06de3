"""Distances of a data set's columns from what the columns of a scaler were fitted to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.columns import STATISTICS, Doubles
from bookrec.offline.external.pickles.objects.records import ScalerRecord

_FAR: Final = 1e6
"""Distance of a column that has no known numbers, or of a scaler that keeps no statistics."""


class ScaledColumns:
    """Numbers of a data set's columns, as notebooks fit scalers to them.

    A scaler may have been fitted to a table of readers or books, or to one of interactions, in which
    each of them counts as often as it occurs.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._samples: dict[str, list[Doubles]] = {}

    def distance(self, scaler: ScalerRecord, place: int, column: str) -> float:
        """Return how far a column of the data set is from a column of a scaler, at least 0.

        It is the difference of the means and that of the deviations (or of both ends of the range)
        in units of the scaler's own deviation (range); the least over the ways to count.
        """
        distances = [_distance(scaler, place, sample) for sample in self._numbers(column)]
        return min(distances, default=_FAR)

    def _numbers(self, column: str) -> list[Doubles]:
        if column not in self._samples:
            self._samples[column] = [s for s in self._ways_to_count(column) if len(s)]
        return self._samples[column]

    def _ways_to_count(self, column: str) -> Iterator[Doubles]:
        side = "reader_idx" if columns.side_of(column) == "reader" else "book_idx"
        places = self.dataset.interactions[side].to_numpy(np.int64)
        if column in STATISTICS:
            tables = list(columns.statistics_by_count(self.dataset, column).values())
        else:
            tables = [columns.numbers(columns.texts(self.dataset, column))]
        for table in tables:
            for numbers in (table, table[places]):
                yield numbers[~np.isnan(numbers)]


def _distance(scaler: ScalerRecord, place: int, numbers: Doubles) -> float:
    if scaler.mean is not None and scaler.variance is not None:
        fitted = float(scaler.mean[place]), float(scaler.variance[place]) ** 0.5
        ours = float(numbers.mean()), float(numbers.std())
        unit = fitted[1]
    elif scaler.data_min is not None and scaler.data_max is not None:
        fitted = float(scaler.data_min[place]), float(scaler.data_max[place])
        ours = float(numbers.min()), float(numbers.max())
        unit = fitted[1] - fitted[0]
    else:
        return _FAR
    gaps = [abs(a - b) for a, b in zip(fitted, ours, strict=True)]
    return sum(gaps) / unit if unit > 0 else _FAR
