"""What a model asks for: its inputs, and which embeddings each looks up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from bookrec.inference.ranker.split_ranker import Output
from bookrec.offline.compile.keras_graph import Tensor, before_sigmoid, open_model


@dataclass(frozen=True)
class Lookup:
    """An Embedding that an input is looked up in."""

    layer: Any
    name: str
    rows: int


@dataclass(frozen=True)
class ModelInput:
    """One input of a model."""

    name: str
    shape: tuple[int | None, ...]
    """Without the batch axis."""
    dtype: str
    lookups: tuple[Lookup, ...]

    @property
    def width(self) -> int:
        """Numbers of one row."""
        return math.prod(size or 1 for size in self.shape)

    @property
    def rows(self) -> int | None:
        """Codes it may have; None for one that is not looked up."""
        return min((lookup.rows for lookup in self.lookups), default=None)


def inputs_of(model: Any) -> tuple[list[ModelInput], Output]:
    """The inputs of a model in its order, and what its output is.

    Raises:
        ModelError: it is not functional, or has several outputs.
    """
    inputs, output = open_model(model)
    found: dict[str, dict[str, Lookup]] = {tensor.name: {} for tensor in inputs}
    for tensor in tensors_of(output):
        if tensor.kind == "Embedding" and len(tensor.sources) == 1:
            (name,) = tensor.sources
            lookup = Lookup(tensor.operation, tensor.name, int(tensor.operation.input_dim))
            found[name][tensor.name] = lookup
    made = [
        ModelInput(t.name, tuple(t.shape), t.dtype, tuple(found[t.name].values())) for t in inputs
    ]
    return made, before_sigmoid(output)[1]


def tensors_of(output: Tensor) -> list[Tensor]:
    """Every tensor that an output is computed from, each once."""
    seen: dict[Tensor, None] = {}
    waiting = [output]
    while waiting:
        tensor = waiting.pop()
        if tensor not in seen:
            seen[tensor] = None
            waiting += tensor.inputs
    return list(seen)
