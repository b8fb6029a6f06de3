"""Turns a mapping into plans: looks up every name and compares every size before the import starts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from bookrec.arrays import Ints
from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.age_labels import age_bounds, is_unknown_label
from bookrec.offline.external.artifacts.artifact_files import PartValue, Sources
from bookrec.offline.external.artifacts.columns import STATISTICS, Doubles
from bookrec.offline.external.artifacts.encoder import Encoder, label_text
from bookrec.offline.external.artifacts.history_column import HISTORIES
from bookrec.offline.external.artifacts.joined_columns import parts_of
from bookrec.offline.external.graphs.model_inputs import ModelInput
from bookrec.offline.external.mapping.input_plan import InputPlan, Unknown
from bookrec.offline.external.mapping.mapping import InputMapping, Mapping
from bookrec.offline.external.pickles.objects.records import ScalerRecord, WordVectorsRecord

_Kind = TypeVar("_Kind", bound=PartValue)


def make_plans(
    inputs: Sequence[ModelInput],
    mapping: Mapping,
    sources: Sources,
    dataset: Dataset,
    places: dict[str, Ints],
) -> tuple[InputPlan, ...]:
    """Make a plan for every input of a model.

    Args:
        inputs: inputs of the model.
        mapping: complete mapping.
        sources: contents of the model's directory.
        dataset: data set of the import.
        places: side → [V] positions in the data set of the bundle's vocabulary.

    Raises:
        ModelError: the mapping names a missing part, sizes differ, or no input depends on the book.
    """
    plans = []
    for model_input in inputs:
        input_mapping = mapping.inputs[model_input.name]
        planner = _Planner(model_input, input_mapping, sources, dataset)
        plans.append(planner.plan(places[input_mapping.side]))
    if not any(plan.mapping.side == "book" for plan in plans):
        raise ModelError("The model has no input that depends on the book; it cannot rank books.")
    return tuple(plans)


class _Planner:
    """Planner of one input."""

    def __init__(
        self, model_input: ModelInput, mapping: InputMapping, sources: Sources, dataset: Dataset
    ) -> None:
        self.input, self.mapping = model_input, mapping
        self.sources, self.dataset = sources, dataset

    def plan(self, places: Ints) -> InputPlan:
        mapping = self.mapping
        encoder = self._part("encoder", mapping.encoder, Encoder)
        scaler = self._part("scaler", mapping.scaler, ScalerRecord)
        words = self._part("vectors", mapping.vectors, WordVectorsRecord)
        self._check_shape(words)
        if scaler is not None and not 0 <= mapping.scaler_column < scaler.feature_count:
            raise self._error(f"{mapping.scaler} has {scaler.feature_count} columns, from 0")
        if encoder is not None:
            self._check_encoder(encoder)
        counted = None
        if mapping.column in STATISTICS:
            counted = columns.statistics(self.dataset, mapping.column, mapping.counted)[places]
        plan = InputPlan(
            self.input.name,
            mapping,
            self.input.width,
            self.input.dtype,
            max((lookup.rows for lookup in self.input.lookups), default=None),
            "mean",
            0.0,
            encoder,
            scaler,
            words,
            counted,
        )
        return self._with_unknown(plan)

    def _part(self, what: str, name: str | None, kind: type[_Kind]) -> _Kind | None:
        """Return the part with a name; None without a name."""
        if name is None:
            return None
        part = self.sources.parts.get(name)
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
        width = self.input.width
        if self.input.dtype == "string":
            raise self._error("it takes texts; a model is given numbers")
        if self.mapping.column in HISTORIES:
            return
        if words is None and width != 1:
            raise self._error(f"it takes {width} numbers; only word vectors give so many")
        if words is not None and words.vectors.shape[1] != width:
            size = words.vectors.shape[1]
            raise self._error(f"it takes {width} numbers, {self.mapping.vectors} has {size}")

    def _check_encoder(self, encoder: Encoder) -> None:
        rows, size = self.input.rows, encoder.size + self.mapping.offset
        if rows is not None and size > rows and self.mapping.scaler is None:
            raise self._error(
                f"{self.mapping.encoder} has codes up to {size - 1:,}, its embedding has {rows:,} "
                "rows: another encoder, or another model, was trained with it"
            )
        if self.mapping.column == "age":
            for label in map(label_text, encoder.labels):
                if age_bounds(label) is None and not is_unknown_label(label):
                    raise self._error(
                        f"the age label {label!r} of {self.mapping.encoder} says no ages"
                    )

    def _with_unknown(self, plan: InputPlan) -> InputPlan:
        """Return the plan with the replacement of unknown values."""
        mapping, encoder = self.mapping, plan.encoder
        code: int | None = None
        kind: Unknown = "mean"
        if plan.is_history:
            return self._with_padding(plan)
        if plan.words is not None:
            return replace(plan, unknown="zeros")
        if isinstance(mapping.unknown, int):
            kind, code = "code", mapping.unknown
        elif mapping.unknown is not None:
            kind = mapping.unknown
        elif encoder is not None:
            label = mapping.unknown_class
            if label is None:
                label = encoder.unknown_label(mapping.column)
            code = None if label is None else encoder.code_of_label(label)
            if mapping.unknown_class is not None and code is None:
                raise self._error(f"{mapping.encoder} has no class {mapping.unknown_class!r}")
            if code is not None:
                kind = "class"
            elif self._is_the_book():
                kind = "leave out"
        elif mapping.column == "isbn":
            kind = "leave out"
        number = self._number(plan, code)
        return replace(plan, unknown=kind, unknown_number=number)

    def _with_padding(self, plan: InputPlan) -> InputPlan:
        """Return the plan of a history, whose padding must be a row of its own."""
        padding, offset = self.mapping.padding, self.mapping.offset
        assert plan.encoder is not None
        if plan.rows is not None and not 0 <= padding < plan.rows:
            raise self._error(f"padding is {padding}, its embedding has {plan.rows:,} rows")
        if padding in plan.encoder.codes + offset:
            raise self._error(
                f"padding is {padding}, which is the code of a book; say what fills short histories, "
                "and offset"
            )
        return replace(plan, unknown="code", unknown_number=float(padding))

    def _is_the_book(self) -> bool:
        """Whether the input identifies the book."""
        return "isbn" in parts_of(self.mapping.column) or (
            self.mapping.column == "title" and self.mapping.encoder is not None
        )

    def _number(self, plan: InputPlan, code: int | None) -> float:
        """Return the number that replaces unknown values."""
        if code is not None:
            if plan.rows is not None and not 0 <= code + self.mapping.offset < plan.rows:
                raise self._error(f"unknown is {code}, its embedding has {plan.rows:,} rows")
            return float(plan.scaled(np.array([code + self.mapping.offset], dtype=np.float64))[0])
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
            return plan.encoder.codes.astype(np.float64) + self.mapping.offset
        return (
            columns.numbers(columns.texts(self.dataset, self.mapping.column)) + self.mapping.offset
        )

    def _error(self, what: str) -> ModelError:
        return ModelError(f"Input {self.input.name!r} of the model: {what}; fix the mapping.")
