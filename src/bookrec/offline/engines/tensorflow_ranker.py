"""A compiled ranker that scores the whole catalogue in TensorFlow, on a GPU where one is visible.

The same layers and the same arithmetic as `ranker.layers`, for a block of readers and a tile
of books at once: a matrix of a layer is [R, T, H] here, or [1, T, H] where it is the same for all
readers. Only `catalogue_logits` is done so; a reader's terms and single books stay on the CPU.

Shapes: ``R`` readers of a block, ``T`` books of a tile, ``H`` width, ``B`` books, ``P`` pair features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import tensorflow as tf

from bookrec.arrays import Floats
from bookrec.errors import ModelError
from bookrec.inference.ranker.layers import LINEAR, PRODUCTS, Layer, Sum
from bookrec.inference.ranker.split_ranker import ReaderTerms, SplitRanker
from bookrec.inference.retrieval import TOWER_BLOCK
from bookrec.offline.engines.fused.fused_ranker import FusedRanker
from bookrec.offline.engines.tensorflow_activations import TENSORFLOW_ACTIVATIONS

_READERS: Final = TOWER_BLOCK
"""R. Blocks and tiles are filled up: one size is compiled once, and rounds alike for everybody."""
_TILE_BYTES: Final = {"GPU": 2**30, "CPU": 2**26}
"""Of the activations of a tile: as much work at once as takes long beside starting it."""

Matrix = Any
"""A tensor [R or 1, T, H]."""


class TensorFlowRanker(FusedRanker):
    """A `SplitRanker` whose `catalogue_logits` is done by TensorFlow."""

    @classmethod
    def of(cls, ranker: SplitRanker) -> Self:
        """The same model.

        Raises:
            ModelError: it has a layer of a kind that this does not know.
        """
        known = {*TENSORFLOW_ACTIVATIONS, *PRODUCTS, LINEAR}
        for number, layer in enumerate(ranker.layers):
            if layer.kind not in known:
                raise ModelError(
                    f"Layer {number} of the compiled model is of the kind '{layer.kind}', which the "
                    "engine 'tensorflow' does not know; use --engine processes."
                )
        return super().of(ranker)

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: tuple[int, Floats] | None, out: Floats
    ) -> None:
        """See `SplitRanker.catalogue_logits`."""
        for start in range(0, len(terms), _READERS):
            block = slice(start, min(start + _READERS, len(terms)))
            values = None if dense is None else (dense[0], dense[1][block])
            self._on_device.fill(terms[block], values, out[block])

    @cached_property
    def _on_device(self) -> _Program:
        return _Program(self)


class _Program:
    """The layers as TensorFlow operations, their arrays on the device."""

    def __init__(self, ranker: SplitRanker) -> None:
        # A GPU's shortened products (TF32) are off by 1e-3.
        tf.config.experimental.enable_tensor_float_32_execution(False)
        device = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        sums = [*(s for layer in ranker.layers for s in layer.operands), ranker.last]
        self._n_books = ranker.n_books
        self._tile = _tile_size(ranker, sum(total.width for total in sums), _TILE_BYTES[device])
        self._layers, self._last = ranker.layers, ranker.last
        padding = -self._n_books % self._tile
        self._books = {
            id(total): tf.constant(np.pad(total.books, ((0, padding), (0, 0))))
            for total in sums
            if total.books is not None
        }
        self._functions: dict[int | None, Callable[..., Any]] = {}

    def fill(
        self, terms: Sequence[ReaderTerms], dense: tuple[int, Floats] | None, out: Floats
    ) -> None:
        """Fill ``out`` [n, B], n ≤ R."""
        shifts, constants = _shifts(terms)
        column = None if dense is None else dense[0]
        if column not in self._functions:
            self._functions[column] = tf.function(self._logits(column), autograph=False)
        made = []
        for start in range(0, self._n_books, self._tile):
            values = np.zeros((_READERS, self._tile if dense is not None else 0), np.float32)
            if dense is not None:
                part = dense[1][:, start : start + self._tile]
                values[: len(part), : part.shape[1]] = part
            made.append(self._functions[column](tf.constant(start), values, shifts, constants))
        # Fetched when all tiles are under way, so that the device does not wait for us.
        for number, logits in enumerate(made):
            books = slice(number * self._tile, min((number + 1) * self._tile, self._n_books))
            out[:, books] = logits.numpy()[: len(out), : books.stop - books.start]

    def _logits(self, column: int | None) -> Callable[..., Any]:
        """A function of a tile's first book, the dense pair feature, and the readers' terms."""

        def run(start: Any, values: Any, shifts: list[list[Any]], constants: Any) -> Any:
            tile = _Tile(self._books, start, self._tile, column, values)
            outputs: list[Matrix | None] = []
            for layer, own in zip(self._layers, shifts, strict=True):
                if not any(layer.pairwise):
                    outputs.append(None)
                    continue
                sums = [tile.rows(total, outputs) for total in layer.operands]
                outputs.append(_rows(layer, sums, [shift[:, None] for shift in own]))
            return tile.rows(self._last, outputs)[:, :, 0] + constants[:, None]

        return run


def _tile_size(ranker: SplitRanker, width: int, limit_bytes: int) -> int:
    """T: a power of two, as large as the catalogue and the limit allow, and at least 64."""
    tile = 64
    while tile < ranker.n_books and 2 * tile * _READERS * width * 4 <= limit_bytes:
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
    """Some books, and what their pair features are."""

    def __init__(
        self, books: dict[int, Any], start: Any, size: int, column: int | None, values: Any
    ) -> None:
        self._books, self._start, self._size = books, start, size
        self._column, self._values = column, values

    def rows(self, total: Sum, outputs: Sequence[Matrix | None]) -> Matrix:
        """[R or 1, T, H]: `Sum.rows`."""
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


def _rows(layer: Layer, sums: Sequence[Matrix], shifts: Sequence[Any]) -> Matrix:
    """[R or 1, T, H]: `Layer.rows`; ``shifts`` [R, 1, H]."""
    if layer.kind in PRODUCTS:
        if all(layer.pairwise):
            product = (sums[0] + shifts[0]) * (sums[1] + shifts[1])
        else:
            one = layer.pairwise.index(True)
            product = sums[one] * shifts[1 - one]
        return tf.reduce_sum(product, axis=-1, keepdims=True) if layer.kind == "dot" else product
    if layer.kind == LINEAR:
        return sums[0]
    return TENSORFLOW_ACTIVATIONS[layer.kind](sums[0] + shifts[0], **layer.parameters)
