"""Metadata of the catalogue as codes: author, series, work, language, publisher, year, popularity."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints, map_array
from bookrec.ragged import grouped

UNKNOWN_YEAR: Final = 0

USUAL_YEAR: Final = 1997
"""Year from which models count decades."""
DECADE: Final = 10


@dataclass(frozen=True)
class BookMetadata:
    """Metadata of ``B`` books. Codes only tell equal from unequal; 0 = unknown or none."""

    author: Ints
    """[B] codes."""
    series: Ints
    """[B] codes."""
    work: Ints
    """[B] codes; every book has one, 0 among them."""
    language: Ints
    """[B] codes of the language area that the ISBN begins with."""
    publisher: Ints
    """[B] codes."""
    year: Ints
    """[B] years of publication, `UNKNOWN_YEAR` where it is not known."""
    popularity: Floats
    """[B] log(1 + readers)."""

    @property
    def n_books(self) -> int:
        """Number of books B."""
        return len(self.author)

    @cached_property
    def by_author(self) -> tuple[NDArray[np.int64], Ints]:
        """Positions of the books of each author code, in CSR form."""
        return grouped(self.author)

    @cached_property
    def author_books(self) -> Floats:
        """[B] number of books by the author of each book."""
        return np.bincount(self.author)[self.author].astype(np.float32)

    @cached_property
    def most_popular(self) -> Ints:
        """[B] positions, most popular first, ties by position."""
        return np.argsort(-self.popularity, kind="stable").astype(np.int32)

    def counts(self, attribute: str, books: Ints) -> NDArray[np.int64]:
        """[codes] number of some books that have each code of an attribute; 0 for the unknown code."""
        codes: Ints = getattr(self, attribute)
        counts = np.bincount(codes[books], minlength=self._codes[attribute])
        counts[0] = 0
        return counts

    @cached_property
    def _codes(self) -> dict[str, int]:
        names = ("author", "series", "language", "publisher")
        return {name: int(getattr(self, name).max(initial=0)) + 1 for name in names}

    def save(self, directory: Path) -> None:
        """Write the arrays into ``directory`` (which exists), one ``.npy`` each."""
        for attribute in fields(self):
            np.save(directory / f"book_{attribute.name}.npy", getattr(self, attribute.name))

    @classmethod
    def load(cls, directory: Path) -> BookMetadata:
        """Memory-map saved metadata.

        Raises:
            OSError, ValueError: something is missing or damaged.
        """
        return cls(
            *(map_array(directory / f"book_{attribute.name}.npy") for attribute in fields(cls))
        )
