"""Logits of several readers for the whole catalogue, where a ranker is a chain of ReLU layers.

Dense-ReLU layers one after the other are what most models leave to be done per pair, and a whole
catalogue is where the time of scoring goes. So this pass does the arithmetic of
`bookrec.ranker_layers` on a tile of books for several readers in one NumPy call, and compares in runs
that NumPy does not break up (`_RUN`). What that brings, and what else was tried, is in
docs/scoring-speed.md.

BLAS multiplies one reader's tile at a time, always of the same size: some of its kernels round a row
differently at different places of a matrix, and a reader's logits would depend, in their last bits,
on who shares the call.

Shapes: ``B`` books, ``H`` width of a layer, ``R`` readers of a call, ``S`` readers at a time, ``T``
books of a tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.arrays import Floats
from bookrec.ranker_layers import Layer, Sum

_TILE: Final = 256
"""T. The last tile is filled up to it."""
_READERS: Final = 16
"""S: enough that NumPy's own time for a call, some microseconds, does not count."""
_RUN: Final = 8192
"""Numbers compared in one go. NumPy cuts shorter rows into pieces in a slower loop: its iterator
works in blocks of this many (`numpy.getbufsize`). Comparing takes 17 instead of 25 ns per 128."""


@dataclass(frozen=True)
class Dense:
    """The one pair feature that is not zero for most books."""

    column: int
    """Of the pair features."""
    values: Floats
    """[R, B]"""


class Chain:
    """A ranker whose every layer is a ReLU of the one before, and room for a tile's activations."""

    def __init__(self, layers: Sequence[Layer], last: Sum) -> None:
        self._sums = [layer.operands[0] for layer in layers]
        self._last = last
        sums = (*self._sums, last)
        self._kernels = [k for total in sums for _, k in total.inputs if k is not None]
        widths = [total.width for total in self._sums]
        self._rows = [np.empty((_READERS, _TILE, width), np.float32) for width in (*widths, 1)]
        self._floors = [np.empty((_READERS, _run(width)), np.float32) for width in widths]

    @staticmethod
    def fits(layers: Sequence[Layer], last: Sum) -> bool:
        """Is the ranker such a chain, its books and pair features in the first layer and ``last``?"""
        if not layers or any(not layer.folds for layer in layers):
            return False
        first, *others = (layer.operands[0] for layer in layers)
        return (
            first.books is not None
            and not first.inputs
            and all(later.books is None and later.pairs is None for later in others)
            and all(_only(total, number) for number, total in enumerate((*others, last)))
        )

    def fill(
        self,
        shifts: Sequence[Sequence[Floats]],
        constants: Sequence[np.float32],
        dense: Dense | None,
        out: Floats,
    ) -> None:
        """Fill ``out`` [R, B] with logits.

        Args:
            shifts: [R] of each reader, the shift of every layer.
            constants: [R] of each reader, what is the same in all logits.
        """
        for start in range(0, len(out), _READERS):
            readers = slice(start, min(start + _READERS, len(out)))
            self._set_floors(shifts[readers])
            constant = np.array(constants[readers], dtype=np.float32)[:, None]
            for begin in range(0, out.shape[1], _TILE):
                books = slice(begin, min(begin + _TILE, out.shape[1]))
                values = None if dense is None else dense.values[readers, books]
                column = 0 if dense is None else dense.column
                out[readers, books] = self._tile(books, len(constant), column, values) + constant

    def _set_floors(self, shifts: Sequence[Sequence[Floats]]) -> None:
        """``relu(x + s) = max(x, -s) + s``: -s of each layer and reader, repeated to a run."""
        for number, floors in enumerate(self._floors):
            for reader, own in enumerate(shifts):
                repeated = floors[reader].reshape(-1, self._sums[number].width)
                np.negative(own[number], out=repeated)

    def _tile(self, books: slice, readers: int, column: int, values: Floats | None) -> Floats:
        """[S, T'] logits without the readers' constants; ``values`` [S, T'] of a pair feature."""
        activations = self._first_layer(books, readers, column, values)
        for number, kernel in enumerate(self._kernels, start=1):
            product = self._rows[number][:readers]
            np.matmul(activations, kernel, out=product)
            activations = product
            if number < len(self._floors):
                _maximum(activations, self._floors[number][:readers], activations)
        logits: Floats = activations[:, : books.stop - books.start, 0]
        if self._last.books is not None:
            logits = logits + self._last.books[books, 0]
        if values is not None and self._last.pairs is not None:
            logits = logits + values * self._last.pairs[column, 0]
        return logits

    def _first_layer(
        self, books: slice, readers: int, column: int, values: Floats | None
    ) -> Floats:
        """[S, T, H] the book's half and the pair feature, compared with each reader's floor."""
        first, floors, out = self._sums[0], self._floors[0][:readers], self._rows[0][:readers]
        assert first.books is not None
        halves = _filled_up(first.books[books])[None]
        if values is None or first.pairs is None:
            _maximum(halves, floors, out)
        else:
            _outer(values, first.pairs[column], out)
            np.add(_runs(out), _runs(halves), out=_runs(out))
            _maximum(out, floors, out)
        return out


def _only(total: Sum, number: int) -> bool:
    """Is the layer of that number the only one a sum takes in, through a kernel?"""
    return (
        len(total.inputs) == 1 and total.inputs[0][0] == number and total.inputs[0][1] is not None
    )


def _run(width: int) -> int:
    """Numbers of a run: whole rows, a power of two of them, and no more than a tile has."""
    rows = 1
    while rows < _TILE and rows * width < _RUN:
        rows *= 2
    return rows * width


def _runs(matrices: Floats) -> Floats:
    """[n, T, H] as [n, runs, numbers of a run], without a copy."""
    return matrices.reshape(len(matrices), -1, _run(matrices.shape[2]))


def _maximum(matrices: Floats, floors: Floats, out: Floats) -> None:
    """``out`` [S, T, H] = the larger of ``matrices`` [S or 1, T, H] and each reader's floor."""
    np.maximum(_runs(matrices), floors[:, None], out=_runs(out))


def _outer(values: Floats, kernel: Floats, out: Floats) -> None:
    """``out`` [S, T, H] = ``values`` [S, T'] times ``kernel`` [H], zero where T' is short of T.

    As a product of matrices with two columns and rows, the second of zeros: several times as fast
    as multiplying with broadcasting, or as BLAS with one.
    """
    left = np.zeros((*out.shape[:2], 2), dtype=np.float32)
    left[:, : values.shape[1], 0] = values
    right = np.stack([kernel, np.zeros_like(kernel)])
    np.matmul(left, right, out=out)


def _filled_up(rows: Floats) -> Floats:
    """[T, H] the rows of a tile, with rows of zeros after the last of the catalogue."""
    if len(rows) == _TILE:
        return rows
    full = np.zeros((_TILE, rows.shape[1]), dtype=np.float32)
    full[: len(rows)] = rows
    return full
