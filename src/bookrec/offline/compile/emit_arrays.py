"""Conversion of the linear forms of a split model into the arrays of a `SplitRanker`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.arrays import Array, Floats
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.offline.compile.keras_graph import Tensor, evaluate
from bookrec.offline.compile.linear_forms import Doubles, Form, PlacedIdentity, Source, dense
from bookrec.offline.compile.splitter import PlannedLayer

_BATCH_NUMBERS: Final = 4_000_000
"""Numbers of one-sided tensors evaluated per batch: 32 MB of float64."""

Columns = Sequence[tuple[Tensor, slice]]
"""Tensors side by side, each with the columns it fills."""


def width_of(tensor: Tensor) -> int:
    """Numbers per row of a tensor."""
    return math.prod(1 if size is None else size for size in tensor.shape)


@dataclass(frozen=True)
class SourceBindings:
    """Values and feature columns that the sources of a split model are bound to at run time."""

    book_terms: Mapping[Form, Floats]
    """[B, width] book part of each form that has book sources."""
    band_tables: Mapping[Source, Floats]
    """[bands, width] values of each source that depends on the age band."""
    bands: int
    """Number of age bands."""
    reader_columns: Columns
    """Tensors that fill the reader features."""
    pair_columns: Columns
    """Tensors that fill the pair features."""


def forms_of(layers: Sequence[PlannedLayer], logit: Form) -> list[Form]:
    """Distinct forms that the program computes: the operands of its layers, then the logit."""
    operands = [operand for layer in layers for operand in layer.operands]
    return list(dict.fromkeys([*operands, logit]))


def book_terms(forms: Sequence[Form], book_inputs: Mapping[str, Array]) -> dict[Form, Floats]:
    """[B, width] float32 book part of each form that has book sources, evaluated by Keras.

    Args:
        forms: The forms of the program.
        book_inputs: [B] or [B, ...] book-side inputs, by name.
    """
    n_books = len(next(iter(book_inputs.values())))
    with_books = [form for form in forms if _of_side(form, "book")]
    kernels = {s: None for form in with_books for s in _of_side(form, "book")}
    sources, tensors = list(kernels), [s.tensor for s in kernels if s.tensor is not None]
    terms = {form: np.empty((n_books, form.width), dtype=np.float32) for form in with_books}
    widest = sum(source.width for source in sources) + max((f.width for f in forms), default=0)
    batch = min(16384, max(64, _BATCH_NUMBERS // max(1, widest)))
    for start in range(0, n_books if sources else 0, batch):
        rows = slice(start, start + batch)
        values = evaluate(tensors, {name: v[rows] for name, v in book_inputs.items()})
        of_source = dict(zip(sources, values, strict=True))
        for form, out in terms.items():
            out[rows] = sum(_times(of_source[s], form, s) for s in _of_side(form, "book"))
    return terms


def _of_side(form: Form, side: str) -> list[Source]:
    return [source for source in form.terms if source.side == side]


def _times(values: Floats, form: Form, source: Source) -> Doubles:
    """[n, width] the summand of a source in a form, from its ``values`` [n, source width]."""
    kernel = form.terms[source]
    if not isinstance(kernel, PlacedIdentity):
        return values.astype(np.float64) @ kernel
    placed = np.zeros((len(values), form.width))
    placed[:, kernel.start : kernel.start + kernel.count] = values
    return placed


def band_tables(forms: Sequence[Form], band_inputs: Mapping[str, Array]) -> dict[Source, Floats]:
    """[bands, width] values of each source that depends on the age band alone, evaluated by Keras.

    Args:
        forms: The forms of the program.
        band_inputs: [bands] band-side inputs, by name.
    """
    sources = list({s: None for form in forms for s in _of_side(form, "band")})
    tensors = [source.tensor for source in sources if source.tensor is not None]
    return dict(zip(sources, evaluate(tensors, band_inputs), strict=True))


def arrays_of(
    layers: Sequence[PlannedLayer], logit: Form, bindings: SourceBindings
) -> tuple[tuple[Layer, ...], Sum]:
    """The layers of the program as arrays, and the sum that gives the logit."""
    ready_layers = tuple(
        Layer(
            layer.kind,
            tuple(_sum(operand, bindings) for operand in layer.operands),
            layer.parameters,
            tuple(operand.pairwise for operand in layer.operands),
        )
        for layer in layers
    )
    return ready_layers, _sum(logit, bindings)


def _sum(form: Form, bindings: SourceBindings) -> Sum:
    constant = np.tile(form.bias, (bindings.bands, 1))
    for source in _of_side(form, "band"):
        constant += _times(bindings.band_tables[source], form, source)
    return Sum(
        constant=constant.astype(np.float32),
        features=_kernel(form, bindings.reader_columns),
        books=bindings.book_terms.get(form),
        pairs=_kernel(form, bindings.pair_columns),
        inputs=tuple((s.layer, _input_kernel(form, s)) for s in _of_side(form, "layer")),
    )


def _kernel(form: Form, columns: Columns) -> Floats | None:
    """[columns, width] kernel of the feature columns; None if the form uses none of the tensors."""
    kernels = {s.tensor: kernel for s, kernel in form.terms.items() if s.tensor is not None}
    if not any(tensor in kernels for tensor, _ in columns):
        return None
    rows = [
        dense(kernels[tensor]) if tensor in kernels else np.zeros((width_of(tensor), form.width))
        for tensor, _ in columns
    ]
    return np.concatenate(rows).astype(np.float32)


def _input_kernel(form: Form, source: Source) -> Floats | None:
    kernel = form.terms[source]
    if isinstance(kernel, PlacedIdentity) and kernel.count == kernel.width:
        return None
    return np.ascontiguousarray(dense(kernel), dtype=np.float32)
