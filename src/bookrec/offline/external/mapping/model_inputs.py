"""Inputs of a Keras model, and the embeddings that look them up."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bookrec.inference.ranker.split_ranker import Output
from bookrec.offline.compile.keras_graph import Tensor, before_sigmoid, open_model
from bookrec.offline.runtime.untyped import KerasModel, KerasOperation


@dataclass(frozen=True)
class Lookup:
    """Lookup of an input in an Embedding layer."""

    layer: KerasOperation
    name: str
    rows: int
    """Rows of the embedding."""


@dataclass(frozen=True)
class ModelInput:
    """One input of a model."""

    name: str
    shape: tuple[int | None, ...]
    """Shape without the batch axis."""
    dtype: str
    lookups: tuple[Lookup, ...]

    @property
    def width(self) -> int:
        """Numbers per pair."""
        return math.prod(size or 1 for size in self.shape)

    @property
    def rows(self) -> int | None:
        """Number of valid codes; None for an input that no embedding looks up."""
        return min((lookup.rows for lookup in self.lookups), default=None)


def inputs_of(model: KerasModel) -> tuple[list[ModelInput], Output]:
    """Return the inputs of a model, in its order, and the kind of its output.

    Raises:
        ModelError: it is not functional, or has several outputs.
    """
    inputs, output = open_model(model)
    lookups: dict[str, dict[str, Lookup]] = {tensor.name: {} for tensor in inputs}
    for tensor in tensors_of(output):
        if tensor.kind == "Embedding" and len(tensor.sources) == 1:
            (name,) = tensor.sources
            lookup = Lookup(tensor.operation, tensor.name, int(tensor.operation.input_dim))
            lookups[name][tensor.name] = lookup
    model_inputs = [
        ModelInput(t.name, tuple(t.shape), t.dtype, tuple(lookups[t.name].values())) for t in inputs
    ]
    return model_inputs, before_sigmoid(output)[1]


def tensors_of(output: Tensor) -> list[Tensor]:
    """Return the tensors that an output is computed from, itself included, each once."""
    seen: dict[Tensor, None] = {}
    waiting = [output]
    while waiting:
        tensor = waiting.pop()
        if tensor not in seen:
            seen[tensor] = None
            waiting += tensor.inputs
    return list(seen)
