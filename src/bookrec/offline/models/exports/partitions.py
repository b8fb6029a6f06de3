"""Partitions of a catalogue: an inverted file over book vectors, made by k-means in NumPy.

The method is that of Jégou et al., "Product Quantization for Nearest Neighbor Search", TPAMI 2011.

A reader's best books are looked for only in the partitions whose centres have the largest dot product
with the reader's vector. Shapes: ``B`` books, ``P`` partitions, ``D`` width of the vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.ragged import row_starts

_STEPS: Final = 12
"""Of k-means; after that recall does not change in its third digit."""
_SAMPLE: Final = 128
"""Books for each partition that k-means looks at, at most."""
_BLOCK: Final = 8192
"""Books that are told their partition at once."""


@dataclass(frozen=True)
class Partitions:
    """Books by partition."""

    centres: Floats
    """[P, D] mean vector of each partition's books."""
    start: NDArray[np.int64]
    """[P + 1] where each partition's books start."""
    books: Ints
    """[B] positions of books, partition by partition, ascending within one."""

    @property
    def count(self) -> int:
        """P"""
        return len(self.centres)

    def looked_at(self, readers: Floats, probes: int) -> float:
        """Mean share of the catalogue that lies in the partitions probed for ``readers`` [n, D]."""
        closeness = readers @ self.centres.T
        probed = np.argsort(-closeness, axis=1, kind="stable")[:, :probes]
        return float(np.diff(self.start)[probed].sum(axis=1).mean() / len(self.books))


def make_partitions(vectors: Floats, count: int | None = None, seed: int = 1) -> Partitions:
    """Cut a catalogue into partitions of books with like vectors.

    Args:
        vectors: [B, D].
        count: how many, at most; None for about four square roots of B: with so many small ones,
            half as many books are looked at for the same recall as with one square root. None of
            them is empty.
        seed: of the centres that k-means starts from.
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
    """[B] the centre nearest to each vector, the first of equals."""
    half = 0.5 * np.square(centres).sum(axis=1)
    parts = [
        (vectors[start : start + _BLOCK] @ centres.T - half).argmax(axis=1)
        for start in range(0, len(vectors), _BLOCK)
    ]
    return np.concatenate(parts)


def _means(vectors: Floats, place: NDArray[np.intp], centres: Floats) -> Floats:
    """[P, D] the mean of each partition; an empty one keeps its centre."""
    count = np.bincount(place, minlength=len(centres))
    total = np.zeros(centres.shape, dtype=np.float64)
    np.add.at(total, place, vectors)
    means = total / np.maximum(count, 1)[:, None]
    return np.where(count[:, None] > 0, means, centres).astype(np.float32)
