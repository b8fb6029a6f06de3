"""A compiled ranker: the forward pass of a split Keras model in NumPy.

A network's first Dense layer sees reader, book and pair inputs side by side, and a matrix product
over a concatenation is a sum of products: ``W [r; b; p] = W_r r + W_b b + W_p p``. The book's term is
computed once per book, the reader's once per reader, and only what follows runs per pair
(`ranker.layers`). `compile.compile_ranker` makes one from a Keras model; the two
agree up to float32 rounding.

Shapes: ``F`` reader features, ``P`` pair features, ``B`` books, ``C`` books ranked at once, ``R``
readers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.storage import read_program, write_program

_TILE: Final = 1024
"""Books ranked at a time: the activations of a tile (1024 x 128 float32 = 512 KiB) stay in cache."""

Output = Literal["sigmoid", "linear"]


@dataclass(frozen=True)
class ReaderTerms:
    """What `SplitRanker.reader_terms` makes of one reader; only of use to the ranker it came from."""

    shifts: tuple[tuple[Floats, ...], ...]
    """Of each layer's operands."""
    constant: np.float32
    """Part of the logit that is the same for every book."""


@dataclass(frozen=True)
class SplitRanker:
    """A compiled model; logits equal Keras's up to float32 rounding. Safe to share by threads."""

    layers: tuple[Layer, ...]
    """In an order in which each uses earlier ones only."""
    last: Sum
    """[B, 1]: the model's output before its final logistic function."""
    n_books: int
    reader_width: int
    """F: history features, or the row of a reader whom the model knows by id."""
    pair_width: int
    """P: columns of the pair features, 0 for a model without."""
    output: Output
    """``sigmoid``: `probabilities` of the logits are the model's outputs. ``linear``: the logits are
    its outputs themselves."""
    _own: threading.local = field(
        default_factory=threading.local, init=False, repr=False, compare=False
    )
    """Each thread's `Buffers`: fresh memory for every call would cost as much as the arithmetic."""

    def __reduce__(self) -> tuple[type[SplitRanker], tuple[object, ...]]:
        """Pickled without the buffers, which belong to threads of this process."""
        return type(self), (
            self.layers,
            self.last,
            self.n_books,
            self.reader_width,
            self.pair_width,
            self.output,
        )

    def reader_terms(self, age_band: int, reader_features: Floats) -> ReaderTerms:
        """Everything about a reader that is the same for every book.

        Args:
            age_band: code of `AGE_BANDS`.
            reader_features: [F].
        """
        shifts: list[tuple[Floats, ...]] = []
        offsets: list[Floats] = []
        for layer in self.layers:
            own = tuple(s.shift(age_band, reader_features, offsets) for s in layer.operands)
            shifts.append(own)
            offsets.append(layer.offset(own))
        constant = self.last.shift(age_band, reader_features, offsets)[0]
        return ReaderTerms(tuple(shifts), constant)

    def logits(self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None) -> Floats:
        """Logits of one reader for some books.

        Args:
            books: [C] positions of books, all in the catalogue, or a slice of it.
            pairs: [C, P] pair features of the reader with each of these books; None when P is 0.

        Returns:
            [C] float32; higher is better.
        """
        if isinstance(books, slice):
            first, stop, step = books.indices(self.n_books)
            if step == 1:  # views of the books' terms instead of copies
                return self._logits(terms, max(0, stop - first), first, pairs)
            books = np.arange(first, stop, step, dtype=np.int32)
        return self._logits(terms, len(books), books, pairs)

    def _logits(
        self, terms: ReaderTerms, count: int, books: Ints | int, pairs: Floats | None
    ) -> Floats:
        """[count] logits of some books, or of those from one position on."""
        out = np.empty(count, dtype=np.float32)
        buffers = self._buffers()
        for tile in tiles(count, _TILE):
            if isinstance(books, int):
                where: Ints | slice = slice(books + tile.start, books + tile.stop)
            else:
                where = books[tile]
            out[tile] = self._tile(terms, where, None if pairs is None else pairs[tile], buffers)
        return out

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: tuple[int, Floats] | None, out: Floats
    ) -> None:
        """Logits of several readers for the whole catalogue.

        Args:
            terms: [R] of each reader.
            dense: the one pair feature that is not zero for most books: its column, and [R, B] its
                values. The other pair features count as zero.
            out: [R, B] float32, filled with the logits. A reader's row does not depend on which
                others there are.
        """
        buffers = self._buffers()
        pairs = np.zeros((buffers.size, self.pair_width), dtype=np.float32)
        for tile in tiles(self.n_books, _TILE):
            for reader, own in enumerate(terms):
                if dense is None:
                    out[reader, tile] = self._tile(own, tile, None, buffers)
                    continue
                count = tile.stop - tile.start
                pairs[:count, dense[0]] = dense[1][reader, tile]
                out[reader, tile] = self._tile(own, tile, pairs[:count], buffers)

    def _tile(
        self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None, buffers: Buffers
    ) -> Floats:
        """[C] logits of at most as many books as the buffers hold."""
        count = len(books) if not isinstance(books, slice) else books.stop - books.start
        outputs: list[Floats | None] = []
        for number, layer in enumerate(self.layers):
            if not any(layer.pairwise):
                outputs.append(None)
                continue
            own = [buffer[:, :count] for buffer in buffers.layers[number]]
            sums = [
                operand.rows(books, pairs, outputs, buffer)
                for operand, buffer in zip(layer.operands, own, strict=True)
            ]
            outputs.append(layer.rows(sums, terms.shifts[number], own[0][0]))
        logits = self.last.rows(books, pairs, outputs, buffers.last[:, :count])
        return np.asarray(logits[:, 0] + terms.constant)

    def _buffers(self) -> Buffers:
        if getattr(self._own, "buffers", None) is None or self._own.buffers.size != _TILE:
            self._own.buffers = Buffers(self, _TILE)
        buffers: Buffers = self._own.buffers
        return buffers

    def save(self, directory: Path) -> None:
        """Write the arrays into ``directory`` (which exists), and what they are for."""
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


class Buffers:
    """Room for the activations of a tile: for each sum its result, and a product to be added to it."""

    def __init__(self, ranker: SplitRanker, size: int) -> None:
        self.size = size
        self.layers = [
            [np.empty((2, size, operand.width), dtype=np.float32) for operand in layer.operands]
            for layer in ranker.layers
        ]
        self.last = np.empty((2, size, 1), dtype=np.float32)


def tiles(count: int, size: int) -> Iterator[slice]:
    """0 … ``count`` - 1 in runs of ``size``, the last one shorter."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """The logistic function, computed in float64 without overflow or loss of small values."""
    small = np.exp(-np.abs(logits.astype(np.float64)))
    return np.where(logits >= 0, 1.0, small) / (1.0 + small)
