"""Splits inputs that hold several columns of a table, so that each column is a separate input.

A notebook that scales a whole table passes rows of that table to its model. Some columns belong to the
reader and some to the book, so each needs a mapping of its own.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final

import keras

from bookrec.offline.external.artifacts.artifact_files import Sources
from bookrec.offline.external.artifacts.naming import column_named
from bookrec.offline.external.graphs.model_inputs import ModelInput
from bookrec.offline.external.graphs.selected_columns import (
    inputs_taken_apart,
    without_selections,
)
from bookrec.offline.external.pickles.objects.records import WordVectorsRecord
from bookrec.offline.runtime.untyped import KerasModel

Stacked = dict[str, list[str]]
"""Input with several columns → names of the inputs that replace it, ``input.column``."""

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_]+")


def find_stacked(
    inputs: Sequence[ModelInput],
    sources: Sources,
    stated: Iterable[str],
    apart: Container[str] = frozenset(),
) -> Stacked:
    """Return the inputs that hold several columns of a table.

    An input is one of them if the model itself takes its columns apart, if the mapping file states
    one of its columns (``input.0`` or ``input.name``), or if a scaler, or a list beside it, names as
    many columns as the input is wide.

    Args:
        inputs: inputs of the model.
        sources: contents of the model's directory.
        stated: names of inputs in the mapping file.
        apart: inputs whose columns the model takes apart (`selected_columns`).
    """
    names = set(stated)
    stacked: Stacked = {}
    for model_input in inputs:
        name, width = model_input.name, model_input.width
        if width < 2 or len(model_input.shape) != 1 or name in names:
            continue
        if model_input.lookups and name not in apart:
            continue
        split = name in apart or any(other.startswith(f"{name}.") for other in names)
        columns = _columns(width, sources)
        if columns is None and split:
            columns = list(map(str, range(width)))
        if columns is not None and (split or not _has_vectors(width, sources)):
            stacked[name] = [f"{name}.{column}" for column in columns]
    return stacked


def _columns(width: int, sources: Sources) -> list[str] | None:
    """Return the only list of ``width`` names if each stands for a column; else None."""
    lists = {part.columns for part in sources.parts.values() if len(part.columns) == width}
    if len(lists) != 1:
        return None
    columns = [_NOT_IN_NAMES.sub("_", column) for column in lists.pop()]
    known = all(column_named(column) is not None for column in columns)
    return columns if known and len(set(columns)) == width else None


def _has_vectors(width: int, sources: Sources) -> bool:
    return any(
        isinstance(part.value, WordVectorsRecord) and part.value.vectors.shape[1] == width
        for part in sources.parts.values()
    )


def unstacked(model: KerasModel, stacked: Mapping[str, Sequence[str]]) -> KerasModel:
    """Return a model with an input for each column of the ``stacked`` inputs; it shares the weights."""
    if not stacked:
        return model
    apart = inputs_taken_apart(model) & stacked.keys()
    if apart:
        taken = {
            t.name: [keras.Input((1,), dtype=t.dtype, name=n) for n in stacked[t.name]]
            for t in model.inputs
            if t.name in apart
        }
        rest = {name: names for name, names in stacked.items() if name not in apart}
        return unstacked(without_selections(model, taken), rest)
    inputs, arguments = [], []
    for tensor in model.inputs:
        if tensor.name not in stacked:
            plain = keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
            inputs.append(plain)
            arguments.append(plain)
            continue
        columns = [keras.Input((1,), dtype=tensor.dtype, name=n) for n in stacked[tensor.name]]
        inputs += columns
        arguments.append(keras.layers.Concatenate(name=f"{tensor.name}_columns")(columns))
    output = model(arguments if len(arguments) > 1 else arguments[0])
    return keras.Model(inputs, output, name=model.name)
