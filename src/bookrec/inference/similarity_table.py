"""Tables of neighbours: for each book (or author) the ones that go with it, and how strongly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints, map_array
from bookrec.ragged import row_starts, rows_of

_PARTS: Final = ("start", "neighbour", "weight")
_ALL: Final = (*_PARTS, "scale")


@dataclass(frozen=True)
class SimilarityTable:
    """Neighbours in CSR form, strongest first within a row; ``N`` rows."""

    start: NDArray[np.int64]
    """[N + 1]"""
    neighbour: Ints
    """Rows of the table again."""
    weight: Floats
    """Of each neighbour; 0 says nothing, and negative ones speak against it."""
    scale: float = 1.0
    """A weight that is usual in this table: scores are measured in it."""

    @property
    def size(self) -> int:
        """N"""
        return len(self.start) - 1

    def of(self, rows: NDArray[np.integer]) -> tuple[Ints, Floats, NDArray[np.int64]]:
        """Neighbours of some rows one after the other, their weights, and how many each row has."""
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

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays for saving, each called by its part and the name of the table."""
        parts: dict[str, NDArray[Any]] = {f"{name}_{part}": getattr(self, part) for part in _PARTS}
        return parts | {f"{name}_scale": np.array(self.scale)}

    @classmethod
    def from_arrays(cls, name: str, arrays: dict[str, NDArray[Any]]) -> SimilarityTable:
        """What `arrays` gave."""
        start, neighbour, weight, scale = (arrays[f"{name}_{part}"] for part in _ALL)
        return cls(start, neighbour, weight, float(scale))

    def save(self, directory: Path, name: str) -> None:
        """Write the arrays into ``directory`` (which exists), one ``.npy`` each."""
        for file_name, array in self.arrays(name).items():
            np.save(directory / f"{file_name}.npy", array)

    @classmethod
    def load(cls, directory: Path, name: str) -> SimilarityTable:
        """Memory-map what `save` wrote.

        Raises:
            OSError, ValueError: something is missing or damaged.
        """
        names = [f"{name}_{part}" for part in _ALL]
        return cls.from_arrays(name, {part: map_array(directory / f"{part}.npy") for part in names})
