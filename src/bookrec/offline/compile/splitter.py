"""Traversal of a model's graph that writes its output as a program of split layers.

`Splitter.form` turns a tensor into a linear form (`compile.linear_forms`). A tensor computed from one
side becomes a source; the rule for its layer (`compile.layer_rules`) handles any other. A rule with a
non-linear result adds a layer to the program, and that layer becomes a source.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bookrec.errors import ModelError
from bookrec.inference.ranker.activations import Parameters
from bookrec.offline.compile.keras_graph import Tensor
from bookrec.offline.compile.linear_forms import Doubles, Form, PlacedIdentity, Source
from bookrec.offline.features.ranker_inputs import Side

_LOOKED_UP: Final = frozenset({"reader id", "band", "book"})
"""Sides with few values, all known at compile time. Keras evaluates each value once, so a tensor that
depends on one of these sides alone is a source."""

_HALF: Final = {"reader id": "reader", "reader": "reader", "band": "reader"}
"""Half of the pair that error messages name for a side; the side itself by default."""


class CannotSplit(ModelError):
    """The model has a layer that only Keras can run."""


@dataclass(frozen=True, eq=False)
class PlannedLayer:
    """A layer of the program before its book terms are computed; see `Layer`."""

    kind: str
    operands: tuple[Form, ...]
    parameters: Parameters

    @property
    def pairwise(self) -> bool:
        """Whether the layer runs per book or pair."""
        return any(operand.pairwise for operand in self.operands)


Rule = Callable[["Splitter", Tensor], Form]


@dataclass
class Splitter:
    """The traversal of one model and the program written so far."""

    model_name: str
    sides: Mapping[str, Side]
    rules: Mapping[str, Rule]
    layers: list[PlannedLayer] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    """Sources other than layers, in the order of the traversal."""
    _forms: dict[Tensor, Form] = field(default_factory=dict)
    _layer_outputs: dict[Form, Form] = field(default_factory=dict)

    def form(self, tensor: Tensor) -> Form:
        """Write ``tensor`` as a linear form.

        Raises:
            CannotSplit: the tensor mixes sides in a layer that has no rule.
        """
        if tensor not in self._forms:
            self._forms[tensor] = self._new_form(tensor)
        return self._forms[tensor]

    def _new_form(self, tensor: Tensor) -> Form:
        sides = {self.sides[name] for name in tensor.sources}
        shape = tuple(1 if size is None else size for size in tensor.shape)
        if len(sides) == 1 and (sides <= _LOOKED_UP or tensor.operation is None):
            return self._source(tensor, shape, next(iter(sides)))
        foreign = not type(tensor.operation).__module__.startswith(("keras.", "bookrec."))
        rule = None if foreign else self.rules.get(tensor.kind)
        if rule is None:
            raise self.refusal(tensor, "is not one of the layers that can be split")
        if getattr(tensor.operation, "compute_dtype", "float32") in ("float16", "bfloat16"):
            raise self.refusal(tensor, "computes in half precision")
        try:
            return rule(self, tensor)
        except MemoryError as error:
            raise self.refusal(tensor, f"needs {error}") from error

    def _source(self, tensor: Tensor, shape: tuple[int, ...], side: Side) -> Form:
        source = Source(side, math.prod(shape), tensor, pairwise=side == "pair")
        self.sources.append(source)
        return Form.of(source, shape)

    def refusal(self, tensor: Tensor, why: str) -> CannotSplit:
        """Build the error that names a layer and says why it cannot be split."""
        halves = sorted({_HALF.get(s := self.sides[n], s) for n in tensor.sources}, reverse=True)
        names = ", ".join(sorted(tensor.sources))
        problem = f"mixes {' and '.join(halves)} inputs" if len(halves) > 1 else "needs inputs"
        return CannotSplit(
            f"Layer {tensor.name!r} ({tensor.kind}) of model {self.model_name!r} {problem} "
            f"({names}) and {why}, so the model can only be run by Keras."
        )

    def layer(
        self, kind: str, operands: tuple[Form, ...], parameters: Parameters, shape: tuple[int, ...]
    ) -> Form:
        """Add a layer to the program and return its output, of shape ``shape``."""
        planned = PlannedLayer(kind, operands, parameters)
        self.layers.append(planned)
        width = 1 if kind == "dot" else operands[0].width
        number = len(self.layers) - 1
        source = Source("layer", width, layer=number, pairwise=planned.pairwise)
        return Form.of(source, shape)

    def times(self, form: Form, matrix: Doubles, shape: tuple[int, ...]) -> Form:
        """Multiply ``form`` by ``matrix`` [width, new width].

        The product folds into the form's kernels, or runs after a layer that computes the form,
        whichever takes fewer multiplications per pair.
        """
        widths = [
            source.width
            for source, kernel in form.terms.items()
            if source.pairwise and not isinstance(kernel, PlacedIdentity)
        ]
        inner, outer = matrix.shape
        if sum(widths) * outer > sum(widths) * inner + inner * outer:
            form = self.as_layer(form)
        return form.times(matrix, shape)

    def as_layer(self, form: Form) -> Form:
        """Compute ``form`` in a linear layer of the program, once however often it is used."""
        if form not in self._layer_outputs:
            self._layer_outputs[form] = self.layer("linear", (form,), {}, form.shape)
        return self._layer_outputs[form]
