"""From a mapping to plans: every name in it is looked up, every size compared, before work begins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bookrec.arrays import Ints
from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.age_labels import age_bounds, is_unknown_label
from bookrec.offline.external.artifacts.artifact_files import Part, Sources
from bookrec.offline.external.artifacts.columns import STATISTICS, Doubles
from bookrec.offline.external.artifacts.encoder import Encoder, label_text
from bookrec.offline.external.mapping.input_plan import InputPlan, Unknown
from bookrec.offline.external.mapping.mapping import InputMapping, Mapping
from bookrec.offline.external.mapping.model_inputs import ModelInput
from bookrec.offline.external.pickles.objects.records import ScalerRecord, WordVectorsRecord


def make_plans(
    inputs: Sequence[ModelInput],
    mapping: Mapping,
    sources: Sources,
    dataset: Dataset,
    places: dict[str, Ints],
) -> tuple[InputPlan, ...]:
    """A plan for every input of a model.

    Args:
        mapping: of every input.
        places: side → [V] positions in the data set of the bundle's vocabulary.

    Raises:
        ModelError: the mapping names a part that is not there, or sizes differ.
    """
    plans = []
    for one in inputs:
        given = mapping.inputs[one.name]
        plans.append(_Planner(one, given, sources, dataset).plan(places[given.side]))
    if not any(plan.given.side == "book" for plan in plans):
        raise ModelError("The model has no input that depends on the book; it cannot rank books.")
    return tuple(plans)


class _Planner:
    """Makes the plan of one input."""

    def __init__(
        self, one: ModelInput, given: InputMapping, sources: Sources, dataset: Dataset
    ) -> None:
        self.one, self.given, self.sources, self.dataset = one, given, sources, dataset

    def plan(self, places: Ints) -> InputPlan:
        one, given = self.one, self.given
        encoder = self._part("encoder", given.encoder, Encoder)
        scaler = self._part("scaler", given.scaler, ScalerRecord)
        words = self._part("vectors", given.vectors, WordVectorsRecord)
        self._check_shape(words)
        if scaler is not None and not 0 <= given.scaler_column < scaler.feature_count:
            raise self._error(f"{given.scaler} has {scaler.feature_count} columns, from 0")
        if encoder is not None:
            self._check_encoder(encoder)
        counted = None
        if given.column in STATISTICS:
            counted = columns.statistics(self.dataset, given.column, given.counted)[places]
        rows = max((lookup.rows for lookup in one.lookups), default=None)
        plan = InputPlan(
            one.name,
            given,
            one.width,
            one.dtype,
            rows,
            "mean",
            0.0,
            encoder,
            scaler,
            words,
            counted,
        )
        return self._with_unknown(plan)

    def _part(self, what: str, name: str | None, kind: type[Any]) -> Any:
        """The part of a name."""
        if name is None:
            return None
        part: Part | None = self.sources.parts.get(name)
        if part is None:
            reason = self.sources.unread.get(self.sources.file_of(name))
            known = ", ".join(n for n, p in self.sources.parts.items() if isinstance(p.value, kind))
            raise self._error(
                reason
                or f"there is no {what} {name!r} in {self.sources.directory} ({known or 'none'})"
            )
        if not isinstance(part.value, kind):
            raise self._error(f"{name} is no {what}")
        return part.value

    def _check_shape(self, words: WordVectorsRecord | None) -> None:
        one = self.one
        if one.dtype == "string":
            raise self._error("it takes texts; a model is given numbers")
        if words is None and one.width != 1:
            raise self._error(f"it takes {one.width} numbers; only word vectors give so many")
        if words is not None and words.vectors.shape[1] != one.width:
            size = words.vectors.shape[1]
            raise self._error(f"it takes {one.width} numbers, {self.given.vectors} has {size}")

    def _check_encoder(self, encoder: Encoder) -> None:
        rows, size = self.one.rows, encoder.size + self.given.offset
        if rows is not None and size > rows and self.given.scaler is None:
            raise self._error(
                f"{self.given.encoder} has codes up to {size - 1:,}, its embedding has {rows:,} rows: "
                "another encoder, or another model, was trained with it"
            )
        if self.given.column == "age":
            for label in map(label_text, encoder.labels):
                if age_bounds(label) is None and not is_unknown_label(label):
                    raise self._error(
                        f"the age label {label!r} of {self.given.encoder} says no ages"
                    )

    def _with_unknown(self, plan: InputPlan) -> InputPlan:
        """The plan with what it gives for what it does not know."""
        given, encoder = self.given, plan.encoder
        code: int | None = None
        kind: Unknown = "mean"
        if plan.words is not None:
            return replace(plan, unknown="zeros")
        if isinstance(given.unknown, int):
            kind, code = "code", given.unknown
        elif given.unknown is not None:
            kind = given.unknown
        elif encoder is not None:
            label = given.unknown_class
            if label is None:
                label = encoder.unknown_label(given.column)
            code = None if label is None else encoder.code_of_label(label)
            if given.unknown_class is not None and code is None:
                raise self._error(f"{given.encoder} has no class {given.unknown_class!r}")
            if code is not None:
                kind = "class"
            elif self._is_the_book():
                kind = "leave out"
        elif given.column == "isbn":
            kind = "leave out"
        number = self._number(plan, code)
        return replace(plan, unknown=kind, unknown_number=number)

    def _is_the_book(self) -> bool:
        """Whether the model knows its books by this input."""
        return self.given.column == "isbn" or (
            self.given.column == "title" and self.given.encoder is not None
        )

    def _number(self, plan: InputPlan, code: int | None) -> float:
        """What the input is for what is not known."""
        if code is not None:
            if plan.rows is not None and not 0 <= code + self.given.offset < plan.rows:
                raise self._error(f"unknown is {code}, its embedding has {plan.rows:,} rows")
            return float(plan.scaled(np.array([code + self.given.offset], dtype=np.float64))[0])
        if plan.rows is not None:
            return float(plan.rows)
        numbers = self._known_numbers(plan)
        numbers = numbers[~np.isnan(numbers)]
        mean = float(plan.scaled(numbers).mean()) if len(numbers) else 0.0
        if not math.isfinite(mean):
            raise self._error("its scaler gives no finite numbers")
        return mean

    def _known_numbers(self, plan: InputPlan) -> Doubles:
        if plan.counted is not None:
            return plan.counted
        if plan.encoder is not None:
            return plan.encoder.codes.astype(np.float64) + self.given.offset
        return columns.numbers(columns.texts(self.dataset, self.given.column)) + self.given.offset

    def _error(self, what: str) -> ModelError:
        return ModelError(f"Input {self.one.name!r} of the model: {what}; mend the mapping.")
