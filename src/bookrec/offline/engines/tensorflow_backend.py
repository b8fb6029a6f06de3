"""TensorFlow backend: scores the whole catalogue on a GPU where one is visible.

It runs the layers of `ranker.layers` for a block of readers and a tile of books at once: the matrix of
a layer is [R, T, H], or [1, T, H] where all readers share it. Single books of one reader stay on the
CPU, with the fused backend.

Shapes: ``R`` readers of a block, ``T`` books of a tile, ``H`` width, ``B`` books, ``P`` pair features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import tensorflow as tf

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.inference.ranker.catalogue_backend import (
    DenseFeature,
    RankerProgram,
    ReaderTerms,
    tiles,
)
from bookrec.inference.ranker.layers import LINEAR, PRODUCTS, Layer, Sum
from bookrec.inference.retrieval import TOWER_BLOCK
from bookrec.offline.engines.fused.fused_backend import fused_backend
from bookrec.offline.engines.tensorflow_activations import TENSORFLOW_ACTIVATIONS
from bookrec.offline.runtime.untyped import Tensor

_READERS: Final = TOWER_BLOCK
"""R. Blocks and tiles are filled up: one size is compiled once, and rounds alike for everybody."""
_TILE_BYTES: Final = {"GPU": 2**30, "CPU": 2**26}
"""Size of a tile's activations: work enough to hide the time of starting it."""

Matrix: TypeAlias = Tensor
"""A tensor [R or 1, T, H]."""


class TensorFlowBackend:
    """`CatalogueBackend` whose `catalogue_logits` runs in TensorFlow."""

    def __init__(self, program: RankerProgram) -> None:
        """Take the program; the first call moves its arrays to the device.

        Raises:
            ModelError: TensorFlow has no layer of some kind.
        """
        known = {*TENSORFLOW_ACTIVATIONS, *PRODUCTS, LINEAR}
        for number, layer in enumerate(program.layers):
            if layer.kind not in known:
                raise ModelError(
                    f"Layer {number} of the compiled model is of the kind '{layer.kind}', which the "
                    "engine 'tensorflow' does not know; use --engine processes."
                )
        self._program = program
        self._single_books = fused_backend(program)

    def logits(self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None) -> Floats:
        """[C] logits; see the protocol."""
        return self._single_books.logits(terms, books, pairs)

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: DenseFeature | None, out: Floats
    ) -> None:
        """Fill ``out``; see the protocol."""
        for block in tiles(len(terms), _READERS):
            values = None if dense is None else (dense[0], dense[1][block])
            self.on_device.fill(terms[block], values, out[block])

    @cached_property
    def on_device(self) -> DeviceProgram:
        """The program on the device."""
        return DeviceProgram(self._program)


class DeviceProgram:
    """Layers as TensorFlow operations, with their arrays on the device."""

    def __init__(self, program: RankerProgram) -> None:
        """Move the books' terms to the device, and choose the size of a tile."""
        # A GPU's shortened products (TF32) are off by 1e-3.
        tf.config.experimental.enable_tensor_float_32_execution(False)
        device = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        sums = [*(s for layer in program.layers for s in layer.operands), program.last]
        self._n_books = program.n_books
        self._tile = _tile_size(
            program.n_books, sum(total.width for total in sums), _TILE_BYTES[device]
        )
        self._layers, self._last = program.layers, program.last
        padding = -self._n_books % self._tile
        self.books = {
            id(total): tf.constant(np.pad(total.books, ((0, padding), (0, 0))))
            for total in sums
            if total.books is not None
        }
        self._functions: dict[int | None, Callable[..., Tensor]] = {}

    def fill(self, terms: Sequence[ReaderTerms], dense: DenseFeature | None, out: Floats) -> None:
        """Fill ``out`` [n, B] with the logits of n ≤ R readers."""
        shifts, constants = _shifts(terms)
        column = None if dense is None else dense[0]
        if column not in self._functions:
            self._functions[column] = tf.function(self._logits(column), autograph=False)
        parts = []
        for start in range(0, self._n_books, self._tile):
            values = np.zeros((_READERS, self._tile if dense is not None else 0), np.float32)
            if dense is not None:
                known = dense[1][:, start : start + self._tile]
                values[: len(known), : known.shape[1]] = known
            parts.append(self._functions[column](tf.constant(start), values, shifts, constants))
        # Fetch once all tiles are queued, so that the device never waits.
        for number, logits in enumerate(parts):
            books = slice(number * self._tile, min((number + 1) * self._tile, self._n_books))
            out[:, books] = logits.numpy()[: len(out), : books.stop - books.start]

    def _logits(self, column: int | None) -> Callable[..., Tensor]:
        """Make a function of a tile's first book, the dense pair feature, and the readers' terms."""

        def run(
            start: Tensor, values: Tensor, shifts: list[list[Tensor]], constants: Tensor
        ) -> Tensor:
            tile = _Tile(self.books, start, self._tile, column, values)
            outputs: list[Matrix | None] = []
            for layer, rows in zip(self._layers, shifts, strict=True):
                if not any(layer.pairwise):
                    outputs.append(None)
                    continue
                sums = [tile.rows(total, outputs) for total in layer.operands]
                outputs.append(_rows(layer, sums, [shift[:, None] for shift in rows]))
            return tile.rows(self._last, outputs)[:, :, 0] + constants[:, None]

        return run


def _tile_size(n_books: int, width: int, limit_bytes: int) -> int:
    """T: a power of two, as large as the catalogue and the limit allow, and at least 64."""
    tile = 64
    while tile < n_books and 2 * tile * _READERS * width * 4 <= limit_bytes:
        tile *= 2
    return tile


def _shifts(terms: Sequence[ReaderTerms]) -> tuple[list[list[Floats]], Floats]:
    """[R, H] shifts of each operand of each layer, and [R] constants; zeros after the last reader."""
    spare = _READERS - len(terms)
    shifts = [
        [np.pad(np.stack(rows), ((0, spare), (0, 0))) for rows in zip(*layer, strict=True)]
        for layer in zip(*(reader.shifts for reader in terms), strict=True)
    ]
    constants = np.array([reader.constant for reader in terms], dtype=np.float32)
    return shifts, np.pad(constants, (0, spare))


class _Tile:
    """A run of books, with the dense pair feature of each reader."""

    def __init__(
        self,
        books: dict[int, Tensor],
        start: Tensor,
        size: int,
        column: int | None,
        values: Tensor,
    ) -> None:
        self._books, self._start, self._size = books, start, size
        self._column, self._values = column, values

    def rows(self, total: Sum, outputs: Sequence[Matrix | None]) -> Matrix:
        """[R or 1, T, H] sum of each book, as in `Sum.rows`."""
        parts = []
        if total.books is not None:
            every = self._books[id(total)]
            parts.append(tf.slice(every, [self._start, 0], [self._size, total.width])[None])
        if total.pairs is not None and self._column is not None:
            parts.append(self._values[:, :, None] * total.pairs[self._column])
        for number, kernel in total.inputs:
            matrix = outputs[number]
            if matrix is not None:
                parts.append(matrix if kernel is None else _product(matrix, kernel))
        if not parts:
            return tf.zeros((1, self._size, total.width))
        result = parts[0]
        for part in parts[1:]:
            result = result + part
        return result


def _product(matrix: Matrix, kernel: Floats) -> Matrix:
    readers, books, width = matrix.shape
    flat = tf.matmul(tf.reshape(matrix, (readers * books, width)), kernel)
    return tf.reshape(flat, (readers, books, kernel.shape[1]))


def _rows(layer: Layer, sums: Sequence[Matrix], shifts: Sequence[Tensor]) -> Matrix:
    """[R or 1, T, H] output of a layer, as in `Layer.rows`; ``shifts`` are [R, 1, H]."""
    if layer.kind in PRODUCTS:
        if all(layer.pairwise):
            product = (sums[0] + shifts[0]) * (sums[1] + shifts[1])
        else:
            pairwise = layer.pairwise.index(True)
            product = sums[pairwise] * shifts[1 - pairwise]
        return tf.reduce_sum(product, axis=-1, keepdims=True) if layer.kind == "dot" else product
    if layer.kind == LINEAR:
        return sums[0]
    return TENSORFLOW_ACTIVATIONS[layer.kind](sums[0] + shifts[0], **layer.parameters)
