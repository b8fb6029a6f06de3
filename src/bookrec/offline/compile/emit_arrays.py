"""From the linear forms of a split model to the arrays of a `SplitRanker`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.offline.compile.keras_graph import Tensor, evaluate
from bookrec.offline.compile.linear_forms import Doubles, Form, PlacedIdentity, Source, dense
from bookrec.offline.compile.splitter import PlannedLayer

_BATCH_NUMBERS: Final = 4_000_000
"""Numbers of one-sided tensors evaluated at a time: 32 MB of float64."""

Columns = Sequence[tuple[Tensor, slice]]
"""Tensors side by side, each with its columns."""


def width_of(tensor: Tensor) -> int:
    """Numbers in one row of a tensor."""
    return math.prod(1 if size is None else size for size in tensor.shape)


@dataclass(frozen=True)
class SourceBindings:
    """What the sources of a split model stand for when it runs."""

    book_terms: Mapping[Form, Floats]
    """[B, width] the books' part of each form that has one."""
    band_tables: Mapping[Source, Floats]
    """[bands, width] of each source that depends on the age band."""
    bands: int
    reader_columns: Columns
    pair_columns: Columns


def forms_of(layers: Sequence[PlannedLayer], logit: Form) -> list[Form]:
    """Every form that is computed, each once."""
    operands = [operand for layer in layers for operand in layer.operands]
    return list(dict.fromkeys([*operands, logit]))


def book_terms(
    forms: Sequence[Form], book_inputs: Mapping[str, NDArray[Any]]
) -> dict[Form, Floats]:
    """[B, width] the books' part of each form that has one; its sources are evaluated by Keras.

    Args:
        book_inputs: [B] or [B, ...] by name.
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
            own = _of_side(form, "book")
            out[rows] = sum(_times(of_source[s], form, s) for s in own)
    return terms


def _of_side(form: Form, side: str) -> list[Source]:
    return [source for source in form.terms if source.side == side]


def _times(values: Floats, form: Form, source: Source) -> Doubles:
    """[n, width] the values of a source [n, its width] in a form."""
    kernel = form.terms[source]
    if not isinstance(kernel, PlacedIdentity):
        return values.astype(np.float64) @ kernel
    placed = np.zeros((len(values), form.width))
    placed[:, kernel.start : kernel.start + kernel.count] = values
    return placed


def band_tables(
    forms: Sequence[Form], band_inputs: Mapping[str, NDArray[Any]]
) -> dict[Source, Floats]:
    """[bands, width] of each source that depends on the age band alone, by Keras."""
    sources = list({s: None for form in forms for s in _of_side(form, "band")})
    tensors = [source.tensor for source in sources if source.tensor is not None]
    return dict(zip(sources, evaluate(tensors, band_inputs), strict=True))


def arrays_of(
    layers: Sequence[PlannedLayer], logit: Form, layout: SourceBindings
) -> tuple[tuple[Layer, ...], Sum]:
    """The layers of the program and its last sum."""
    made = tuple(
        Layer(
            layer.kind,
            tuple(_sum(operand, layout) for operand in layer.operands),
            layer.parameters,
            tuple(operand.pairwise for operand in layer.operands),
        )
        for layer in layers
    )
    return made, _sum(logit, layout)


def _sum(form: Form, layout: SourceBindings) -> Sum:
    constant = np.tile(form.bias, (layout.bands, 1))
    for source in _of_side(form, "band"):
        constant += _times(layout.band_tables[source], form, source)
    return Sum(
        constant=constant.astype(np.float32),
        features=_kernel(form, layout.reader_columns),
        books=layout.book_terms.get(form),
        pairs=_kernel(form, layout.pair_columns),
        inputs=tuple((s.layer, _input_kernel(form, s)) for s in _of_side(form, "layer")),
    )


def _kernel(form: Form, columns: Columns) -> Floats | None:
    """[columns, width] the rows for each column; None where the form has none of these tensors."""
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
