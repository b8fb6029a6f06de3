"""Fused backend: a chain of ReLU layers as machine code made for it.

Most models leave Dense-ReLU layers, one after the other, to be run per pair, and scoring spends its
time there. `fused.jit` makes one function of such a chain. Its logits equal those of
`ranker.numpy_backend` up to float32 rounding; docs/scoring-speed.md has the speed. NumPy runs models of
other forms, and the site's.

Shapes: ``B`` books, ``C`` books ranked at once, ``H`` width of a layer, ``P`` pair features, ``R``
readers of a call, ``T`` books of a tile.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np

from bookrec.arrays import Array, Floats, Ints
from bookrec.inference.ranker.catalogue_backend import (
    CatalogueBackend,
    DenseFeature,
    RankerProgram,
    ReaderTerms,
    count_of,
    part_of,
    tiles,
)
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.numpy_backend import NumpyBackend
from bookrec.offline.engines.fused.buffer_layout import BufferLayout, filled_up
from bookrec.offline.engines.fused.jit import ALIGNMENT, books_side_by_side, compile_kernel

_CATALOGUE_TILE: Final = 512
"""T for the catalogue: its rows (512 x 128 float32 = 256 KiB) stay in cache from reader to reader."""
_TILE: Final = 1024
"""T for single books of one reader."""
_READERS: Final = 16
"""Readers that share a tile while it is in cache."""


def fused_backend(program: RankerProgram) -> CatalogueBackend:
    """Make the fused backend of a chain (`is_chain`), and NumPy's of any other program."""
    if is_chain(program.layers, program.last):
        return FusedBackend(program)
    return NumpyBackend(program)


def is_chain(layers: Sequence[Layer], last: Sum) -> bool:
    """Whether every layer is a ReLU of the one before.

    Terms of books and pair features stand in the first layer and in ``last`` alone.
    """
    if not layers or any(layer.kind != "relu" or layer.parameters for layer in layers):
        return False
    first, *others = (layer.operands[0] for layer in layers)
    return (
        first.books is not None
        and not first.inputs
        and all(later.books is None and later.pairs is None for later in others)
        and all(_only(total, number) for number, total in enumerate((*others, last)))
    )


def _only(total: Sum, number: int) -> bool:
    """Whether the layer of that number is a sum's only input, through a kernel."""
    return (
        len(total.inputs) == 1 and total.inputs[0][0] == number and total.inputs[0][1] is not None
    )


class FusedBackend:
    """`CatalogueBackend` of a chain, in machine code."""

    def __init__(self, program: RankerProgram) -> None:
        """Take a chain; it is compiled by the first call."""
        self.first = program.layers[0].operands[0]
        self.last = program.last
        self._layers = program.layers
        self._n_books = program.n_books
        self._of_thread = threading.local()

    def logits(self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None) -> Floats:
        """[C] logits; see the protocol."""
        count = count_of(books)
        out = np.empty(count, dtype=np.float32)
        if not count:
            return out
        fill = _Filling(self, [terms], None, min(count, _TILE))
        for tile in tiles(count, _TILE):
            features = None if pairs is None else pairs[tile]
            some = part_of(books, tile)
            rows = self.first.rows(some, features, (), self._buffer()[:, : count_of(tile)])
            part = out[tile]
            fill(rows, None, part[None])
            if self.last.books is not None:
                part += self.last.books[some, 0]
            if features is not None and self.last.pairs is not None:
                part += np.vecdot(features, self.last.pairs[:, 0])
        return out

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: DenseFeature | None, out: Floats
    ) -> None:
        """Fill ``out``; see the protocol."""
        column = None if dense is None else dense[0]
        assert self.first.books is not None  # true of every chain
        for readers in tiles(len(terms), _READERS):
            fill = _Filling(self, terms[readers], column, _CATALOGUE_TILE)
            for books in tiles(self._n_books, _CATALOGUE_TILE):
                part = out[readers, books]
                values = None if dense is None else dense[1][readers, books]
                fill(self.first.books[books], values, part)
                if self.last.books is not None:
                    part += self.last.books[books, 0]
                if values is not None and self.last.pairs is not None:
                    part += values * self.last.pairs[column, 0]

    def _buffer(self) -> Floats:
        """[2, T, H] memory of this thread for the first layer's sum."""
        buffer: Floats | None = getattr(self._of_thread, "buffer", None)
        if buffer is None:
            buffer = np.empty((2, _TILE, self.first.width), dtype=np.float32)
            self._of_thread.buffer = buffer
        return buffer

    @cached_property
    def layout(self) -> BufferLayout:
        """Layout of the kernel's arrays."""
        return BufferLayout(tuple(layer.width for layer in self._layers))

    @cached_property
    def weights(self) -> Floats:
        """Kernels of all layers, laid out as `BufferLayout.kernels` says."""
        sums = [*(layer.operands[0] for layer in self._layers[1:]), self.last]
        *inner, last = [
            kernel for total in sums for _, kernel in total.inputs if kernel is not None
        ]
        return _aligned(np.concatenate([_filled(kernel).ravel() for kernel in (*inner, last.T)]))


class _Filling:
    """The kernel, with the arguments that all tiles share."""

    def __init__(
        self, backend: FusedBackend, terms: Sequence[ReaderTerms], column: int | None, most: int
    ) -> None:
        """Lay out the readers' terms.

        Args:
            backend: has the weights.
            terms: [R].
            column: of the pair feature whose values come with each tile; None without one.
            most: books of a tile, at most.
        """
        layout, pairs = backend.layout, backend.first.pairs
        shifts = [
            _filled(np.stack([shift for (shift,) in rows]))
            for rows in zip(*(reader.shifts for reader in terms), strict=True)
        ]
        self._shifts = _aligned(np.concatenate(shifts, axis=1))
        self._constants = np.array([reader.constant for reader in terms], dtype=np.float32)[:, None]
        self._weights = backend.weights
        self._feature = None
        if column is not None and pairs is not None:
            self._feature = _filled(pairs[[column]])
        self._kernel = compile_kernel(layout, self._feature is not None, books_side_by_side())
        self._room = _aligned_room(most * layout.room[-1])

    def __call__(self, rows: Floats, values: Floats | None, out: Floats) -> None:
        """Fill ``out`` with logits that lack the last sum's terms of books and pairs.

        Args:
            rows: [T, H] first layer's sum of each book.
            values: [R, T] values of the pair feature.
            out: [R, T].
        """
        rows = np.ascontiguousarray(rows, dtype=np.float32)
        step = 0
        if values is not None:
            values = np.ascontiguousarray(values, dtype=np.float32)
            step = values.shape[1]
        self._kernel(
            len(out),
            len(rows),
            _address(rows),
            _address(values),
            step,
            _address(self._feature),
            _address(self._shifts),
            _address(self._weights),
            _address(self._room),
            _address(out),
            out.strides[0] // out.itemsize,
        )
        out += self._constants


def _filled(matrix: Floats) -> Floats:
    """Append columns of zeros up to a full vector."""
    width = matrix.shape[1]
    return np.pad(matrix, ((0, 0), (0, filled_up(width) - width))).astype(np.float32)


def _aligned(array: Floats) -> Floats:
    """Copy ``array`` to an address that is a multiple of `ALIGNMENT` bytes."""
    copy = _aligned_room(array.size).reshape(array.shape)
    copy[...] = array
    return copy


def _aligned_room(size: int) -> Floats:
    """[size] unset numbers at an address that is a multiple of `ALIGNMENT` bytes."""
    room = np.empty(4 * size + ALIGNMENT, dtype=np.uint8)
    start = -_address(room) % ALIGNMENT
    return room[start : start + 4 * size].view(np.float32)


def _address(array: Array | None) -> int:
    return 0 if array is None else int(array.ctypes.data)
