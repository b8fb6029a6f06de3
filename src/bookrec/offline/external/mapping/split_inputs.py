"""Models whose columns come side by side in one input: each column becomes an input of its own.

A notebook that scales a whole table gives its model the rows of that table. Some of its columns are of
the reader, some of the book; only apart can they be told from one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import keras

from bookrec.offline.external.artifacts.artifact_files import Sources
from bookrec.offline.external.artifacts.naming import column_named
from bookrec.offline.external.mapping.model_inputs import ModelInput
from bookrec.offline.external.pickles.objects.records import WordVectorsRecord

Stacked = dict[str, list[str]]
"""Input → the names of its columns as inputs, ``input.column``."""

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_]+")


def find_stacked(inputs: Sequence[ModelInput], sources: Sources, stated: Iterable[str]) -> Stacked:
    """The inputs that are several columns of a table.

    Those of which a mapping states a column (``input.0``, or ``input.name``), and those for which a
    scaler, or a list of names beside it, names as many columns as they have.

    Args:
        stated: names of inputs in a mapping file.
    """
    names = set(stated)
    found: Stacked = {}
    for one in inputs:
        if one.width < 2 or one.lookups or len(one.shape) != 1 or one.name in names:
            continue
        asked = any(name.startswith(f"{one.name}.") for name in names)
        columns = _columns(one.width, sources)
        if columns is None and asked:
            columns = list(map(str, range(one.width)))
        if columns is not None and (asked or not _has_vectors(one.width, sources)):
            found[one.name] = [f"{one.name}.{column}" for column in columns]
    return found


def _columns(width: int, sources: Sources) -> list[str] | None:
    """The one list of so many column names, all of columns that are known."""
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


def unstacked(model: Any, stacked: Mapping[str, Sequence[str]]) -> Any:
    """The same model with an input for each column of the inputs that are ``stacked``."""
    if not stacked:
        return model
    inputs, given = [], []
    for tensor in model.inputs:
        if tensor.name not in stacked:
            made = keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
            inputs.append(made)
            given.append(made)
            continue
        columns = [keras.Input((1,), dtype=tensor.dtype, name=n) for n in stacked[tensor.name]]
        inputs += columns
        given.append(keras.layers.Concatenate(name=f"{tensor.name}_columns")(columns))
    return keras.Model(inputs, model(given if len(given) > 1 else given[0]), name=model.name)
