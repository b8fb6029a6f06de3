"""Compilation of a Keras model into a `SplitRanker`.

The model is functional, and each input depends on the reader alone, the book alone, or the pair (a
few numbers). Keras evaluates once what depends on one side. Linear layers over both sides are split by
side. The remaining layers run for each pair (`compile.splitter`, `compile.layer_rules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Array, Floats
from bookrec.errors import ModelError
from bookrec.inference.ranker.split_ranker import Output, SplitRanker
from bookrec.offline.compile.emit_arrays import (
    SourceBindings,
    arrays_of,
    band_tables,
    book_terms,
    forms_of,
    width_of,
)
from bookrec.offline.compile.keras_graph import Tensor, before_sigmoid, evaluate, open_model
from bookrec.offline.compile.layer_rules import RULES
from bookrec.offline.compile.linear_forms import Form
from bookrec.offline.compile.splitter import CannotSplit as CannotSplit
from bookrec.offline.compile.splitter import PlannedLayer, Splitter
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.features.ranker_inputs import RANKER_INPUTS, USER_ID, Side
from bookrec.offline.features.vocabulary import UNKNOWN
from bookrec.offline.runtime.untyped import KerasModel

_WIDEST_READER: Final = 4096
"""Most numbers stored per reader known by id; a one-hot code of all readers would exceed it."""

_UNCHANGED: Final = ("Cast", "Identity", "Reshape", "Flatten", "Squeeze", "ExpandDims")
"""Layers and operations that leave a raw id a raw id."""


@dataclass(frozen=True)
class SplitModel:
    """A model split by side, independent of any catalogue and readers."""

    layers: tuple[PlannedLayer, ...]
    logit: Form
    output: Output
    reader_columns: tuple[tuple[Tensor, slice], ...]
    """Tensors that fill the reader features: first those computed from the reader's id, then numeric
    reader inputs, then ids that the model uses as plain numbers."""
    raw_ids: int
    """Number of ids used as plain numbers: the last columns of the reader features."""
    pair_columns: tuple[tuple[Tensor, slice], ...]
    """Tensors that fill the pair features: the pair-side inputs, in the model's order."""

    @property
    def reader_width(self) -> int:
        """Number of reader features."""
        return max((columns.stop for _, columns in self.reader_columns), default=0)

    @property
    def pair_width(self) -> int:
        """Number of pair features."""
        return max((columns.stop for _, columns in self.pair_columns), default=0)


def input_sides(model: KerasModel) -> dict[str, Side]:
    """Side of each input of a model trained here, by name; ``book`` for unknown names."""
    known = {name: ranker_input.side for name, ranker_input in RANKER_INPUTS.items()}
    return {tensor.name: known.get(tensor.name, "book") for tensor in model.inputs}


def split_model(model: KerasModel, sides: Mapping[str, Side]) -> SplitModel:
    """Split a functional model with one output column.

    Args:
        model: The Keras model.
        sides: Side of every input, by name.

    Raises:
        CannotSplit: a layer that mixes sides has no rule; the message names it.
        ModelError: the model is not functional, or has several outputs.
    """
    inputs, output = open_model(model)
    tensor, output_kind = before_sigmoid(output)
    splitter = Splitter(model.name, sides, RULES)
    logit = splitter.form(tensor)
    if logit.width != 1:
        raise splitter.refusal(output, f"gives {logit.width} numbers for a pair instead of one")
    looked_up = [s.tensor for s in splitter.sources if s.tensor and s.side == "reader id"]
    for tensor in looked_up:
        if (width := width_of(tensor)) > _WIDEST_READER:
            raise splitter.refusal(tensor, f"gives {width} numbers for each reader")
    raw = [tensor for tensor in looked_up if _is_raw(tensor)]
    readers = [tensor for tensor in looked_up if tensor not in raw]
    numbers = [tensor for tensor in inputs if sides[tensor.name] == "reader"]
    pairs = [tensor for tensor in inputs if sides[tensor.name] == "pair"]
    return SplitModel(
        tuple(splitter.layers),
        logit,
        output_kind,
        _columns([*readers, *numbers, *raw]),
        len(raw),
        _columns(pairs),
    )


def _is_raw(tensor: Tensor) -> bool:
    """Whether a tensor is a reader id as a plain number."""
    if tensor.operation is None:
        return True
    return tensor.kind in _UNCHANGED and all(_is_raw(before) for before in tensor.inputs)


def _columns(tensors: list[Tensor]) -> tuple[tuple[Tensor, slice], ...]:
    """The tensors side by side, each with the columns it fills."""
    stops = np.cumsum([0, *(width_of(tensor) for tensor in tensors)]).tolist()
    return tuple(
        (tensor, slice(start, stop))
        for tensor, start, stop in zip(tensors, stops, stops[1:], strict=False)
    )


def compile_split(
    model: KerasModel,
    sides: Mapping[str, Side],
    book_inputs: Mapping[str, Array],
    bands: int = len(AGE_BANDS),
    band_inputs: Mapping[str, Array] | None = None,
) -> SplitRanker:
    """Split ``model`` and evaluate its book side for a catalogue.

    Args:
        model: The Keras model.
        sides: Side of every input, by name.
        book_inputs: [B] or [B, ...] book-side inputs, by name; other names are ignored.
        bands: Number of age bands.
        band_inputs: [bands] band-side inputs, by name; None = each is the code of the band.

    Raises:
        CannotSplit: see `split_model`.
    """
    split = split_model(model, sides)
    forms = forms_of(split.layers, split.logit)
    if band_inputs is None:
        codes = np.arange(bands, dtype=np.int32)
        band_inputs = {name: codes for name, side in sides.items() if side == "band"}
    bindings = SourceBindings(
        book_terms(forms, book_inputs),
        band_tables(forms, band_inputs),
        bands,
        split.reader_columns,
        split.pair_columns,
    )
    layers, last = arrays_of(split.layers, split.logit, bindings)
    n_books = len(next(iter(book_inputs.values())))
    return SplitRanker(layers, last, n_books, split.reader_width, split.pair_width, split.output)


def compile_ranker(model: KerasModel, features: BookFeatures) -> SplitRanker:
    """Split a model trained here for the catalogue of ``features``.

    Its reader features are the history features, or the rows of `user_rows`.

    Raises:
        CannotSplit: see `split_model`.
    """
    return compile_split(model, input_sides(model), features.inputs(slice(None)))


def reader_rows(
    model: KerasModel, sides: Mapping[str, Side], reader_inputs: Mapping[str, Array]
) -> Floats:
    """[R, F] float32 reader features of readers whom ``model`` knows by id.

    Args:
        model: The Keras model.
        sides: Side of every input, by name.
        reader_inputs: [R] or [R, ...] inputs of the sides ``reader id`` and ``reader``, by name.

    Raises:
        CannotSplit: see `split_model`.
        ModelError: an input that the reader features need is missing.
    """
    split = split_model(model, sides)
    needed = {name for tensor, _ in split.reader_columns for name in tensor.sources}
    if missing := sorted(needed - reader_inputs.keys()):
        raise ModelError(
            f"Model {model.name!r} knows readers by id and also needs {', '.join(missing)} of them; "
            "a ranker does one or the other."
        )
    rows = evaluate([tensor for tensor, _ in split.reader_columns], reader_inputs)
    return np.concatenate(rows, axis=1)


def user_rows(model: KerasModel, user_codes: NDArray[np.integer]) -> Floats:
    """[R, F] float32 reader features of the readers with ids ``user_codes`` [R].

    Readers whom ``model`` does not know (code 0) get a row of NaN and need a fold-in. The last
    `raw_id_columns` columns are the id as a plain number; the fold-in writes zeros there. A model that
    cannot be split (see `compile.keras_fallback`) has that column alone.
    """
    try:
        rows = reader_rows(model, input_sides(model), {USER_ID.name: user_codes})
    except CannotSplit:
        rows = user_codes.astype(np.float32)[:, None]
    rows[user_codes == UNKNOWN] = np.nan
    return rows


def raw_id_columns(model: KerasModel) -> int:
    """Number of last columns of `user_rows` that are the id as a plain number, usually 0 or 1."""
    try:
        return split_model(model, input_sides(model)).raw_ids
    except CannotSplit:
        return 1


def knows_readers_by_id(model: KerasModel) -> bool:
    """Whether the ranker has a reader-id input, as in preset ``classic``."""
    return any(tensor.name == USER_ID.name for tensor in model.inputs)
