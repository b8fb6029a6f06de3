"""A Keras model as a graph of tensors, with the models inside it laid open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.errors import ModelError
from bookrec.inference.ranker.split_ranker import Output

_UNCHANGED: Final = ("Flatten", "Reshape", "Squeeze", "ExpandDims", "Identity", "Dropout")
"""Layers and operations that leave a single number as it is."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor, and the call it comes from; equal to itself alone."""

    name: str
    """Of the operation, ``outer/inner`` within a submodel; of the input itself for an input."""
    operation: Any
    """The Keras layer or operation, or another callable; None for an input of the model."""
    arguments: tuple[Any, ...]
    """As given to ``operation``, with a `Tensor` for every tensor."""
    keywords: dict[str, Any]
    index: int
    """Which of the operation's outputs this is."""
    shape: tuple[int | None, ...]
    """Without the batch axis."""
    dtype: str
    sources: frozenset[str]
    """Names of the model's inputs that it is computed from."""

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors among the arguments."""
        return list(_tensors((self.arguments, self.keywords)))

    @property
    def kind(self) -> str:
        """Class of the operation, ``InputLayer`` for an input."""
        return "InputLayer" if self.operation is None else type(self.operation).__name__


def _tensors(structure: Any) -> Iterator[Tensor]:
    return (leaf for leaf in keras.tree.flatten(structure) if isinstance(leaf, Tensor))


def open_model(model: Any) -> tuple[list[Tensor], Tensor]:
    """Inputs of a functional model in its order, and its one output.

    Raises:
        ModelError: it is not functional, or has several outputs.
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


def _is_functional(model: Any) -> bool:
    # Exact classes: a subclass may compute something else than its graph.
    return type(model) is keras.Sequential or type(model) is _FUNCTIONAL


_FUNCTIONAL: Final = type(keras.Model(_empty := keras.Input((1,)), _empty))


class _Scope:
    """The tensors of one call of one model; those of its inputs are known beforehand."""

    def __init__(self, known: dict[int, Tensor], prefix: str) -> None:
        self.known = known
        self.prefix = prefix
        self.calls: dict[tuple[int, int], _Scope] = {}

    def tensor(self, symbol: Any) -> Tensor:
        """The `Tensor` of a symbolic Keras tensor."""
        if id(symbol) not in self.known:
            self.known[id(symbol)] = self._made(symbol)
        return self.known[id(symbol)]

    def _made(self, symbol: Any) -> Tensor:
        operation, call, index = symbol._keras_history
        given = operation._inbound_nodes[call].arguments
        arguments, keywords = keras.tree.map_structure(
            lambda leaf: self.tensor(leaf) if isinstance(leaf, keras.KerasTensor) else leaf,
            (given.args, given.kwargs),
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

    def _inside(self, model: Any, argument: Any) -> _Scope:
        if isinstance(argument, dict):
            given = [argument[t.name] for t in model.inputs]
        else:
            given = keras.tree.flatten(argument)
        known = {id(t): tensor for t, tensor in zip(model.inputs, given, strict=True)}
        return _Scope(known, f"{self.prefix}{model.name}/")


@dataclass(frozen=True)
class LinearPart:
    """A Dense layer without its activation."""

    layer: Any

    @property
    def name(self) -> str:
        return str(self.layer.name)

    def __call__(self, inputs: Any) -> Any:
        products = keras.ops.matmul(inputs, self.layer.kernel)
        return products if self.layer.bias is None else products + self.layer.bias


@dataclass(frozen=True)
class UnitLength:
    """What a Dot layer with ``normalize`` does to each of its inputs first."""

    name: str
    axis: int

    def __call__(self, inputs: Any) -> Any:
        return keras.ops.normalize(inputs, axis=self.axis)


def unit_length(tensor: Tensor, axis: int) -> Tensor:
    """``tensor``, normalised along an axis (that of the batch being 0)."""
    return replace(
        tensor, operation=UnitLength(tensor.name, axis), arguments=(tensor,), keywords={}, index=0
    )


def before_sigmoid(output: Tensor) -> tuple[Tensor, Output]:
    """What the final logistic function is applied to; the output itself where there is none."""
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


def evaluate(
    tensors: Sequence[Tensor], values: Mapping[str, NDArray[Any]]
) -> list[NDArray[np.float32]]:
    """[n, width] each of ``tensors``, flattened, by Keras itself.

    Args:
        values: by name, [n] or [n, ...] for each input the tensors are computed from.
    """
    made: dict[Tensor, Any] = {}

    def value(tensor: Tensor) -> Any:
        if tensor not in made:
            made[tensor] = call(tensor) if tensor.operation is not None else given(tensor)
        return made[tensor]

    def given(tensor: Tensor) -> Any:
        rows = values[tensor.name]
        if tensor.dtype != "string":
            rows = rows.astype(tensor.dtype)
        shape = tuple(1 if size is None else size for size in tensor.shape)
        return keras.ops.convert_to_tensor(rows.reshape(len(rows), *shape), dtype=tensor.dtype)

    def call(tensor: Tensor) -> Any:
        arguments, keywords = keras.tree.map_structure(
            lambda leaf: value(leaf) if isinstance(leaf, Tensor) else leaf,
            (tensor.arguments, tensor.keywords),
        )
        outputs = tensor.operation(*arguments, **keywords)
        return keras.tree.flatten(outputs)[tensor.index]

    found = [keras.ops.convert_to_numpy(value(tensor)) for tensor in tensors]
    return [rows.reshape(len(rows), -1).astype(np.float32) for rows in found]


def model_logits(
    model: Any, inputs: Mapping[str, NDArray[Any]], batch_size: int = 8192
) -> NDArray[np.float32]:
    """[n] what the final logistic function of a model is given, or its outputs where it has none.

    Args:
        inputs: [n] or [n, ...] by name.

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
