"""Compiled ranker: a Keras model split by side, so that little of it runs per pair.

A network's first Dense layer sees reader, book and pair inputs side by side, and a matrix product
over a concatenation is a sum of products: ``W [r; b; p] = W_r r + W_b b + W_p p``. The book's term is
computed once per book, the reader's once per reader, and only what follows runs per pair
(`ranker.layers`). `compile.compile_ranker` makes one from a Keras model; the two agree up to float32
rounding. A backend does the arithmetic (`ranker.catalogue_backend`): NumPy, unless another one is
chosen.

Shapes: ``F`` reader features, ``P`` pair features, ``B`` books, ``C`` books ranked at once, ``R``
readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.catalogue_backend import (
    BackendFactory,
    CatalogueBackend,
    DenseFeature,
    RankerProgram,
    ReaderTerms,
)
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.numpy_backend import NumpyBackend
from bookrec.inference.ranker.storage import read_program, write_program

Output = Literal["sigmoid", "linear"]


@dataclass(frozen=True)
class SplitRanker:
    """A compiled model; logits equal Keras's up to float32 rounding. Safe to share by threads."""

    layers: tuple[Layer, ...]
    """Ordered so that each layer uses earlier ones only."""
    last: Sum
    """[B, 1] sum of the logit: the model's output before its final logistic function."""
    n_books: int
    reader_width: int
    """F: history features, or the features of a reader whom the model knows by id."""
    pair_width: int
    """P: columns of the pair features; 0 for a model without."""
    output: Output
    """``sigmoid``: the model's outputs are `probabilities` of the logits. ``linear``: its outputs are
    the logits themselves."""
    backend: BackendFactory = NumpyBackend
    """Makes the backend that computes the logits; ``dataclasses.replace`` changes it."""
    _backend: CatalogueBackend = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the backend."""
        program = RankerProgram(self.layers, self.last, self.n_books, self.pair_width)
        object.__setattr__(self, "_backend", self.backend(program))

    def __reduce__(self) -> tuple[type[SplitRanker], tuple[object, ...]]:
        """Pickle the model; the copy makes its own backend, since buffers belong to a process."""
        return type(self), tuple(getattr(self, f.name) for f in fields(self) if f.init)

    def reader_terms(self, age_band: int, reader_features: Floats) -> ReaderTerms:
        """Compute everything about a reader that every book shares.

        Args:
            age_band: code of `AGE_BANDS`.
            reader_features: [F].
        """
        shifts: list[tuple[Floats, ...]] = []
        offsets: list[Floats] = []
        for layer in self.layers:
            operands = tuple(s.shift(age_band, reader_features, offsets) for s in layer.operands)
            shifts.append(operands)
            offsets.append(layer.offset(operands))
        constant = self.last.shift(age_band, reader_features, offsets)[0]
        return ReaderTerms(tuple(shifts), constant)

    def logits(self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None) -> Floats:
        """Compute the logits of one reader for some books.

        Args:
            terms: of the reader.
            books: [C] positions of books, all in the catalogue, or a slice of it.
            pairs: [C, P] pair features of the reader with each of these books; None when P is 0.

        Returns:
            [C] float32; higher is better.
        """
        if isinstance(books, slice):
            first, stop, step = books.indices(self.n_books)
            if step == 1:  # views of the books' terms instead of copies
                books = slice(first, max(first, stop))
            else:
                books = np.arange(first, stop, step, dtype=np.int32)
        return self._backend.logits(terms, books, pairs)

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: DenseFeature | None, out: Floats
    ) -> None:
        """Compute the logits of several readers for the whole catalogue.

        Args:
            terms: [R].
            dense: the pair feature that is nonzero for most books: its column, and its [R, B] values.
                The other pair features count as zeros.
            out: [R, B] float32, filled with the logits. A reader's row does not depend on the other
                readers of the call.
        """
        self._backend.catalogue_logits(terms, dense, out)

    def save(self, directory: Path) -> None:
        """Write the program into ``directory``, which exists; the backend is not part of it."""
        header = {
            "books": self.n_books,
            "reader_width": self.reader_width,
            "pair_width": self.pair_width,
            "output": self.output,
        }
        write_program(directory, header, self.layers, self.last)

    @classmethod
    def load(cls, directory: Path) -> SplitRanker:
        """Memory-map what `save` wrote; several processes share the pages.

        Raises:
            OSError, ValueError: something is missing or damaged.
        """
        header, layers, last = read_program(directory)
        return cls(
            layers,
            last,
            header["books"],
            header["reader_width"],
            header["pair_width"],
            header["output"],
        )


def probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Apply the logistic function in float64, without overflow or loss of small values."""
    small = np.exp(-np.abs(logits.astype(np.float64)))
    return np.where(logits >= 0, 1.0, small) / (1.0 + small)
