"""Graph of a Keras model's tensors, with nested models expanded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import keras
import numpy as np

from bookrec.arrays import Array, Floats
from bookrec.errors import ModelError
from bookrec.inference.ranker.split_ranker import Output
from bookrec.offline.runtime.untyped import (
    KerasArgument,
    KerasLayer,
    KerasModel,
    KerasOperation,
    KerasTensor,
    KerasValue,
)

_UNCHANGED: Final = ("Flatten", "Reshape", "Squeeze", "ExpandDims", "Identity", "Dropout")
"""Layers and operations that do not change a single number."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor and the call that computes it; compared by identity."""

    name: str
    """Name of the operation, ``outer/inner`` within a submodel, or of the model input."""
    operation: KerasOperation
    """Keras layer or operation, or another callable; None for an input of the model."""
    arguments: tuple[KerasArgument, ...]
    """Positional arguments of the call, with a `Tensor` for every tensor."""
    keywords: dict[str, KerasArgument]
    """Keyword arguments of the call, with a `Tensor` for every tensor."""
    index: int
    """Position among the operation's outputs."""
    shape: tuple[int | None, ...]
    """Shape without the batch axis."""
    dtype: str
    """Keras name of the data type."""
    sources: frozenset[str]
    """Names of the model inputs that the tensor depends on."""

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors among the arguments."""
        return list(_tensors((self.arguments, self.keywords)))

    @property
    def kind(self) -> str:
        """Class of the operation, ``InputLayer`` for an input."""
        return "InputLayer" if self.operation is None else type(self.operation).__name__


def _tensors(structure: KerasArgument) -> Iterator[Tensor]:
    return (leaf for leaf in keras.tree.flatten(structure) if isinstance(leaf, Tensor))


def open_model(model: KerasModel) -> tuple[list[Tensor], Tensor]:
    """Inputs of a functional model, in its order, and its only output.

    Raises:
        ModelError: the model is not functional, or has several outputs.
    """
    if not _is_functional(model):
        raise ModelError(
            f"Model {model.name!r} is a {type(model).__name__}, not a functional or sequential "
            "Keras model, so its layers cannot be seen; build it with keras.Model(inputs, outputs)."
        )
    if len(model.outputs) != 1:
        raise ModelError(
            f"Model {model.name!r} has {len(model.outputs)} outputs; a ranker has one. Save the "
            "model with the ranking output alone."
        )
    inputs = [
        Tensor(t.name, None, (), {}, 0, tuple(t.shape[1:]), t.dtype, frozenset([t.name]))
        for t in model.inputs
    ]
    known = {id(t): tensor for t, tensor in zip(model.inputs, inputs, strict=True)}
    return inputs, _Scope(known, "").tensor(model.outputs[0])


def _is_functional(model: KerasModel) -> bool:
    # Exact classes only: a subclass may override `call` and ignore its graph.
    return type(model) is keras.Sequential or type(model) is _FUNCTIONAL


_FUNCTIONAL: Final = type(keras.Model(_empty := keras.Input((1,)), _empty))


class _Scope:
    """Tensors of one call of one model; ``known`` starts with those of its inputs."""

    def __init__(self, known: dict[int, Tensor], prefix: str) -> None:
        self.known = known
        self.prefix = prefix
        self.calls: dict[tuple[int, int], _Scope] = {}

    def tensor(self, symbol: KerasTensor) -> Tensor:
        """The `Tensor` of a symbolic Keras tensor."""
        if id(symbol) not in self.known:
            self.known[id(symbol)] = self._new_tensor(symbol)
        return self.known[id(symbol)]

    def _new_tensor(self, symbol: KerasTensor) -> Tensor:
        operation, call, index = symbol._keras_history
        call_arguments = operation._inbound_nodes[call].arguments
        arguments, keywords = keras.tree.map_structure(
            lambda leaf: self.tensor(leaf) if isinstance(leaf, keras.KerasTensor) else leaf,
            (call_arguments.args, call_arguments.kwargs),
        )
        if _is_functional(operation):
            if (id(operation), call) not in self.calls:
                self.calls[id(operation), call] = self._inside(operation, arguments[0])
            return self.calls[id(operation), call].tensor(operation.outputs[index])
        sources = frozenset().union(*(t.sources for t in _tensors((arguments, keywords))))
        return Tensor(
            self.prefix + operation.name,
            operation,
            arguments,
            keywords,
            index,
            tuple(symbol.shape[1:]),
            symbol.dtype,
            sources,
        )

    def _inside(self, model: KerasModel, argument: KerasArgument) -> _Scope:
        if isinstance(argument, dict):
            inputs = [argument[t.name] for t in model.inputs]
        else:
            inputs = keras.tree.flatten(argument)
        known = {id(t): tensor for t, tensor in zip(model.inputs, inputs, strict=True)}
        return _Scope(known, f"{self.prefix}{model.name}/")


@dataclass(frozen=True)
class LinearPart:
    """The linear part of a Dense layer, without its activation."""

    layer: KerasLayer

    @property
    def name(self) -> str:
        """Name of the Dense layer."""
        return str(self.layer.name)

    def __call__(self, inputs: KerasValue) -> KerasValue:
        """``inputs @ kernel + bias``."""
        products = keras.ops.matmul(inputs, self.layer.kernel)
        return products if self.layer.bias is None else products + self.layer.bias


@dataclass(frozen=True)
class UnitLength:
    """L2 normalisation that a Dot layer with ``normalize`` applies to each input."""

    name: str
    axis: int

    def __call__(self, inputs: KerasValue) -> KerasValue:
        """Scale ``inputs`` to unit length."""
        return keras.ops.normalize(inputs, axis=self.axis)


def unit_length(tensor: Tensor, axis: int) -> Tensor:
    """``tensor`` normalised to unit length along ``axis``; axis 0 is the batch."""
    return replace(
        tensor, operation=UnitLength(tensor.name, axis), arguments=(tensor,), keywords={}, index=0
    )


def before_sigmoid(output: Tensor) -> tuple[Tensor, Output]:
    """The tensor before the final sigmoid; the output itself if the model ends without one."""
    tensor = output
    while tensor.kind in _UNCHANGED and len(tensor.inputs) == 1:
        tensor = tensor.inputs[0]
    if tensor.kind == "Sigmoid" or _has_sigmoid(tensor, "Activation"):
        return tensor.inputs[0], "sigmoid"
    if _has_sigmoid(tensor, "Dense"):
        return replace(tensor, operation=LinearPart(tensor.operation)), "sigmoid"
    return tensor, "linear"


def _has_sigmoid(tensor: Tensor, kind: str) -> bool:
    if type(tensor.operation) is not getattr(keras.layers, kind):
        return False
    return tensor.operation.activation is keras.activations.sigmoid


def evaluate(tensors: Sequence[Tensor], values: Mapping[str, Array]) -> list[Floats]:
    """Evaluate ``tensors`` with Keras: one [n, width] float32 array each, flattened by row.

    Args:
        tensors: Tensors of one graph.
        values: [n] or [n, ...] values of each input that the tensors depend on, by name.
    """
    results: dict[Tensor, KerasValue] = {}

    def value(tensor: Tensor) -> KerasValue:
        if tensor not in results:
            results[tensor] = read(tensor) if tensor.operation is None else call(tensor)
        return results[tensor]

    def read(tensor: Tensor) -> KerasValue:
        rows = values[tensor.name]
        if tensor.dtype != "string":
            rows = rows.astype(tensor.dtype)
        shape = tuple(1 if size is None else size for size in tensor.shape)
        return keras.ops.convert_to_tensor(rows.reshape(len(rows), *shape), dtype=tensor.dtype)

    def call(tensor: Tensor) -> KerasValue:
        arguments, keywords = keras.tree.map_structure(
            lambda leaf: value(leaf) if isinstance(leaf, Tensor) else leaf,
            (tensor.arguments, tensor.keywords),
        )
        outputs = tensor.operation(*arguments, **keywords)
        return keras.tree.flatten(outputs)[tensor.index]

    arrays = [keras.ops.convert_to_numpy(value(tensor)) for tensor in tensors]
    return [rows.reshape(len(rows), -1).astype(np.float32) for rows in arrays]


def model_logits(model: KerasModel, inputs: Mapping[str, Array], batch_size: int = 8192) -> Floats:
    """[n] float32 logits of a model: the values before its final sigmoid, or its outputs without one.

    Args:
        model: The Keras model.
        inputs: [n] or [n, ...] model inputs, by name.
        batch_size: Rows evaluated at a time.

    Raises:
        ModelError: see `open_model`.
    """
    tensor, _ = before_sigmoid(open_model(model)[1])
    count = len(next(iter(inputs.values())))
    parts = [np.empty(0, dtype=np.float32)]
    for start in range(0, count, batch_size):
        batch = {name: rows[start : start + batch_size] for name, rows in inputs.items()}
        parts.append(evaluate([tensor], batch)[0][:, 0])
    return np.concatenate(parts)
