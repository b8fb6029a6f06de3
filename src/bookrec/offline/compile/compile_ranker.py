"""From a Keras model to a `SplitRanker`.

Any functional model whose inputs each depend on the reader alone, the book alone, or (a few numbers)
on both. What depends on one side is evaluated once, by Keras; linear layers over both are split by
side; what remains runs for each pair (`compile.splitter`, `compile.layer_rules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Floats
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

_WIDEST_READER: Final = 4096
"""Numbers kept for a reader known by id; a one-hot code of all readers would be more."""

_UNCHANGED: Final = ("Cast", "Identity", "Reshape", "Flatten", "Squeeze", "ExpandDims")
"""What may be done to a raw id without making it anything else."""


@dataclass(frozen=True)
class SplitModel:
    """A model, split, before any book or reader is known."""

    layers: tuple[PlannedLayer, ...]
    logit: Form
    output: Output
    reader_columns: tuple[tuple[Tensor, slice], ...]
    """What the reader features are: first the tensors that depend on the reader's id, then inputs of
    numbers, then ids that the model uses as plain numbers."""
    raw_ids: int
    """How many columns these last ones are."""
    pair_columns: tuple[tuple[Tensor, slice], ...]
    """What the pair features are: the pair-side inputs, in the model's order."""

    @property
    def reader_width(self) -> int:
        return max((columns.stop for _, columns in self.reader_columns), default=0)

    @property
    def pair_width(self) -> int:
        return max((columns.stop for _, columns in self.pair_columns), default=0)


def input_sides(model: Any) -> dict[str, Side]:
    """Side of each input of one of our models, by its name; ``book`` for inputs of other names."""
    known = {name: ranker_input.side for name, ranker_input in RANKER_INPUTS.items()}
    return {tensor.name: known.get(tensor.name, "book") for tensor in model.inputs}


def split_model(model: Any, sides: Mapping[str, Side]) -> SplitModel:
    """Split a functional model with one output column.

    Args:
        sides: of every input, by its name.

    Raises:
        CannotSplit: a layer that mixes sides is not one of those that can be split; it is named.
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
    """Whether an id is used as a plain number, and nothing but that."""
    if tensor.operation is None:
        return True
    return tensor.kind in _UNCHANGED and all(_is_raw(before) for before in tensor.inputs)


def _columns(tensors: list[Tensor]) -> tuple[tuple[Tensor, slice], ...]:
    """The columns of each tensor where they stand side by side."""
    stops = np.cumsum([0, *(width_of(tensor) for tensor in tensors)]).tolist()
    return tuple(
        (tensor, slice(start, stop))
        for tensor, start, stop in zip(tensors, stops, stops[1:], strict=False)
    )


def compile_split(
    model: Any,
    sides: Mapping[str, Side],
    book_inputs: Mapping[str, NDArray[Any]],
    bands: int = len(AGE_BANDS),
    band_inputs: Mapping[str, NDArray[Any]] | None = None,
) -> SplitRanker:
    """Split ``model`` and evaluate its book side for a catalogue.

    Args:
        sides: of every input, by its name.
        book_inputs: [B] or [B, ...] the book-side inputs, by name; others are ignored.
        bands: how many age bands there are.
        band_inputs: [bands] by name, the band-side inputs; None = their codes are those of the bands.

    Raises:
        CannotSplit: see `split_model`.
    """
    split = split_model(model, sides)
    forms = forms_of(split.layers, split.logit)
    bands_of = band_inputs
    if bands_of is None:
        codes = np.arange(bands, dtype=np.int32)
        bands_of = {name: codes for name, side in sides.items() if side == "band"}
    layout = SourceBindings(
        book_terms(forms, book_inputs),
        band_tables(forms, bands_of),
        bands,
        split.reader_columns,
        split.pair_columns,
    )
    layers, last = arrays_of(split.layers, split.logit, layout)
    n_books = len(next(iter(book_inputs.values())))
    return SplitRanker(layers, last, n_books, split.reader_width, split.pair_width, split.output)


def compile_ranker(model: Any, features: BookFeatures) -> SplitRanker:
    """Split one of our models for the catalogue of ``features``.

    Reader features are the history features, or the rows of `user_rows`.

    Raises:
        CannotSplit: see `split_model`.
    """
    return compile_split(model, input_sides(model), features.inputs(slice(None)))


def reader_rows(
    model: Any, sides: Mapping[str, Side], reader_inputs: Mapping[str, NDArray[Any]]
) -> Floats:
    """[readers, F] the reader features of readers whom ``model`` knows by id.

    Args:
        reader_inputs: [readers] or [readers, ...] the inputs of sides ``reader id`` and ``reader``,
            by name.

    Raises:
        CannotSplit: see `split_model`.
        ModelError: one of these inputs is missing.
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


def user_rows(model: Any, user_codes: NDArray[np.integer]) -> Floats:
    """[readers, F] the reader features of readers that ``model`` knows by id.

    A row of NaN for those it does not know (code 0): they are to be folded in. The last
    `raw_id_columns` columns are the id as a plain number; a reader folded in has zeros there. A model
    that cannot be split (see `compile.keras_fallback`) has that column alone.
    """
    try:
        rows = reader_rows(model, input_sides(model), {USER_ID.name: user_codes})
    except CannotSplit:
        rows = user_codes.astype(np.float32)[:, None]
    rows[user_codes == UNKNOWN] = np.nan
    return rows


def raw_id_columns(model: Any) -> int:
    """How many of the last columns of `user_rows` are the id as a plain number: 0 or 1, mostly."""
    try:
        return split_model(model, input_sides(model)).raw_ids
    except CannotSplit:
        return 1


def knows_readers_by_id(model: Any) -> bool:
    """Whether the ranker has a reader-id input (preset ``classic`` and its like)."""
    return any(tensor.name == USER_ID.name for tensor in model.inputs)
