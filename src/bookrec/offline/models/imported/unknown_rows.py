"""Rows of an imported model for unknown ids: the mean of the known rows.

An unknown id gets the number after the last row of the embeddings that look it up. Each of these gets a
row more, the mean of the others. Where the model uses the id as a plain number, an unknown id is the
mean of the known ones. For known ids the model is unchanged. The rows are added whenever the model is
opened; the imported file stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.offline.external.graphs.model_inputs import ModelInput
from bookrec.offline.external.mapping.input_plan import InputPlan
from bookrec.offline.runtime.untyped import (
    KerasArgument,
    KerasLayer,
    KerasModel,
    KerasOperation,
    KerasTensor,
)

_SHAPING: Final = ("Embedding", "Reshape", "Flatten", "Squeeze", "ExpandDims", "Identity")
"""Layers that an id passes on its way to an embedding without becoming a number."""

AS_NUMBER: Final = "_as_number"
"""Suffix of the name of a table from ids to plain numbers."""


def with_mean_rows(
    model: KerasModel, inputs: Sequence[ModelInput], plans: Sequence[InputPlan]
) -> KerasModel:
    """Copy ``model`` and add a row for the unknown code, `InputPlan.rows`, of each input."""
    tables = _tables(inputs, plans)
    tensors = [
        keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
        for tensor in model.inputs
    ]
    numbers = {
        id(tensor): _Numbers(plan)
        for tensor, plan in zip(tensors, plans, strict=True)
        if plan.rows is not None and plan.encoder is not None
    }
    pairs: list[tuple[KerasOperation, KerasOperation]] = []

    def copied(layer: KerasOperation) -> KerasOperation:
        settings = layer.get_config()
        if id(layer) in tables:
            settings["input_dim"] = len(tables[id(layer)])
        clone = type(layer).from_config(settings)
        pairs.append((layer, clone))
        return clone

    def called(
        operation: KerasOperation, *arguments: KerasArgument, **keywords: KerasArgument
    ) -> KerasArgument:
        if not _keeps_ids(operation):
            arguments = keras.tree.map_structure(
                lambda value: _as_number(value, numbers), arguments
            )
        return operation(*arguments, **keywords)

    if isinstance(model, keras.Sequential):
        copy = keras.models.clone_model(model, clone_function=copied)
    else:
        copy = keras.models.clone_model(
            model, tensors, clone_function=copied, call_function=called, recursive=True
        )
    for layer, clone in pairs:
        if id(layer) in tables:
            clone.set_weights([tables[id(layer)]])
        elif isinstance(layer, keras.layers.Layer):  # operations have no weights
            clone.set_weights(layer.get_weights())
    return copy


def known_codes(plan: InputPlan) -> NDArray[np.float64]:
    """[labels] codes of everything that the encoder of an input knows, before the scaler."""
    assert plan.encoder is not None
    return plan.encoder.codes.astype(np.float64) + plan.mapping.offset


def _keeps_ids(operation: KerasOperation) -> bool:
    kind = type(operation).__name__
    if isinstance(operation, keras.Model):  # its embeddings may look ids up
        return True
    return kind in _SHAPING or (kind == "Cast" and not str(operation.dtype).startswith("float"))


def _as_number(value: KerasArgument, numbers: Mapping[int, _Numbers]) -> KerasArgument:
    """Map an id input to plain numbers, with the mean for unknown ids; return other values as is."""
    return numbers[id(value)].of(value) if id(value) in numbers else value


class _Numbers:
    """Embedding that maps the ids of an input to plain numbers."""

    def __init__(self, plan: InputPlan) -> None:
        assert plan.rows is not None
        self.name = f"{plan.name}{AS_NUMBER}"
        self.table = np.arange(plan.rows + 1, dtype=np.float32)
        self.table[-1] = known_codes(plan).mean()
        self._numbers: KerasTensor = None

    def of(self, ids: KerasTensor) -> KerasTensor:
        """Map the tensor ``ids`` to numbers of the same shape; the result is reused."""
        if self._numbers is None:
            layer = keras.layers.Embedding(len(self.table), 1, name=self.name)
            self._numbers = keras.layers.Reshape(ids.shape[1:], name=f"{self.name}_flat")(
                layer(ids)
            )
            layer.set_weights([self.table[:, None]])
        return self._numbers


def _tables(inputs: Sequence[ModelInput], plans: Sequence[InputPlan]) -> dict[int, Floats]:
    """Rows of each Embedding layer, the added ones included, by ``id()`` of the layer."""
    layers: dict[int, KerasLayer] = {}
    codes: dict[int, list[NDArray[np.integer]]] = {}
    sizes: dict[int, int] = {}
    for source, plan in zip(inputs, plans, strict=True):
        for lookup in source.lookups:
            key = id(lookup.layer)
            layers[key] = lookup.layer
            known: NDArray[np.integer] = np.arange(lookup.rows)
            if plan.encoder is not None:
                known = known_codes(plan).astype(np.int64)
            codes.setdefault(key, []).append(known[known < lookup.rows])
            sizes[key] = max(sizes.get(key, 0), (plan.rows or 0) + 1)
    tables = {}
    for key, layer in layers.items():
        (rows,) = layer.get_weights()
        known = np.unique(np.concatenate(codes[key]))
        mean = rows[known].mean(axis=0, dtype=np.float64) if len(known) else np.zeros(rows.shape[1])
        new = np.tile(mean.astype(rows.dtype), (sizes[key] - len(rows), 1))
        tables[key] = np.concatenate([rows, new])
    return tables
