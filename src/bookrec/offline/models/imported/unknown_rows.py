"""A model that has something to say of what it does not know: the mean of all that it knows.

An id that is not known is given the number after the last row of the embeddings it is looked up in.
There they get a row more, the mean of the others; where the model uses the id as a plain number, it is
the mean of the known ones. For everything that is known the model stays what it was, and so does the
file that was imported: this is done each time it is opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.offline.external.mapping.input_plan import InputPlan
from bookrec.offline.external.mapping.model_inputs import ModelInput

_SHAPING: Final = ("Embedding", "Reshape", "Flatten", "Squeeze", "ExpandDims", "Identity")
"""What an id goes through on its way to an embedding, as an id."""

AS_NUMBER: Final = "_as_number"
"""How the name of a table ends that gives an id as a plain number."""


def with_mean_rows(model: Any, inputs: Sequence[ModelInput], plans: Sequence[InputPlan]) -> Any:
    """A copy of ``model`` that knows the codes `InputPlan.rows` of its inputs, see above."""
    tables = _tables(inputs, plans)
    given = [
        keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
        for tensor in model.inputs
    ]
    numbers = {
        id(tensor): _Numbers(plan)
        for tensor, plan in zip(given, plans, strict=True)
        if plan.rows is not None and plan.encoder is not None
    }
    pairs: list[tuple[Any, Any]] = []

    def copied(layer: Any) -> Any:
        settings = layer.get_config()
        if id(layer) in tables:
            settings["input_dim"] = len(tables[id(layer)])
        made = type(layer).from_config(settings)
        pairs.append((layer, made))
        return made

    def called(operation: Any, *arguments: Any, **keywords: Any) -> Any:
        if not _keeps_ids(operation):
            arguments = keras.tree.map_structure(lambda one: _as_number(one, numbers), arguments)
        return operation(*arguments, **keywords)

    if isinstance(model, keras.Sequential):
        copy = keras.models.clone_model(model, clone_function=copied)
    else:
        copy = keras.models.clone_model(
            model, given, clone_function=copied, call_function=called, recursive=True
        )
    for layer, made in pairs:
        if id(layer) in tables:
            made.set_weights([tables[id(layer)]])
        elif isinstance(layer, keras.layers.Layer):  # operations have none
            made.set_weights(layer.get_weights())
    return copy


def known_codes(plan: InputPlan) -> NDArray[np.float64]:
    """What an input with an encoder is for everything that it knows, before the scaler."""
    assert plan.encoder is not None
    return plan.encoder.codes.astype(np.float64) + plan.given.offset


def _keeps_ids(operation: Any) -> bool:
    kind = type(operation).__name__
    if isinstance(operation, keras.Model):  # which may look them up inside
        return True
    return kind in _SHAPING or (kind == "Cast" and not str(operation.dtype).startswith("float"))


def _as_number(value: Any, numbers: Mapping[int, _Numbers]) -> Any:
    """An id input as a plain number, the mean where it is not known; all else as it is."""
    return numbers[id(value)].of(value) if id(value) in numbers else value


class _Numbers:
    """A table of the ids of an input as numbers: what an embedding looks up, too."""

    def __init__(self, plan: InputPlan) -> None:
        assert plan.rows is not None
        self.name = f"{plan.name}{AS_NUMBER}"
        self.table = np.arange(plan.rows + 1, dtype=np.float32)
        self.table[-1] = known_codes(plan).mean()
        self.made: Any = None

    def of(self, ids: Any) -> Any:
        """The tensor of ids as one of numbers, of the same shape."""
        if self.made is None:
            layer = keras.layers.Embedding(len(self.table), 1, name=self.name)
            self.made = keras.layers.Reshape(ids.shape[1:], name=f"{self.name}_flat")(layer(ids))
            layer.set_weights([self.table[:, None]])
        return self.made


def _tables(inputs: Sequence[ModelInput], plans: Sequence[InputPlan]) -> dict[int, Floats]:
    """By id of each Embedding layer its rows, the new ones included."""
    layers: dict[int, Any] = {}
    codes: dict[int, list[NDArray[np.integer]]] = {}
    sizes: dict[int, int] = {}
    for one, plan in zip(inputs, plans, strict=True):
        for lookup in one.lookups:
            key = id(lookup.layer)
            layers[key] = lookup.layer
            known: NDArray[np.integer] = np.arange(lookup.rows)
            if plan.encoder is not None:
                known = known_codes(plan).astype(np.int64)
            codes.setdefault(key, []).append(known[known < lookup.rows])
            sizes[key] = max(sizes.get(key, 0), (plan.rows or 0) + 1)
    made = {}
    for key, layer in layers.items():
        (rows,) = layer.get_weights()
        known = np.unique(np.concatenate(codes[key]))
        mean = rows[known].mean(axis=0, dtype=np.float64) if len(known) else np.zeros(rows.shape[1])
        new = np.tile(mean.astype(rows.dtype), (sizes[key] - len(rows), 1))
        made[key] = np.concatenate([rows, new])
    return made
