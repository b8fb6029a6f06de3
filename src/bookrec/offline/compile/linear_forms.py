"""Linear forms: tensors of a model written as a sum of products of *sources*.

A source is as much of a tensor as is computed from one side alone (the book, the reader, the age band,
the pair), or a layer of the compiled program. As long as layers are linear, a tensor that mixes sides
stays such a sum: ``bias + sum of source @ kernel``. Kernels are composed in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.compile.keras_graph import Tensor
from bookrec.offline.features.ranker_inputs import Side

Doubles = NDArray[np.float64]

_LARGEST_MATRIX: Final = 1 << 27
"""Numbers in a kernel: 1 GiB of float64."""


@dataclass(frozen=True, eq=False)
class Source:
    """What a linear form is a sum over; equal to itself alone."""

    side: Side | Literal["layer"]
    width: int
    tensor: Tensor | None = None
    """None for a layer."""
    layer: int = -1
    """Number of the layer of the compiled program."""
    pairwise: bool = False
    """Whether it is there once for each pair, so that products with it cost time for each."""


@dataclass(frozen=True)
class PlacedIdentity:
    """The kernel that puts a source, unchanged, at some columns: an identity matrix among zeros.

    Kept apart because a source may be as wide as a vocabulary.
    """

    start: int
    count: int
    width: int

    def dense(self) -> Doubles:
        if self.count * self.width > _LARGEST_MATRIX:
            raise MemoryError(f"a matrix of {self.count} x {self.width}")
        kernel = np.zeros((self.count, self.width))
        kernel[:, self.start : self.start + self.count] = np.eye(self.count)
        return kernel


Kernel = Doubles | PlacedIdentity
"""[source's width, form's width]"""


def dense(kernel: Kernel) -> Doubles:
    """A kernel as a matrix."""
    return kernel.dense() if isinstance(kernel, PlacedIdentity) else kernel


def _times(kernel: Kernel, matrix: Doubles) -> Doubles:
    if isinstance(kernel, PlacedIdentity):
        return matrix[kernel.start : kernel.start + kernel.count]
    return kernel @ matrix


def _moved(kernel: Kernel, start: int, width: int) -> Kernel:
    if isinstance(kernel, PlacedIdentity):
        return PlacedIdentity(start + kernel.start, kernel.count, width)
    wider = np.zeros((len(kernel), width))
    wider[:, start : start + kernel.shape[1]] = kernel
    return wider


@dataclass(frozen=True, eq=False)
class Form:
    """``bias + sum of source @ kernel``, its columns being a tensor's numbers in row-major order."""

    shape: tuple[int, ...]
    """Of the tensor, without the batch axis."""
    bias: Doubles
    """[width]"""
    terms: dict[Source, Kernel]

    @classmethod
    def of(cls, source: Source, shape: tuple[int, ...]) -> Form:
        """A source as it is."""
        return cls(
            shape, np.zeros(source.width), {source: PlacedIdentity(0, source.width, source.width)}
        )

    @property
    def width(self) -> int:
        return len(self.bias)

    @property
    def is_constant(self) -> bool:
        return not self.terms

    @property
    def pairwise(self) -> bool:
        """Whether it differs from book to book."""
        return any(source.pairwise or source.side == "book" for source in self.terms)

    def times(self, matrix: Doubles, shape: tuple[int, ...]) -> Form:
        """``form @ matrix``, with ``matrix`` [width, new width]."""
        terms: dict[Source, Kernel] = {s: _times(k, matrix) for s, k in self.terms.items()}
        return Form(shape, self.bias @ matrix, terms)

    def scaled(self, factors: Doubles | float) -> Form:
        """Each column multiplied by its factor."""
        factors = np.broadcast_to(np.asarray(factors, dtype=np.float64), self.width)
        if (factors == 1).all():
            return self
        terms: dict[Source, Kernel] = {s: dense(k) * factors for s, k in self.terms.items()}
        return Form(self.shape, self.bias * factors, terms)

    def shifted(self, bias: Any) -> Form:
        """With a bias added."""
        return Form(self.shape, self.bias + bias, self.terms)

    def plus(self, other: Form) -> Form:
        """The sum of two forms of one shape."""
        terms = dict(self.terms)
        for source, kernel in other.terms.items():
            terms[source] = dense(terms[source]) + dense(kernel) if source in terms else kernel
        return Form(self.shape, self.bias + other.bias, terms)

    def reshaped(self, shape: tuple[int, ...]) -> Form:
        return Form(shape, self.bias, self.terms)

    def selected(self, columns: NDArray[np.integer], shape: tuple[int, ...]) -> Form:
        """Some columns, in another order, or repeated."""
        if np.array_equal(columns, np.arange(self.width)):
            return self.reshaped(shape)
        terms: dict[Source, Kernel] = {s: dense(k)[:, columns] for s, k in self.terms.items()}
        return Form(shape, self.bias[columns], terms)

    def broadcast(self, shape: tuple[int, ...]) -> Form:
        """Repeated along axes of length 1, as NumPy does."""
        places = np.arange(self.width).reshape(self.shape)
        return self.selected(np.broadcast_to(places, shape).ravel(), shape)


def side_by_side(forms: list[Form], shape: tuple[int, ...]) -> Form:
    """The columns of all forms, one after the other."""
    width, start = sum(form.width for form in forms), 0
    total = Form(shape, np.zeros(width), {})
    for form in forms:
        bias = np.zeros(width)
        bias[start : start + form.width] = form.bias
        terms = {source: _moved(k, start, width) for source, k in form.terms.items()}
        total = total.plus(Form(shape, bias, terms))
        start += form.width
    return total
