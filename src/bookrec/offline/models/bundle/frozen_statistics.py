"""What training saw of the books, frozen with the model.

A model is told of a book by numbers that were counted when it was trained. They stay with it: so a
list depends on its reader and on the catalogue alone, not on what other readers did since, and
scoring only those who changed gives the same lists as scoring everyone. What pages show of a book
(its mean rating, its readers) is counted anew for every snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.features.book_statistics import BookStatistics


@dataclass(frozen=True)
class FrozenStatistics:
    """Frozen numbers of the books, in the order of the bundle's ISBN vocabulary (code less one)."""

    statistics: BookStatistics
    tower_mean: Floats
    """[D] mean of the book vectors."""
    tower_covariance: Floats
    """[D, D] their covariance."""
    reader_centroid: Floats | None
    """[B, d] what fold-in takes for the row of each book's readers (`ranking.fold_in_fit`), for a
    ranker that knows readers by id."""
    centroid_weight: Floats | None
    """[B] how far it is to be trusted, 0–1."""

    def for_catalogue(self, codes: Ints) -> FrozenStatistics:
        """The same in the order of a catalogue; what is not known of a book is neutral.

        Args:
            codes: [B] the ISBN code of each catalogue book, 0 = unknown to the model.
        """
        counts = self.statistics
        overall = np.average(counts.rating_mean, weights=counts.rating_count + 1e-9)
        statistics = BookStatistics(
            _rows(counts.rating_mean, codes, np.float32(overall)),
            _rows(counts.rating_count, codes, np.int32(0)),
            _rows(counts.reader_count, codes, np.int32(0)),
        )
        centroid = weight = None
        if self.reader_centroid is not None and self.centroid_weight is not None:
            centroid = _rows(self.reader_centroid, codes, np.float32(0))
            weight = _rows(self.centroid_weight, codes, np.float32(0))
        return FrozenStatistics(
            statistics, self.tower_mean, self.tower_covariance, centroid, weight
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, for saving."""
        arrays: dict[str, NDArray[Any]] = {
            "rating_mean": self.statistics.rating_mean,
            "rating_count": self.statistics.rating_count,
            "reader_count": self.statistics.reader_count,
            "tower_mean": self.tower_mean,
            "tower_covariance": self.tower_covariance,
        }
        if self.reader_centroid is not None and self.centroid_weight is not None:
            arrays["reader_centroid"] = self.reader_centroid
            arrays["centroid_weight"] = self.centroid_weight
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> FrozenStatistics:
        """What `arrays` gave."""
        return cls(
            BookStatistics(arrays["rating_mean"], arrays["rating_count"], arrays["reader_count"]),
            arrays["tower_mean"],
            arrays["tower_covariance"],
            arrays.get("reader_centroid"),
            arrays.get("centroid_weight"),
        )


def _rows(table: NDArray[Any], codes: Ints, unknown: np.generic) -> NDArray[Any]:
    rows = table[np.maximum(codes - 1, 0)]
    rows[codes == 0] = unknown
    return rows
