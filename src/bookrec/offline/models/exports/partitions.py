"""Partitions of a catalogue: an inverted file over book vectors, made by k-means in NumPy.

The search covers only the partitions whose centres have the largest dot product with the reader's
vector (Jégou et al., "Product Quantization for Nearest Neighbor Search", TPAMI 2011). Shapes: ``B``
books, ``P`` partitions, ``D`` width of the vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.ragged import row_starts

_STEPS: Final = 12
"""Iterations of k-means; with more, the third digit of recall does not change."""
_SAMPLE: Final = 128
"""Most books per partition in the sample for k-means."""
_BLOCK: Final = 8192
"""Books that are assigned to a partition at once."""


@dataclass(frozen=True)
class Partitions:
    """Books by partition."""

    centres: Floats
    """[P, D] mean vector of each partition's books."""
    start: NDArray[np.int64]
    """[P + 1] start of each partition's books."""
    books: Ints
    """[B] positions of books by partition, ascending in each."""

    @property
    def count(self) -> int:
        """Number of partitions, P."""
        return len(self.centres)

    def probed_share(self, readers: Floats, probes: int) -> float:
        """Mean share of the catalogue in the partitions that readers probe.

        Args:
            readers: [n, D] vectors of readers.
            probes: partitions per reader.
        """
        closeness = readers @ self.centres.T
        probed = np.argsort(-closeness, axis=1, kind="stable")[:, :probes]
        return float(np.diff(self.start)[probed].sum(axis=1).mean() / len(self.books))


def make_partitions(vectors: Floats, count: int | None = None, seed: int = 1) -> Partitions:
    """Divide a catalogue into partitions of books with similar vectors; none is empty.

    Args:
        vectors: [B, D] book vectors.
        count: most partitions; None = 4 · √B, which reaches the recall of √B partitions with half
            as many scored books.
        seed: seed of the first centres.
    """
    rng = np.random.default_rng(seed)
    wanted = max(1, min(count or round(4 * len(vectors) ** 0.5), len(vectors)))
    sample = vectors
    if len(vectors) > wanted * _SAMPLE:
        sample = vectors[rng.choice(len(vectors), wanted * _SAMPLE, replace=False)]
    centres = sample[rng.choice(len(sample), wanted, replace=False)]
    for _ in range(_STEPS):
        centres = _means(sample, nearest(sample, centres), centres)
    place = nearest(vectors, centres)
    kept, place = np.unique(place, return_inverse=True)
    centres = _means(vectors, place, centres[kept])
    books = np.argsort(place, kind="stable").astype(np.int32)
    return Partitions(centres, row_starts(np.bincount(place)), books)


def nearest(vectors: Floats, centres: Floats) -> NDArray[np.intp]:
    """[B] nearest centre of each vector by Euclidean distance; the first of equals.

    Args:
        vectors: [B, D] book vectors.
        centres: [P, D] centres.
    """
    half = 0.5 * np.square(centres).sum(axis=1)
    parts = [
        (vectors[start : start + _BLOCK] @ centres.T - half).argmax(axis=1)
        for start in range(0, len(vectors), _BLOCK)
    ]
    return np.concatenate(parts)


def _means(vectors: Floats, place: NDArray[np.intp], centres: Floats) -> Floats:
    """[P, D] mean of each partition; an empty partition keeps its centre."""
    count = np.bincount(place, minlength=len(centres))
    total = np.zeros(centres.shape, dtype=np.float64)
    np.add.at(total, place, vectors)
    means = total / np.maximum(count, 1)[:, None]
    return np.where(count[:, None] > 0, means, centres).astype(np.float32)
