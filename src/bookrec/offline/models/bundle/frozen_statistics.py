"""Frozen statistics: numbers of the books, counted in training and stored with the model.

Frozen inputs make a list depend on its reader and the catalogue alone, not on later interactions of
other readers. Scoring only the readers who changed therefore gives the same lists as scoring everyone.
Figures shown on pages (mean rating, number of readers) are counted again for every snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bookrec.arrays import Array, Floats, Ints
from bookrec.offline.features.book_statistics import BookStatistics


@dataclass(frozen=True)
class FrozenStatistics:
    """Frozen numbers of the ``B`` books, ordered by code of the bundle's ISBN vocabulary, minus one."""

    statistics: BookStatistics
    tower_mean: Floats
    """[D] mean of the book vectors."""
    tower_covariance: Floats
    """[D, D] covariance of the book vectors."""
    reader_centroid: Floats | None
    """[B, F] book vectors of the fold-in (`ranking.fold_in_fit`); None for a ranker that knows readers
    by their histories."""
    centroid_weight: Floats | None
    """[B] shrinkage of the book vectors, 0 to 1."""
    book_offset: Floats | None = None
    """[B] numbers added to the logits of each book (`ranking.list_weights`); None = zeros."""
    author_price: float = 0.0
    """Logits that a list takes off a book by an author of the reader's (`ranking.list_weights`)."""

    def for_catalogue(self, codes: Ints) -> FrozenStatistics:
        """Reorder the statistics for a catalogue; unknown books get neutral values.

        Args:
            codes: [catalogue] ISBN code of each book of the catalogue; 0 = unknown to the model.
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
        offset = None
        if self.book_offset is not None:
            offset = _rows(self.book_offset, codes, np.float32(0))
        return replace(
            self,
            statistics=statistics,
            reader_centroid=centroid,
            centroid_weight=weight,
            book_offset=offset,
        )

    def arrays(self) -> dict[str, Array]:
        """Arrays by name, for saving."""
        arrays: dict[str, Array] = {
            "rating_mean": self.statistics.rating_mean,
            "rating_count": self.statistics.rating_count,
            "reader_count": self.statistics.reader_count,
            "tower_mean": self.tower_mean,
            "tower_covariance": self.tower_covariance,
        }
        if self.reader_centroid is not None and self.centroid_weight is not None:
            arrays["reader_centroid"] = self.reader_centroid
            arrays["centroid_weight"] = self.centroid_weight
        if self.book_offset is not None:
            arrays["book_offset"] = self.book_offset
        if self.author_price:
            arrays["author_price"] = np.array(self.author_price)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, Array]) -> FrozenStatistics:
        """Restore statistics from their `arrays`."""
        return cls(
            BookStatistics(arrays["rating_mean"], arrays["rating_count"], arrays["reader_count"]),
            arrays["tower_mean"],
            arrays["tower_covariance"],
            arrays.get("reader_centroid"),
            arrays.get("centroid_weight"),
            arrays.get("book_offset"),
            float(arrays.get("author_price", 0.0)),
        )


def _rows(table: Array, codes: Ints, unknown: np.generic) -> Array:
    rows = table[np.maximum(codes - 1, 0)]
    rows[codes == 0] = unknown
    return rows
