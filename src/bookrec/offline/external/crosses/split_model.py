"""Models in which a cross of a reader's and a book's columns is two inputs, one of each side.

The Embedding of a cross gives each combination a row. For a value of the book, the rows of all values
of the reader stand side by side in a new Embedding; the reader's value selects its row by a product
with ones and zeros. So each input depends on one side, and the numbers are those of the model itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import keras
import numpy as np

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.offline.runtime.untyped import (
    KerasArgument,
    KerasLayer,
    KerasModel,
    KerasOperation,
    KerasTensor,
)

_SHAPING: Final = ("Reshape", "Flatten", "Squeeze", "ExpandDims", "Identity", "InputLayer")
_WIDEST: Final = 2048
"""Most numbers of a selection: values of one side times width of the embedding."""
_LARGEST: Final = 64_000_000
"""Most numbers in the rows of all combinations."""
READER: Final = ".reader"
"""End of the name of the input of the reader's side."""
BOOK: Final = ".book"
"""End of the name of the input of the book's side."""


@dataclass(frozen=True, eq=False)
class CrossTable:
    """Codes of a cross of a reader's and a book's columns."""

    name: str
    """Input of the model."""
    codes: Ints
    """[values of the reader, values of the book] codes; -1 = not a class, given the mean row."""


def without_crosses(model: KerasModel, tables: Sequence[CrossTable]) -> KerasModel:
    """Return a model with two inputs for each cross, ``name.reader`` and ``name.book``.

    Raises:
        ModelError: the model uses the cross otherwise than in an Embedding, or the cross has too many
            values of both sides.
    """
    for table in tables:
        model = _without(model, table)
    return model


def _without(model: KerasModel, table: CrossTable) -> KerasModel:
    reader = keras.Input((1,), dtype="int32", name=f"{table.name}{READER}")
    book = keras.Input((1,), dtype="int32", name=f"{table.name}{BOOK}")
    inputs, stand_ins = [], []
    codes: set[int] = set()
    for tensor in model.inputs:
        if tensor.name == table.name:
            # The rebuilt graph starts from a stand-in of the codes, which no layer reads.
            stand_in = keras.layers.Reshape(tensor.shape[1:], name=f"{table.name}_codes")(reader)
            codes.add(id(stand_in))
            inputs += [reader, book]
        else:
            stand_in = keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
            inputs.append(stand_in)
        stand_ins.append(stand_in)
    kept = []  # so that no other tensor gets the id of one in `codes`

    def call(
        operation: KerasOperation, *arguments: KerasArgument, **keywords: KerasArgument
    ) -> KerasArgument:
        crosses = [a for a in keras.tree.flatten((arguments, keywords)) if id(a) in codes]
        if not crosses:
            return operation(*arguments, **keywords)
        kind = type(operation).__name__
        if kind == "Embedding":
            return _selected(operation, table, reader, book, crosses[0])
        if kind not in _SHAPING and not _is_cast_to_whole(operation):
            raise ModelError(
                f"Layer {operation.name!r} ({kind}) of the model is given the cross {table.name!r} "
                "itself; only an Embedding of it can be split into reader and book. Build the model "
                "with an Embedding there."
            )
        result = operation(*arguments, **keywords)
        kept.append(result)
        codes.add(id(result))
        return result

    output = model._run_through_graph(  # clone_model would make new inputs
        stand_ins if len(stand_ins) > 1 else stand_ins[0],
        operation_fn=lambda operation: lambda *a, **k: call(operation, *a, **k),
    )
    return keras.Model(inputs, keras.tree.flatten(output)[0], name=model.name)


def _is_cast_to_whole(operation: KerasOperation) -> bool:
    return type(operation).__name__ == "Cast" and "int" in str(operation.dtype)


def _selected(
    layer: KerasLayer, table: CrossTable, reader: KerasTensor, book: KerasTensor, ids: KerasTensor
) -> KerasTensor:
    """Compute what an Embedding gives for a cross, from one input of each side."""
    (weights,) = layer.get_weights()
    rows = _rows(weights, table)
    n_readers, n_books, width = rows.shape
    by_reader = n_readers <= n_books
    size = min(n_readers, n_books) * width
    if size > _WIDEST or rows.size > _LARGEST:
        raise ModelError(
            f"The cross {table.name!r} has {n_readers:,} values of readers and {n_books:,} of books, "
            f"{width} numbers each: too many to split into reader and book. Build the model without "
            "it; its embeddings of readers and books say the same."
        )
    name = f"{layer.name}_{table.name}"
    ones = np.kron(np.eye(size // width), np.ones(width)).astype(np.float32)
    beside = rows.transpose(1, 0, 2) if by_reader else rows
    beside = np.ascontiguousarray(beside).reshape(len(beside), size)
    chosen, others = (reader, book) if by_reader else (book, reader)
    product = keras.layers.Multiply(name=f"{name}_product")(
        [
            _embedding(f"{name}_selection", ones)(chosen),
            _embedding(f"{name}_rows", beside)(others),
        ]
    )
    flat = keras.layers.Reshape((size,), name=f"{name}_flat")(product)
    total = keras.layers.Dense(width, use_bias=False, name=f"{name}_row")
    result = total(flat)
    total.set_weights([np.tile(np.eye(width, dtype=np.float32), (size // width, 1))])
    return keras.layers.Reshape((*ids.shape[1:], width), name=f"{name}_shape")(result)


def _rows(weights: Floats, table: CrossTable) -> Floats:
    """[values of the reader, values of the book, width] rows of an Embedding."""
    known = np.unique(table.codes[table.codes >= 0])
    if len(known) and known[-1] >= len(weights):
        raise ModelError(
            f"The cross {table.name!r} has codes up to {known[-1]:,}, its embedding has "
            f"{len(weights):,} rows: another encoder, or another model, was trained with it; fix the "
            "mapping."
        )
    if math.prod(table.codes.shape) * weights.shape[1] > _LARGEST:
        return np.broadcast_to(np.float32(0), (*table.codes.shape, weights.shape[1]))
    mean = weights[known].mean(axis=0, dtype=np.float64) if len(known) else weights[0] * 0
    with_mean = np.concatenate([weights, mean[None].astype(np.float32)])
    return np.asarray(with_mean[table.codes])  # -1 is the last row


def _embedding(name: str, rows: Floats) -> KerasLayer:
    layer = keras.layers.Embedding(*rows.shape, name=name)
    layer.build((None, 1))
    layer.set_weights([rows])
    return layer
