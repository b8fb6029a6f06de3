"""From a Keras Wide & Deep model to a `bookrec.ranker.SplitRanker`.

One-sided branches (everything before the first Dense layers that depends on the book alone, or on
the reader alone) are evaluated once per book or reader by Keras itself; the first Dense layer of the
deep part and the wide part are split at the concatenation that feeds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.ages import AGE_BANDS
from bookrec.errors import ModelError
from bookrec.offline.features import BookFeatures
from bookrec.offline.vocabulary import UNKNOWN
from bookrec.offline.wide_deep import PAIR_INPUTS, READER_INPUTS
from bookrec.ranker import Floats, SplitRanker
from bookrec.ranker_layers import Layer, Sum

Side = Literal["reader", "book", "pair"]


@dataclass(frozen=True)
class _Piece:
    """One tensor of a concatenation, with the rows of the following kernel that it meets."""

    tensor: Any
    inputs: tuple[str, ...]
    side: Side
    rows: slice


def compile_ranker(model: Any, features: BookFeatures) -> SplitRanker:
    """Split ``model`` for the catalogue of ``features``.

    Reader features are, in this order, the reader-side tensors other than the age band's: the
    history features of preset ``default``; the user embedding and the raw user id of ``classic``.

    Raises:
        ModelError: the model is not a wide and a deep part of Dense layers that meet in one
            output layer, or a tensor mixes reader and book before the first Dense layer.
    """
    deep_layers = _dense_chain(model)
    first_kernel, first_bias = deep_layers[0].get_weights()
    wide_kernel, wide_bias = _layer(model, "wide").get_weights()
    deep_pieces = _pieces(model, "deep_inputs")
    wide_pieces = _pieces(model, "wide_inputs")
    output_kernel, output_bias = _layer(model, "output").get_weights()
    book_half, book_wide = _book_terms(
        features, (deep_pieces, first_kernel), (wide_pieces, wide_kernel)
    )
    age_half, age_wide = _age_terms((deep_pieces, first_kernel), (wide_pieces, wide_kernel))
    reader_kernel, reader_wide = _reader_rows(deep_pieces, first_kernel, wide_pieces, wide_kernel)
    pair_rows = [p.rows for p in deep_pieces if p.side == "pair"]
    pair_wide_rows = [p.rows for p in wide_pieces if p.side == "pair"]
    pair_kernel = _rows(first_kernel, pair_rows)
    pair_wide = _rows(wide_kernel, pair_wide_rows)
    has_pairs = bool(len(pair_kernel))
    first = Sum(age_half + first_bias, reader_kernel, book_half, pair_kernel if has_pairs else None)
    layers = [Layer("relu", (first,))]
    bands = len(age_half)
    for number, layer in enumerate(deep_layers[1:-1]):
        kernel, bias = layer.get_weights()
        layers.append(Layer("relu", (Sum(np.tile(bias, (bands, 1)), inputs=((number, kernel),)),)))
    last_kernel, last_bias = deep_layers[-1].get_weights()
    wide_weight, deep_weight = output_kernel[0, 0], output_kernel[1, 0]
    shift = output_bias[0] + wide_weight * wide_bias[0] + deep_weight * last_bias[0]
    last = Sum(
        (wide_weight * age_wide + shift)[:, None].astype(np.float32),
        wide_weight * reader_wide[:, None],
        wide_weight * book_wide[:, None],
        wide_weight * pair_wide if has_pairs else None,
        ((len(layers) - 1, deep_weight * last_kernel),),
    )
    return SplitRanker(
        tuple(layers), last, len(book_half), len(reader_kernel), len(pair_kernel), "sigmoid"
    )


def user_rows(model: Any, user_codes: NDArray[np.integer]) -> Floats:
    """[readers, F] the reader features of readers that ``model`` knows by id.

    A row of NaN for those it does not know (code 0): they are to be folded in.
    """
    table = _layer(model, "embedding_user_id").get_weights()[0]
    ids = user_codes.astype(np.float32)[:, None]
    rows = np.concatenate([table[user_codes], ids], axis=1).astype(np.float32)
    rows[user_codes == UNKNOWN] = np.nan
    return rows


def knows_readers_by_id(model: Any) -> bool:
    """Whether the ranker has a reader-id input (preset ``classic`` and its like)."""
    return any(tensor.name == "user_id_encoded" for tensor in model.inputs)


def _layer(model: Any, name: str) -> Any:
    try:
        return model.get_layer(name)
    except ValueError as error:
        raise ModelError(
            f"The ranker {model.name!r} has no layer {name!r}, so its first layer cannot be split; "
            "train it with 'bookrec train'."
        ) from error


def _dense_chain(model: Any) -> list[Any]:
    """The deep part's Dense layers, first to last; Dropout between them is nothing at inference."""
    chain = [_layer(model, "deep")]
    while True:
        previous = chain[0].input._keras_history.operation
        while isinstance(previous, keras.layers.Dropout):
            previous = previous.input._keras_history.operation
        if isinstance(previous, keras.layers.Concatenate):
            return chain
        if (
            not isinstance(previous, keras.layers.Dense)
            or previous.get_config()["activation"] != "relu"
        ):
            raise ModelError(
                f"Layer {previous.name!r} of ranker {model.name!r} is neither Dense with ReLU nor "
                "Dropout, so the deep part cannot be run outside Keras."
            )
        chain.insert(0, previous)


def _pieces(model: Any, concatenation: str) -> list[_Piece]:
    pieces, row = [], 0
    for tensor in _layer(model, concatenation).input:
        inputs = tuple(sorted(_sources(tensor)))
        width = int(tensor.shape[-1])
        pieces.append(_Piece(tensor, inputs, _side(inputs, model.name), slice(row, row + width)))
        row += width
    return pieces


def _sources(tensor: Any) -> set[str]:
    """Names of the model inputs that a tensor is computed from."""
    operation = tensor._keras_history.operation
    if isinstance(operation, keras.layers.InputLayer):
        return {tensor.name}
    before = operation.input
    tensors = before if isinstance(before, list | tuple) else [before]
    return set().union(*(_sources(t) for t in tensors))


def _side(inputs: tuple[str, ...], model_name: str) -> Side:
    sides: set[Side] = {
        "reader" if name in READER_INPUTS else "pair" if name in PAIR_INPUTS else "book"
        for name in inputs
    }
    if len(sides) != 1:
        raise ModelError(
            f"Ranker {model_name!r} mixes the inputs {', '.join(inputs)} before its first Dense "
            "layer, so that layer cannot be split."
        )
    return sides.pop()


def _evaluate(piece: _Piece, values: dict[str, NDArray[Any]]) -> Floats:
    """[rows, width] a one-sided tensor, by Keras."""
    submodel = keras.Model(_input_tensors(piece.tensor), piece.tensor)
    data = [values[t.name] if values[t.name].ndim > 1 else values[t.name][:, None]
            for t in submodel.inputs]  # fmt: skip
    return np.asarray(submodel.predict(data, batch_size=16384, verbose=0), dtype=np.float32)


def _input_tensors(tensor: Any) -> list[Any]:
    operation = tensor._keras_history.operation
    if isinstance(operation, keras.layers.InputLayer):
        return [tensor]
    before = operation.input
    tensors = before if isinstance(before, list | tuple) else [before]
    found = {t.name: t for part in tensors for t in _input_tensors(part)}
    return list(found.values())


_Part = tuple[list[_Piece], Floats]


def _book_terms(features: BookFeatures, deep: _Part, wide: _Part) -> tuple[Floats, Floats]:
    values = features.inputs(slice(None))
    terms = []
    for pieces, kernel in (deep, wide):
        total = np.zeros((len(features.isbn), kernel.shape[1]), dtype=np.float32)
        for piece in pieces:
            if piece.side == "book":
                total += _evaluate(piece, values) @ kernel[piece.rows]
        terms.append(total)
    return terms[0], terms[1][:, 0]


def _age_terms(deep: _Part, wide: _Part) -> tuple[Floats, Floats]:
    values: dict[str, NDArray[Any]] = {
        "age_binned_encoded": np.arange(len(AGE_BANDS), dtype=np.int32)
    }
    terms = []
    for pieces, kernel in (deep, wide):
        total = np.zeros((len(AGE_BANDS), kernel.shape[1]), dtype=np.float32)
        for piece in pieces:
            if piece.inputs == ("age_binned_encoded",):
                total += _evaluate(piece, values) @ kernel[piece.rows]
        terms.append(total)
    return terms[0], terms[1][:, 0]


def _reader_rows(
    deep: list[_Piece], kernel: Floats, wide: list[_Piece], wide_kernel: Floats
) -> tuple[Floats, Floats]:
    """Kernel rows of the reader features: those of the deep part, then those of the wide part."""

    def own(pieces: list[_Piece]) -> list[slice]:
        return [
            p.rows for p in pieces if p.side == "reader" and p.inputs != ("age_binned_encoded",)
        ]

    deep_rows, wide_rows = _rows(kernel, own(deep)), _rows(wide_kernel, own(wide))
    reader_kernel = np.concatenate(
        [deep_rows, np.zeros((len(wide_rows), kernel.shape[1]), dtype=np.float32)]
    )
    reader_wide = np.concatenate([np.zeros(len(deep_rows), dtype=np.float32), wide_rows[:, 0]])
    return reader_kernel, reader_wide


def _rows(kernel: Floats, rows: Iterable[slice]) -> Floats:
    parts = [kernel[part] for part in rows]
    return np.concatenate(parts) if parts else kernel[:0].copy()
