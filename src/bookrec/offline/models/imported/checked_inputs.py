"""Inputs of an imported ranker, as the checks of a bundle see them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.mapping.input_plan import InputPlan
from bookrec.offline.features.book_features import Vocabularies
from bookrec.offline.models.bundle.checked_input import CheckedInput, Flags
from bookrec.offline.models.imported.imported_model import ImportedModel


def imported_checked_inputs(
    imported: ImportedModel, vocabularies: Vocabularies, dataset: Dataset
) -> list[CheckedInput]:
    """List the inputs of an imported ranker, in the model's order."""
    readers = imported.readers(dataset, vocabularies)
    books = imported.books(dataset, vocabularies)
    inputs = []
    for plan in imported.plans:
        side = readers if plan.mapping.side == "reader" else books
        values, known = side.values[plan.name], side.known_by_input[plan.name]
        inputs.append(_checked_input(plan, dataset, values, known))
    return inputs


def _checked_input(plan: InputPlan, dataset: Dataset, values: Array, known: Flags) -> CheckedInput:
    encoder = plan.encoder
    code = plan.unknown in ("class", "code") and plan.scaler is None
    return CheckedInput(
        plan.name,
        plan.mapping.side,
        plan.mapping.column,
        values,
        known,
        is_identity=plan.is_identity,
        labels=None if encoder is None else encoder.labels,
        codes=None if encoder is None else encoder.codes + plan.mapping.offset,
        rows=plan.rows,
        unknown=plan.unknown,
        unknown_code=int(plan.unknown_number) if code else None,
        raw=_raw(plan, dataset, known),
        scaler=plan.scaler,
        scaler_column=plan.mapping.scaler_column,
        is_title=plan.words is not None,
    )


def _raw(plan: InputPlan, dataset: Dataset, known: Flags) -> NDArray[np.float64] | None:
    """[n] values before the scaler, from ``dataset``, NaN = unknown; None without a scaler."""
    if plan.scaler is None:
        return None
    column = plan.mapping.column
    if column in STATISTICS:
        return columns.statistics(dataset, column, plan.mapping.counted)
    unscaled = replace(plan, scaler=None)
    numbers = unscaled.values(columns.texts(dataset, column))[0].astype(np.float64)
    return np.where(known, numbers, np.nan)
