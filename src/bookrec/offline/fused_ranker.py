"""A compiled ranker whose chain of ReLU layers runs as machine code made for it.

Dense-ReLU layers one after the other are what most models leave to be done per pair, and that is where
the time of scoring goes. Such a ranker's logits are made here by `bookrec.offline.fused_kernel`,
equal to those of `bookrec.ranker` up to float32 rounding; what that brings is in
docs/scoring-speed.md. Models of other forms stay with NumPy, and so does the site.

Shapes: ``B`` books, ``C`` books ranked at once, ``H`` width of a layer, ``P`` pair features, ``R``
readers of a call, ``T`` books of a tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final, Self

import numpy as np

from bookrec.arrays import Floats, Ints
from bookrec.offline.fused_kernel import compile_kernel
from bookrec.offline.kernel_layout import Layout, filled_up
from bookrec.ranker import ReaderTerms, SplitRanker
from bookrec.ranker_layers import Layer, Sum
from bookrec.recommender import Recommender

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
            ranker.layers, ranker.last, ranker.n_books, ranker.reader_width, ranker.pair_width,
            ranker.output,
        )  # fmt: skip

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: tuple[int, Floats] | None, out: Floats
    ) -> None:
        """See `bookrec.ranker.SplitRanker.catalogue_logits`."""
        books = self._first.books
        if not self._is_chain or books is None:
            super().catalogue_logits(terms, dense, out)
            return
        column = None if dense is None else dense[0]
        for start in range(0, len(terms), _READERS):
            readers = slice(start, min(start + _READERS, len(terms)))
            values = None if dense is None else np.ascontiguousarray(dense[1][readers], np.float32)
            self._fill(books, terms[readers], column, values, out[readers])
            if self.last.books is not None:
                out[readers] += self.last.books[:, 0]
            if values is not None and self.last.pairs is not None:
                out[readers] += values * self.last.pairs[column, 0]

    def _logits(
        self, terms: ReaderTerms, count: int, books: Ints | int, pairs: Floats | None
    ) -> Floats:
        """[count] logits of some books, or of those from one position on."""
        if not self._is_chain:
            return super()._logits(terms, count, books, pairs)
        out = np.empty(count, dtype=np.float32)
        where = slice(books, books + count) if isinstance(books, int) else books
        buffer = np.empty((2, count, self._first.width), dtype=np.float32)
        rows = self._first.rows(where, pairs, (), buffer)
        self._fill(rows, [terms], None, None, out[None])
        if self.last.books is not None:
            out += self.last.books[where, 0]
        if self.last.pairs is not None and pairs is not None:
            out += np.vecdot(pairs, self.last.pairs[:, 0])
        return out

    def _fill(
        self,
        rows: Floats,
        terms: Sequence[ReaderTerms],
        column: int | None,
        values: Floats | None,
        out: Floats,
    ) -> None:
        """Fill ``out`` [R, C] with logits, but for what ``last`` says of books and pairs.

        Args:
            rows: [C, H] the first layer's sum of each book.
            column, values: a pair feature and its values [R, C] that ``rows`` have not yet.
        """
        if not len(rows):
            return
        rows, layout = np.ascontiguousarray(rows, dtype=np.float32), self._layout
        feature = self._feature(column)
        kernel = compile_kernel(layout, feature is not None)
        shifts = self._shifts(terms)
        room = np.empty(min(_TILE, len(rows)) * layout.room[-1], dtype=np.float32)
        step = 0 if values is None else values.strides[0] // 4
        for start in range(0, len(rows), _TILE):
            kernel(
                len(terms), min(_TILE, len(rows) - start), _address(rows, start),
                _address(values, 0, start), step, _address(feature), _address(shifts),
                _address(self._weights), _address(room), _address(out, 0, start),
                out.strides[0] // 4,
            )  # fmt: skip
        out += np.array([own.constant for own in terms], dtype=np.float32)[:, None]

    @cached_property
    def _is_chain(self) -> bool:
        return is_chain(self.layers, self.last)

    @property
    def _first(self) -> Sum:
        return self.layers[0].operands[0]

    @cached_property
    def _layout(self) -> Layout:
        return Layout(tuple(layer.width for layer in self.layers))

    @cached_property
    def _weights(self) -> Floats:
        """The kernels as `Layout.kernels` says."""
        sums = [*(layer.operands[0] for layer in self.layers[1:]), self.last]
        kernels = [kernel for total in sums for _, kernel in total.inputs if kernel is not None]
        last = kernels.pop()
        parts = [_filled(kernel).ravel() for kernel in kernels]
        return np.concatenate([*parts, _filled(last.T).ravel()]).astype(np.float32)

    def _feature(self, column: int | None) -> Floats | None:
        """[filled-up H] the first layer's kernel of a pair feature."""
        if column is None or self._first.pairs is None:
            return None
        return _filled(self._first.pairs[[column]])[0]

    def _shifts(self, terms: Sequence[ReaderTerms]) -> Floats:
        """[R, …] the shifts of every layer, as `Layout.shifts` says."""
        by_layer = [
            _filled(np.stack([own for (own,) in rows]))
            for rows in zip(*(reader.shifts for reader in terms), strict=True)
        ]
        return np.ascontiguousarray(np.concatenate(by_layer, axis=1))


def _filled(matrix: Floats) -> Floats:
    """With columns of zeros up to a full vector."""
    width = matrix.shape[1]
    return np.pad(matrix, ((0, 0), (0, filled_up(width) - width))).astype(np.float32)


def _address(array: Floats | None, *place: int) -> int:
    """Of a number in an array; 0 for none."""
    if array is None:
        return 0
    return int(array.ctypes.data) + sum(
        at * stride for at, stride in zip(place, array.strides, strict=False)
    )
