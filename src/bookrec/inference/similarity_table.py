"""Similarity tables: for each book (or author) the most similar ones, with weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats, Ints, map_array
from bookrec.ragged import row_starts, rows_of

_PARTS: Final = ("start", "neighbour", "weight")
_ALL: Final = (*_PARTS, "scale")


@dataclass(frozen=True)
class SimilarityTable:
    """Neighbours in CSR form, strongest first within a row; ``N`` rows."""

    start: NDArray[np.int64]
    """[N + 1] row starts."""
    neighbour: Ints
    """[entries] rows of the table."""
    weight: Floats
    """[entries] similarities; negative ones lower a score."""
    scale: float = 1.0
    """Mean positive weight; scores are divided by it."""

    @property
    def size(self) -> int:
        """Number of rows N."""
        return len(self.start) - 1

    def of(self, rows: NDArray[np.integer]) -> tuple[Ints, Floats, NDArray[np.int64]]:
        """Neighbours of some rows one after the other, their weights, and the length of each row."""
        neighbours, lengths, where = rows_of(self.start, self.neighbour, rows)
        return neighbours, self.weight[where], lengths

    def renumbered(self, codes: Ints) -> SimilarityTable:
        """The table of another catalogue.

        Args:
            codes: [M] for each row of the new table, 1 + the row of this one; 0 = none.
        """
        if len(codes) == self.size and np.array_equal(codes, np.arange(1, self.size + 1)):
            return self
        position = np.full(self.size, -1, dtype=np.int32)
        position[codes[codes > 0] - 1] = np.flatnonzero(codes > 0)
        known = np.flatnonzero(codes > 0)
        neighbours, weights, lengths = self.of(codes[known] - 1)
        owner = np.repeat(known, lengths)
        kept = position[neighbours] >= 0
        counts = np.bincount(owner[kept], minlength=len(codes))
        return SimilarityTable(
            row_starts(counts), position[neighbours[kept]], weights[kept], self.scale
        )

    def arrays(self, stem: str) -> dict[str, Array]:
        """Arrays for saving, each named by ``stem`` and its part."""
        parts: dict[str, Array] = {f"{stem}_{part}": getattr(self, part) for part in _PARTS}
        return parts | {f"{stem}_scale": np.array(self.scale)}

    @classmethod
    def from_arrays(cls, stem: str, arrays: dict[str, Array]) -> SimilarityTable:
        """Restore a table from its `arrays`."""
        start, neighbour, weight, scale = (arrays[f"{stem}_{part}"] for part in _ALL)
        return cls(start, neighbour, weight, float(scale))

    def save(self, directory: Path, stem: str) -> None:
        """Write the arrays into ``directory`` (which exists), one ``.npy`` each."""
        for file_name, array in self.arrays(stem).items():
            np.save(directory / f"{file_name}.npy", array)

    @classmethod
    def load(cls, directory: Path, stem: str) -> SimilarityTable:
        """Memory-map a saved table.

        Raises:
            OSError, ValueError: something is missing or damaged.
        """
        names = [f"{stem}_{part}" for part in _ALL]
        return cls.from_arrays(stem, {part: map_array(directory / f"{part}.npy") for part in names})
