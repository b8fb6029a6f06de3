"""An imported model as the scoring engine runs it, and its readers as rows of numbers.

Shapes: ``F`` reader features: what the model computes from the reader's own inputs alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.offline.compile.compile_ranker import (
    CannotSplit,
    SplitModel,
    compile_split,
    reader_rows,
    split_model,
)
from bookrec.offline.compile.keras_fallback import KerasRanker
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.external.mapping.model_inputs import tensors_of
from bookrec.offline.models.imported.imported_model import ImportedModel, Inputs, SideInputs
from bookrec.offline.models.imported.unknown_rows import AS_NUMBER
from bookrec.offline.ranking.fold_in_fit import fit_fold_in


def compile_imported(model: Any, imported: ImportedModel, books: SideInputs) -> SplitRanker:
    """Split an imported model for a catalogue.

    Raises:
        CannotSplit: a layer mixes sides and is not one of those that can be split.
    """
    return compile_split(model, imported.sides, books.values, band_inputs=imported.bands())


def slow_imported(model: Any, imported: ImportedModel, books: SideInputs) -> KerasRanker:
    """The same, run by Keras."""
    return KerasRanker(model, imported.sides, books.values, imported.bands())


def imported_rows(model: Any, imported: ImportedModel, readers: SideInputs) -> Floats | None:
    """[readers, F] of readers whom the model knows, NaN for others; None where F is 0."""
    rows = _rows(model, imported, readers.values, len(readers.known))
    if not rows.shape[1]:
        return None
    rows[~readers.known] = np.nan
    return rows


def base_row_of(model: Any, imported: ImportedModel) -> Floats:
    """[F] of somebody of whom nothing is known: the model's own unknown, else the mean."""
    unknown = {
        plan.name: np.array([plan.unknown_number]).astype(plan.dtype)
        for plan in imported.plans
        if plan.side == "reader id"
    }
    return np.asarray(_rows(model, imported, unknown, 1)[0])


def centroids_of(
    model: Any,
    imported: ImportedModel,
    rows: Floats | None,
    interactions: Interactions,
    n_books: int,
) -> tuple[Floats, Floats]:
    """[B, F] what fold-in takes for the row of each book's readers, less the base row, and [B] how far
    that is to be trusted.

    Zeros where a mean says nothing: in the columns of ids taken as plain numbers, and everywhere for
    a model that only Keras can run.
    """
    if rows is None:
        return np.zeros((n_books, 0), np.float32), np.zeros(n_books, np.float32)
    away = rows - imported.base_row
    away[:, _meaningless(model, imported)] *= 0.0  # NaN stays what says that a reader is not known
    return fit_fold_in(away, interactions, n_books)


def _meaningless(model: Any, imported: ImportedModel) -> NDArray[np.bool_]:
    """[F] columns of which a mean over readers says nothing."""
    split = _split(model, imported)
    if split is None:
        return np.ones(len(imported.base_row), dtype=bool)
    meaningless = np.zeros(len(imported.base_row), dtype=bool)
    identities = {plan.name for plan in imported.plans if plan.is_identity}
    for tensor, columns in split.reader_columns:
        looked_up = any(
            before.kind == "Embedding" and not before.name.endswith(AS_NUMBER)
            for before in tensors_of(tensor)
        )
        if tensor.sources <= identities and not looked_up:
            meaningless[columns] = True
    return meaningless


def _rows(model: Any, imported: ImportedModel, values: Inputs, count: int) -> Floats:
    """[n, F] whatever depends on the reader's id, or is known of a reader as a number."""
    own = [plan.name for plan in imported.plans if plan.side == "reader id"]
    if not own:
        return np.zeros((count, 0), dtype=np.float32)
    given: dict[str, NDArray[Any]] = {name: values[name] for name in own}
    if _split(model, imported) is not None:
        return reader_rows(model, imported.sides, given)
    # As `compile.keras_fallback` wants them: the inputs themselves, in the model's order.
    columns = [values[name].reshape(count, -1).astype(np.float32) for name in own]
    return np.concatenate(columns, axis=1)


def _split(model: Any, imported: ImportedModel) -> SplitModel | None:
    try:
        return split_model(model, imported.sides)
    except CannotSplit:
        return None
