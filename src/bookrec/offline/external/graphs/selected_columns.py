"""Columns that a model takes out of one input itself, as ``pair[:, 0]`` and ``pair[:, 1]`` do."""

from __future__ import annotations

from typing import Final

import keras

from bookrec.offline.compile.keras_graph import Tensor, open_model
from bookrec.offline.external.graphs.model_inputs import tensors_of
from bookrec.offline.runtime.untyped import KerasArgument, KerasModel, KerasTensor

_EVERYTHING: Final = slice(None)


def inputs_taken_apart(model: KerasModel) -> frozenset[str]:
    """Return the inputs of a model that it uses only through selections of columns."""
    inputs, output = open_model(model)
    apart: set[str] = set()
    whole: set[str] = set()
    for tensor in tensors_of(output):
        for before in tensor.inputs:
            if before in inputs:
                is_selection = selection_of(tensor, before.shape) is not None
                (apart if is_selection else whole).add(before.name)
    return frozenset(apart - whole)


def selection_of(tensor: Tensor, shape: tuple[int | None, ...]) -> list[int] | None:
    """Return the columns that a tensor selects from an input; None if it is no selection.

    Args:
        tensor: tensor computed from the input.
        shape: shape of the input, without the batch axis.
    """
    width = shape[0] if len(shape) == 1 else None
    if width is None or tensor.kind != "GetItem" or len(tensor.arguments) != 2:
        return None
    return _columns(tensor.arguments[1], width)


def _columns(key: KerasArgument, width: int) -> list[int] | None:
    """Return the columns that an index ``[:, column]`` or ``[:, first:last]`` selects."""
    if not isinstance(key, tuple | list) or len(key) != 2 or key[0] != _EVERYTHING:
        return None
    places = list(range(width))
    if isinstance(key[1], slice):
        return places[key[1]]
    is_place = isinstance(key[1], int) and -width <= key[1] < width
    return [places[key[1]]] if is_place else None


def without_selections(model: KerasModel, columns: dict[str, list[KerasTensor]]) -> KerasModel:
    """Return a model that is given columns where ``model`` selects them; it shares the weights.

    Args:
        model: model whose inputs are those of ``columns`` and others.
        columns: input that the model takes apart → its columns, inputs of width 1.
    """
    plain = {
        t.name: keras.Input(t.shape[1:], dtype=t.dtype, name=t.name)
        for t in model.inputs
        if t.name not in columns
    }
    # The rebuilt graph starts from stand-ins of the joined columns, which no layer reads.
    joined = {
        name: keras.layers.Concatenate(name=f"{name}_columns")(parts)
        for name, parts in columns.items()
    }
    parts_of = {id(joined[name]): parts for name, parts in columns.items()}

    def call(
        layer: KerasArgument, *arguments: KerasArgument, **keywords: KerasArgument
    ) -> KerasTensor:
        parts = parts_of.get(id(arguments[0])) if arguments else None
        if parts is None or type(layer).__name__ != "GetItem":
            return layer(*arguments, **keywords)
        key = arguments[1]
        places = _columns(key, len(parts)) or []
        if isinstance(key[1], int):
            return parts[places[0]][:, 0]
        chosen = [parts[place] for place in places]
        return chosen[0] if len(chosen) == 1 else keras.layers.Concatenate()(chosen)

    tensors = [joined.get(t.name, plain.get(t.name)) for t in model.inputs]
    output = model._run_through_graph(  # clone_model would make new inputs
        tensors if len(tensors) > 1 else tensors[0],
        operation_fn=lambda operation: lambda *a, **k: call(operation, *a, **k),
    )
    inputs = []
    for tensor in model.inputs:
        inputs += columns[tensor.name] if tensor.name in columns else [plain[tensor.name]]
    return keras.Model(inputs, keras.tree.flatten(output)[0], name=model.name)
