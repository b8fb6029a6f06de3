"""A compiled ranker whose chain of ReLU layers runs as machine code made for it.

Dense-ReLU layers one after the other are what most models leave to be done per pair, and that is where
the time of scoring goes. Such a ranker's logits are made here by `fused.jit`,
equal to those of `ranker.split_ranker` up to float32 rounding; what that brings is in
docs/scoring-speed.md. Models of other forms stay with NumPy, and so does the site.

Shapes: ``B`` books, ``C`` books ranked at once, ``H`` width of a layer, ``P`` pair features, ``R``
readers of a call, ``T`` books of a tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.split_ranker import Buffers, ReaderTerms, SplitRanker, tiles
from bookrec.inference.recommender import Recommender
from bookrec.offline.engines.fused.buffer_layout import BufferLayout, filled_up
from bookrec.offline.engines.fused.jit import ALIGNMENT, books_side_by_side, compile_kernel

_TILE: Final = 512
"""T: its rows (512 x 128 float32 = 256 KiB) stay in cache from reader to reader."""
_READERS: Final = 16
"""That share a tile while it is there."""


def with_fused_ranker(recommender: Recommender) -> Recommender:
    """The same, its compiled ranker a `FusedRanker`."""
    if not isinstance(recommender.ranker, SplitRanker):
        return recommender
    return replace(recommender, ranker=FusedRanker.of(recommender.ranker))


def is_chain(layers: Sequence[Layer], last: Sum) -> bool:
    """Is every layer a ReLU of the one before, books and pair features in the first and ``last``?"""
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
    """Is the layer of that number the only one a sum takes in, through a kernel?"""
    return (
        len(total.inputs) == 1 and total.inputs[0][0] == number and total.inputs[0][1] is not None
    )


class FusedRanker(SplitRanker):
    """A `SplitRanker`, fused if it is a chain (`is_chain`). Safe to share by threads."""

    @classmethod
    def of(cls, ranker: SplitRanker) -> Self:
        """The same model."""
        return cls(
            ranker.layers,
            ranker.last,
            ranker.n_books,
            ranker.reader_width,
            ranker.pair_width,
            ranker.output,
        )

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: tuple[int, Floats] | None, out: Floats
    ) -> None:
        """See `SplitRanker.catalogue_logits`."""
        if not self._is_chain:
            super().catalogue_logits(terms, dense, out)
            return
        column = None if dense is None else dense[0]
        assert self.first.books is not None  # or it were no chain
        for readers in tiles(len(terms), _READERS):
            fill = _Filling(self, terms[readers], column, _TILE)
            for books in tiles(self.n_books, _TILE):
                part = out[readers, books]
                values = None if dense is None else dense[1][readers, books]
                fill(self.first.books[books], values, part)
                if self.last.books is not None:
                    part += self.last.books[books, 0]
                if values is not None and self.last.pairs is not None:
                    part += values * self.last.pairs[column, 0]

    def _tile(
        self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None, buffers: Buffers
    ) -> Floats:
        """[C] logits of at most as many books as the buffers hold."""
        if not self._is_chain:
            return super()._tile(terms, books, pairs, buffers)
        count = len(books) if not isinstance(books, slice) else books.stop - books.start
        rows = self.first.rows(books, pairs, (), buffers.layers[0][0][:, :count])
        out = np.empty(count, dtype=np.float32)
        _Filling(self, [terms], None, count)(rows, None, out[None])
        if self.last.books is not None:
            out += self.last.books[books, 0]
        if pairs is not None and self.last.pairs is not None:
            out += np.vecdot(pairs, self.last.pairs[:, 0])
        return out

    @property
    def first(self) -> Sum:
        """The sum that the first layer is taken of."""
        return self.layers[0].operands[0]

    @cached_property
    def layout(self) -> BufferLayout:
        """Of what the kernel is given."""
        return BufferLayout(tuple(layer.width for layer in self.layers))

    @cached_property
    def weights(self) -> Floats:
        """The kernels as `BufferLayout.kernels` says."""
        sums = [*(layer.operands[0] for layer in self.layers[1:]), self.last]
        *inner, last = [
            kernel for total in sums for _, kernel in total.inputs if kernel is not None
        ]
        return _aligned(np.concatenate([_filled(kernel).ravel() for kernel in (*inner, last.T)]))

    @cached_property
    def _is_chain(self) -> bool:
        return is_chain(self.layers, self.last)


class _Filling:
    """The kernel with all that stays the same from tile to tile."""

    def __init__(
        self, ranker: FusedRanker, terms: Sequence[ReaderTerms], column: int | None, most: int
    ) -> None:
        """``column``: of the pair feature whose values come with each tile, None without one;
        ``most``: books of a tile.
        """
        layout, pairs = ranker.layout, ranker.first.pairs
        shifts = [
            _filled(np.stack([own for (own,) in rows]))
            for rows in zip(*(reader.shifts for reader in terms), strict=True)
        ]
        self._shifts = _aligned(np.concatenate(shifts, axis=1))
        self._constants = np.array([own.constant for own in terms], dtype=np.float32)[:, None]
        self._weights = ranker.weights
        self._feature = None
        if column is not None and pairs is not None:
            self._feature = _filled(pairs[[column]])
        self._kernel = compile_kernel(layout, self._feature is not None, books_side_by_side())
        self._room = _aligned_room(most * layout.room[-1])

    def __call__(self, rows: Floats, values: Floats | None, out: Floats) -> None:
        """Fill ``out`` [R, T] with logits, but for what the last sum says of books and pairs.

        Args:
            rows: [T, H] the first layer's sum of each book.
            values: [R, T] of the pair feature.
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
    """With columns of zeros up to a full vector."""
    width = matrix.shape[1]
    return np.pad(matrix, ((0, 0), (0, filled_up(width) - width))).astype(np.float32)


def _aligned(array: Floats) -> Floats:
    """A copy that begins at a multiple of `ALIGNMENT` bytes."""
    copy = _aligned_room(array.size).reshape(array.shape)
    copy[...] = array
    return copy


def _aligned_room(size: int) -> Floats:
    """[size] numbers still to be written, which begin at a multiple of `ALIGNMENT` bytes."""
    room = np.empty(4 * size + ALIGNMENT, dtype=np.uint8)
    start = -_address(room) % ALIGNMENT
    return room[start : start + 4 * size].view(np.float32)


def _address(array: NDArray[Any] | None) -> int:
    return 0 if array is None else int(array.ctypes.data)
