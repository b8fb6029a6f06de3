"""NumPy backend: runs any program, layer by layer, for a tile of books at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.catalogue_backend import (
    DenseFeature,
    RankerProgram,
    ReaderTerms,
    count_of,
    part_of,
    tiles,
)

_TILE: Final = 1024
"""Books per tile: the activations of a tile (1024 x 128 float32 = 512 KiB) stay in cache."""


class NumpyBackend:
    """`CatalogueBackend` in NumPy."""

    def __init__(self, program: RankerProgram) -> None:
        """Take the program; memory is allocated by the first call of each thread."""
        self._program = program
        self._of_thread = threading.local()

    def logits(self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None) -> Floats:
        """[C] logits; see the protocol."""
        count = count_of(books)
        out = np.empty(count, dtype=np.float32)
        buffers = self._buffers()
        for tile in tiles(count, _TILE):
            features = None if pairs is None else pairs[tile]
            out[tile] = self._tile(terms, part_of(books, tile), features, buffers)
        return out

    def catalogue_logits(
        self, terms: Sequence[ReaderTerms], dense: DenseFeature | None, out: Floats
    ) -> None:
        """Fill ``out``; see the protocol."""
        buffers = self._buffers()
        pairs = np.zeros((buffers.size, self._program.pair_width), dtype=np.float32)
        for tile in tiles(self._program.n_books, _TILE):
            for row, reader in enumerate(terms):
                if dense is None:
                    out[row, tile] = self._tile(reader, tile, None, buffers)
                    continue
                features = pairs[: count_of(tile)]
                features[:, dense[0]] = dense[1][row, tile]
                out[row, tile] = self._tile(reader, tile, features, buffers)

    def _tile(
        self, terms: ReaderTerms, books: Ints | slice, pairs: Floats | None, buffers: Buffers
    ) -> Floats:
        """[C] logits of at most as many books as the buffers hold."""
        count = count_of(books)
        outputs: list[Floats | None] = []
        for number, layer in enumerate(self._program.layers):
            if not any(layer.pairwise):
                outputs.append(None)
                continue
            operands = [buffer[:, :count] for buffer in buffers.layers[number]]
            sums = [
                operand.rows(books, pairs, outputs, buffer)
                for operand, buffer in zip(layer.operands, operands, strict=True)
            ]
            outputs.append(layer.rows(sums, terms.shifts[number], operands[0][0]))
        logits = self._program.last.rows(books, pairs, outputs, buffers.last[:, :count])
        return np.asarray(logits[:, 0] + terms.constant)

    def _buffers(self) -> Buffers:
        """Buffers of this thread: fresh memory for every call would cost as much as the arithmetic."""
        buffers: Buffers | None = getattr(self._of_thread, "buffers", None)
        if buffers is None or buffers.size != _TILE:
            buffers = self._of_thread.buffers = Buffers(self._program, _TILE)
        return buffers


class Buffers:
    """Memory for the activations of a tile."""

    def __init__(self, program: RankerProgram, size: int) -> None:
        """Allocate two matrices per sum, its result and a product to add, for ``size`` books."""
        self.size = size
        self.layers = [
            [np.empty((2, size, operand.width), dtype=np.float32) for operand in layer.operands]
            for layer in program.layers
        ]
        self.last = np.empty((2, size, 1), dtype=np.float32)
