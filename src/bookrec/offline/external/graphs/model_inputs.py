"""Inputs of a Keras model, and the embeddings that look them up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

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
    pooled: bool = False
    """Whether every use of the rows averages, sums or takes the largest of all that are looked up."""


_POOLING: Final = frozenset({"GlobalAveragePooling1D", "GlobalMaxPooling1D"})
_BETWEEN: Final = frozenset({"Dropout", "SpatialDropout1D", "Identity", "Activation"})


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
    tensors = tensors_of(output)
    for tensor in tensors:
        if tensor.kind == "Embedding" and len(tensor.sources) == 1 and not _is_binned(tensor):
            (name,) = tensor.sources
            rows = int(tensor.operation.input_dim)
            lookup = Lookup(tensor.operation, tensor.name, rows, _is_pooled(tensor, tensors))
            lookups[name][tensor.name] = lookup
    model_inputs = [
        ModelInput(t.name, tuple(t.shape), t.dtype, tuple(lookups[t.name].values())) for t in inputs
    ]
    return model_inputs, before_sigmoid(output)[1]


def _is_binned(tensor: Tensor) -> bool:
    """Whether an Embedding looks up bins into which the model sorts numbers, not codes of an input."""
    return any(part.kind == "Discretization" for part in tensors_of(tensor))


def _is_pooled(tensor: Tensor, tensors: list[Tensor]) -> bool:
    uses = [other for other in tensors if tensor in other.inputs]
    return bool(uses) and all(
        use.kind in _POOLING or (use.kind in _BETWEEN and _is_pooled(use, tensors)) for use in uses
    )


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
