"""Linear forms: model tensors written as ``bias + sum of source @ kernel``.

A source is a tensor computed from one side alone (book, reader, age band or pair), or the output of
a layer of the compiled program. Linear layers keep a tensor that mixes sides in this form. Kernels
are composed in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.compile.keras_graph import Tensor
from bookrec.offline.features.ranker_inputs import Side

Doubles = NDArray[np.float64]

_LARGEST_MATRIX: Final = 1 << 27
"""Largest kernel, in numbers: 1 GiB of float64."""


@dataclass(frozen=True, eq=False)
class Source:
    """One summand's input in a linear form; compared by identity."""

    side: Side | Literal["layer"]
    width: int
    tensor: Tensor | None = None
    """Tensor that the source is; None for a layer."""
    layer: int = -1
    """Position of the layer in the compiled program; -1 for a tensor."""
    pairwise: bool = False
    """Whether the source has a row per pair, so that each product with it is computed per pair."""


@dataclass(frozen=True)
class PlacedIdentity:
    """Kernel that copies a source to some columns: an identity matrix padded with zeros.

    It is never stored as a matrix, because a source may be as wide as a vocabulary.
    """

    start: int
    count: int
    width: int

    def dense(self) -> Doubles:
        """[count, width] the kernel as a matrix.

        Raises:
            MemoryError: the matrix would exceed 1 GiB.
        """
        if self.count * self.width > _LARGEST_MATRIX:
            raise MemoryError(f"a matrix of {self.count} x {self.width}")
        kernel = np.zeros((self.count, self.width))
        kernel[:, self.start : self.start + self.count] = np.eye(self.count)
        return kernel


Kernel = Doubles | PlacedIdentity
"""[source width, form width]"""


def dense(kernel: Kernel) -> Doubles:
    """[source width, form width] the kernel as a matrix."""
    return kernel.dense() if isinstance(kernel, PlacedIdentity) else kernel


def _times(kernel: Kernel, matrix: Doubles) -> Doubles:
    if isinstance(kernel, PlacedIdentity):
        return matrix[kernel.start : kernel.start + kernel.count]
    return kernel @ matrix


def _padded(kernel: Kernel, start: int, width: int) -> Kernel:
    if isinstance(kernel, PlacedIdentity):
        return PlacedIdentity(start + kernel.start, kernel.count, width)
    wider = np.zeros((len(kernel), width))
    wider[:, start : start + kernel.shape[1]] = kernel
    return wider


@dataclass(frozen=True, eq=False)
class Form:
    """``bias + sum of source @ kernel``; its columns are a tensor's numbers in row-major order."""

    shape: tuple[int, ...]
    """Shape of the tensor without the batch axis."""
    bias: Doubles
    """[width]"""
    terms: dict[Source, Kernel]

    @classmethod
    def of(cls, source: Source, shape: tuple[int, ...]) -> Form:
        """The form that equals one source."""
        return cls(
            shape, np.zeros(source.width), {source: PlacedIdentity(0, source.width, source.width)}
        )

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.bias)

    @property
    def is_constant(self) -> bool:
        """Whether the form has no sources."""
        return not self.terms

    @property
    def pairwise(self) -> bool:
        """Whether the form has a row per book or pair."""
        return any(source.pairwise or source.side == "book" for source in self.terms)

    def times(self, matrix: Doubles, shape: tuple[int, ...]) -> Form:
        """Multiply the form by ``matrix`` [width, new width]."""
        terms: dict[Source, Kernel] = {s: _times(k, matrix) for s, k in self.terms.items()}
        return Form(shape, self.bias @ matrix, terms)

    def scaled(self, factors: Doubles | float) -> Form:
        """Multiply each column by its factor; ``factors`` is [width] or one number."""
        factors = np.broadcast_to(np.asarray(factors, dtype=np.float64), self.width)
        if (factors == 1).all():
            return self
        terms: dict[Source, Kernel] = {s: dense(k) * factors for s, k in self.terms.items()}
        return Form(self.shape, self.bias * factors, terms)

    def shifted(self, bias: Doubles | float) -> Form:
        """Add ``bias``, [width] or one number."""
        return Form(self.shape, self.bias + bias, self.terms)

    def plus(self, other: Form) -> Form:
        """Add another form of the same shape."""
        terms = dict(self.terms)
        for source, kernel in other.terms.items():
            terms[source] = dense(terms[source]) + dense(kernel) if source in terms else kernel
        return Form(self.shape, self.bias + other.bias, terms)

    def reshaped(self, shape: tuple[int, ...]) -> Form:
        """Give the form another shape of the same width."""
        return Form(shape, self.bias, self.terms)

    def selected(self, columns: NDArray[np.integer], shape: tuple[int, ...]) -> Form:
        """Take columns by position; they may be reordered or repeated."""
        if np.array_equal(columns, np.arange(self.width)):
            return self.reshaped(shape)
        terms: dict[Source, Kernel] = {s: dense(k)[:, columns] for s, k in self.terms.items()}
        return Form(shape, self.bias[columns], terms)

    def broadcast(self, shape: tuple[int, ...]) -> Form:
        """Repeat the form along axes of length 1, by NumPy's rules."""
        columns = np.arange(self.width).reshape(self.shape)
        return self.selected(np.broadcast_to(columns, shape).ravel(), shape)


def side_by_side(forms: list[Form], shape: tuple[int, ...]) -> Form:
    """Concatenate the columns of all forms."""
    width, start = sum(form.width for form in forms), 0
    total = Form(shape, np.zeros(width), {})
    for form in forms:
        bias = np.zeros(width)
        bias[start : start + form.width] = form.bias
        terms = {source: _padded(k, start, width) for source, k in form.terms.items()}
        total = total.plus(Form(shape, bias, terms))
        start += form.width
    return total
