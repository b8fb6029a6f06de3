"""Layers of a compiled model: what remains of a network once its one-sided parts are constants.

A *sum* is a linear layer split by side: constants of the age band, products of the reader's features,
a row per book, products of the pair features, and products of earlier layers' outputs. A *layer*
applies an activation to one sum, or multiplies two.

For one reader, all terms of a sum that do not depend on the book are one vector, the sum's *shift*. The
part of a layer's output that every book shares is its *offset*, a vector [H] that enters the next sum's
shift once per reader.

Shapes: ``H`` width, ``F`` reader features, ``B`` books, ``P`` pair features, ``C`` books ranked at
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bookrec.arrays import Floats, Ints, alike_by_row
from bookrec.inference.ranker.activations import ACTIVATIONS, Parameters

PRODUCTS: Final = ("multiply", "dot")
"""Kinds of layers that multiply two operands elementwise; ``dot`` also sums each row."""
LINEAR: Final = "linear"
"""Kind of a layer that only keeps a sum for several later ones."""


@dataclass(frozen=True)
class Sum:
    """Linear layer, split by side."""

    constant: Floats
    """[bands, H]: biases, and the terms of the age band."""
    features: Floats | None = None
    """[F, H]: kernel of the reader features."""
    books: Floats | None = None
    """[B, H]: term of each book."""
    pairs: Floats | None = None
    """[P, H]: kernel of the pair features."""
    inputs: tuple[tuple[int, Floats | None], ...] = ()
    """Earlier layers by number, each with its kernel [h, H]; None adds the layer unchanged."""

    @property
    def width(self) -> int:
        """Units of the sum, H."""
        return int(self.constant.shape[1])

    def shift(self, age_band: int, features: Floats, offsets: Sequence[Floats]) -> Floats:
        """[H] terms of one reader that every book shares.

        Args:
            age_band: code of `AGE_BANDS`.
            features: [F] reader features.
            offsets: [h] offsets of the layers so far.
        """
        total: Floats = self.constant[age_band]
        if self.features is not None:
            total = total + features @ self.features
        for number, kernel in self.inputs:
            total = total + (offsets[number] if kernel is None else offsets[number] @ kernel)
        return total

    def rows(
        self,
        books: Ints | slice,
        pairs: Floats | None,
        outputs: Sequence[Floats | None],
        buffer: Floats,
    ) -> Floats:
        """[C, H] terms that differ between books, in ``buffer[0]`` or as a view not to be changed.

        Args:
            pairs: [C, P]; None counts as zeros.
            outputs: matrices of the layers so far; None for those that depend on the reader alone.
            buffer: [2, C, H] to write to.
        """
        out: Floats = buffer[0]
        total: Floats | None = None
        if self.books is not None:
            if isinstance(books, slice):
                total = self.books[books]
            else:
                total = np.take(self.books, books, axis=0, out=out, mode="clip")
        if self.pairs is not None and pairs is not None:
            total = _added(total, pairs, self.pairs, buffer)
        for number, kernel in self.inputs:
            matrix = outputs[number]
            if matrix is not None:
                total = _added(total, matrix, kernel, buffer)
        if total is None:
            out.fill(0.0)
            return out
        return total


def _added(total: Floats | None, matrix: Floats, kernel: Floats | None, buffer: Floats) -> Floats:
    """[C, H] ``total + matrix @ kernel`` in ``buffer[0]``; ``matrix`` itself without both others."""
    out: Floats = buffer[0]
    product: Floats = buffer[1]
    if total is None:
        return matrix if kernel is None else _product(matrix, kernel, out)
    return np.add(total, matrix if kernel is None else _product(matrix, kernel, product), out=out)


def _product(matrix: Floats, kernel: Floats, out: Floats) -> Floats:
    """[C, H] ``matrix @ kernel``, each row rounded alike at any place and beside any other rows.

    BLAS does not promise that: its products of a matrix and a vector, and some of its kernels for
    products of matrices, round the last rows differently. A book's score would depend, in its last
    bit, on the other books of the call. See `alike_by_row`.
    """
    if kernel.shape[1] == 1:
        np.vecdot(matrix, kernel[:, 0], out=out[:, 0])
        return out
    return alike_by_row(matrix, kernel, out)


@dataclass(frozen=True)
class Layer:
    """Activation of one sum, or product of two."""

    kind: str
    """Key of `ACTIVATIONS`, `LINEAR`, or one of `PRODUCTS`."""
    operands: tuple[Sum, ...]
    parameters: Parameters = field(default_factory=dict)
    pairwise: tuple[bool, ...] = (True,)
    """Whether each operand differs between books."""

    @property
    def width(self) -> int:
        """Units of the layer, H; 1 for a dot product."""
        return 1 if self.kind == "dot" else self.operands[0].width

    def offset(self, shifts: Sequence[Floats]) -> Floats:
        """[H] vector to add to every row of `rows`: the whole output if nothing is pairwise."""
        if self.kind in PRODUCTS:
            if all(self.pairwise):
                return np.zeros(self.width, dtype=np.float32)
            product = shifts[0] * shifts[1]
            return product.sum(keepdims=True) if self.kind == "dot" else product
        if self.kind == LINEAR:
            return shifts[0]
        if any(self.pairwise):
            return np.zeros(self.width, dtype=np.float32)
        return np.asarray(ACTIVATIONS[self.kind](shifts[0].copy(), **self.parameters))

    def rows(self, sums: Sequence[Floats], shifts: Sequence[Floats], out: Floats) -> Floats:
        """[C, H] output of the layer without its offset.

        Args:
            out: [C, width of the first operand] to write to; may be the first of ``sums``.
        """
        if self.kind in PRODUCTS:
            return self._product(sums, shifts, out)
        if self.kind == LINEAR:
            return sums[0]
        np.add(sums[0], shifts[0], out=out)
        return np.asarray(ACTIVATIONS[self.kind](out, **self.parameters))

    def _product(self, sums: Sequence[Floats], shifts: Sequence[Floats], out: Floats) -> Floats:
        if all(self.pairwise):
            left, right = sums[0] + shifts[0], sums[1] + shifts[1]
            if self.kind == "dot":
                return np.asarray(np.einsum("ch,ch->c", left, right)[:, None])
            return np.asarray(np.multiply(left, right, out=out))
        index = self.pairwise.index(True)
        if self.kind == "dot":
            return np.asarray((sums[index] @ shifts[1 - index])[:, None])
        return np.asarray(np.multiply(sums[index], shifts[1 - index], out=out))
