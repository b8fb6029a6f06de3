"""Walks a model's graph and writes its output as a program of split layers.

`Splitter.form` turns a tensor into a linear form (`compile.linear_forms`): as a source where it
is computed from one side, else by the rule for its layer (`compile.layer_rules`). Rules whose
result is not linear add a layer to the program, which is then a source itself.
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
"""Sides whose different values are few and known beforehand, so that Keras can be asked once for each:
whatever is computed from one of them alone is a source."""

_HALF: Final = {"reader id": "reader", "reader": "reader", "band": "reader"}
"""Which half of the pair a side speaks of, in messages."""


class CannotSplit(ModelError):
    """A model has a layer that can only be run by Keras."""


@dataclass(frozen=True, eq=False)
class PlannedLayer:
    """A layer of the program before the books are known; see `Layer`."""

    kind: str
    operands: tuple[Form, ...]
    parameters: Parameters

    @property
    def pairwise(self) -> bool:
        return any(operand.pairwise for operand in self.operands)


Rule = Callable[["Splitter", Tensor], Form]


@dataclass
class Splitter:
    """The program as far as it is known."""

    model_name: str
    sides: Mapping[str, Side]
    rules: Mapping[str, Rule]
    layers: list[PlannedLayer] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    """Other than layers, in the order in which they were met."""
    _forms: dict[Tensor, Form] = field(default_factory=dict)
    _kept: dict[Form, Form] = field(default_factory=dict)

    def form(self, tensor: Tensor) -> Form:
        """``tensor`` as a linear form.

        Raises:
            CannotSplit: it mixes sides in a layer that has no rule.
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
        """The error that names a layer."""
        halves = sorted({_HALF.get(s := self.sides[n], s) for n in tensor.sources}, reverse=True)
        names = ", ".join(sorted(tensor.sources))
        met = f"mixes {' and '.join(halves)} inputs" if len(halves) > 1 else "needs inputs"
        return CannotSplit(
            f"Layer {tensor.name!r} ({tensor.kind}) of model {self.model_name!r} {met} "
            f"({names}) and {why}, so the model can only be run by Keras."
        )

    def layer(
        self, kind: str, operands: tuple[Form, ...], parameters: Parameters, shape: tuple[int, ...]
    ) -> Form:
        """The output of a new layer of the program."""
        planned = PlannedLayer(kind, operands, parameters)
        self.layers.append(planned)
        width = 1 if kind == "dot" else operands[0].width
        number = len(self.layers) - 1
        source = Source("layer", width, layer=number, pairwise=planned.pairwise)
        return Form.of(source, shape)

    def times(self, form: Form, matrix: Doubles, shape: tuple[int, ...]) -> Form:
        """``form @ matrix``, in one step or two, whichever costs less for each pair."""
        widths = [
            source.width
            for source, kernel in form.terms.items()
            if source.pairwise and not isinstance(kernel, PlacedIdentity)
        ]
        inner, outer = matrix.shape
        if sum(widths) * outer > sum(widths) * inner + inner * outer:
            form = self.kept(form)
        return form.times(matrix, shape)

    def kept(self, form: Form) -> Form:
        """The same, computed once as a layer of its own."""
        if form not in self._kept:
            self._kept[form] = self.layer("linear", (form,), {}, form.shape)
        return self._kept[form]
