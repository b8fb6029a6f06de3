"""Backends: implementations of a compiled ranker's arithmetic, from NumPy to machine code and GPUs.

A `CatalogueBackend` computes the logits of one `RankerProgram`. All backends agree with Keras up to
float32 rounding. `ranker.numpy_backend` needs NumPy alone; `offline.engines.catalogue_backends` lists
the others.

Shapes: ``B`` books, ``C`` books ranked at once, ``P`` pair features, ``R`` readers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.layers import Layer, Sum


@dataclass(frozen=True)
class RankerProgram:
    """Layers of a compiled ranker, from the inputs to the logit."""

    layers: tuple[Layer, ...]
    """Ordered so that each layer uses earlier ones only."""
    last: Sum
    """[B, 1] sum of the logit."""
    n_books: int
    pair_width: int
    """P: pair features."""


@dataclass(frozen=True)
class ReaderTerms:
    """Terms of one reader, valid for the program that they were computed with."""

    shifts: tuple[tuple[Floats, ...], ...]
    """[H] shift of each operand of each layer."""
    constant: np.float32
    """Part of the logit that every book shares."""


DenseFeature: TypeAlias = tuple[int, Floats]
"""Column of a pair feature, and its [R, B] values."""


class CatalogueBackend(Protocol):
    """Computes the logits of one program. Safe to share by threads."""

    def logits(self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None) -> Floats:
        """[C] logits of one reader for some books.

        A book's logit does not depend on the other books of the call.

        Args:
            terms: of the reader.
            books: [C] positions, or a slice of the catalogue with a step of 1.
            pairs: [C, P] pair features; None counts as zeros.
        """
        ...

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: DenseFeature | None, out: Floats
    ) -> None:
        """Fill ``out`` with the logits of several readers for the whole catalogue.

        A reader's row does not depend on the other readers of the call.

        Args:
            terms: [R].
            dense: the pair feature that is nonzero for most books; the others count as zeros.
            out: [R, B] float32.
        """
        ...


BackendFactory: TypeAlias = Callable[[RankerProgram], CatalogueBackend]
"""Makes the backend of a program. Picklable: a class or a function of a module."""


def count_of(books: Ints | slice) -> int:
    """Count the books C of positions, or of a slice with a step of 1."""
    return books.stop - books.start if isinstance(books, slice) else len(books)


def tiles(count: int, size: int) -> list[slice]:
    """Cut 0 … ``count`` - 1 into runs of ``size``; the last run is shorter."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def part_of(books: Ints | slice, tile: slice) -> Ints | slice:
    """Select the positions, or the slice of the catalogue, of a tile of ``books``."""
    if isinstance(books, slice):
        return slice(books.start + tile.start, books.start + tile.stop)
    return books[tile]
