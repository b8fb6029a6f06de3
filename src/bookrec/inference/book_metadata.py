"""What retrieval knows of each book besides who read it: its author, series, language and so on."""

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
"""Years are told to models in decades since then."""
DECADE: Final = 10


@dataclass(frozen=True)
class BookMetadata:
    """Facts of ``B`` books; codes mean "the same or not" and nothing else, 0 = unknown or none."""

    author: Ints
    """[B] codes."""
    series: Ints
    """[B] codes."""
    work: Ints
    """[B] codes; every book has one, 0 among them."""
    language: Ints
    """[B] codes of the language area that the ISBN names."""
    publisher: Ints
    """[B] codes."""
    year: Ints
    """[B] of publication, `UNKNOWN_YEAR` where it is not known."""
    popularity: Floats
    """[B] log(1 + readers)."""

    @property
    def n_books(self) -> int:
        """B"""
        return len(self.author)

    @cached_property
    def by_author(self) -> tuple[NDArray[np.int64], Ints]:
        """Books of each author code, in CSR form."""
        return grouped(self.author)

    @cached_property
    def author_books(self) -> Floats:
        """[B] how many books the author of each has here."""
        return np.bincount(self.author)[self.author].astype(np.float32)

    @cached_property
    def most_popular(self) -> Ints:
        """[B] the catalogue, most popular first, ties by position."""
        return np.argsort(-self.popularity, kind="stable").astype(np.int32)

    def counts(self, attribute: str, books: Ints) -> NDArray[np.int64]:
        """How many of some books have each code of a fact; none has the unknown one."""
        codes: Ints = getattr(self, attribute)
        found = np.bincount(codes[books], minlength=self._codes[attribute])
        found[0] = 0
        return found

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
        """Memory-map what `save` wrote.

        Raises:
            OSError, ValueError: something is missing or damaged.
        """
        return cls(
            *(map_array(directory / f"book_{attribute.name}.npy") for attribute in fields(cls))
        )
