"""Compilation of an imported model, and the reader features of the readers that it knows.

Shapes: ``R`` readers, ``B`` books, ``F`` reader features, which the model computes from reader inputs
alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats
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
from bookrec.offline.external.graphs.model_inputs import tensors_of
from bookrec.offline.models.imported.imported_model import ImportedModel, Inputs, SideInputs
from bookrec.offline.models.imported.unknown_rows import AS_NUMBER
from bookrec.offline.ranking.fold_in_fit import fit_fold_in
from bookrec.offline.runtime.untyped import KerasModel


def compile_imported(model: KerasModel, imported: ImportedModel, books: SideInputs) -> SplitRanker:
    """Split an imported model for a catalogue.

    Raises:
        CannotSplit: a layer that mixes sides has no rule.
    """
    return compile_split(model, imported.sides, books.values, band_inputs=imported.bands())


def slow_imported(model: KerasModel, imported: ImportedModel, books: SideInputs) -> KerasRanker:
    """Wrap an imported model that cannot be split, so that Keras runs it."""
    return KerasRanker(model, imported.sides, books.values, imported.bands())


def imported_rows(model: KerasModel, imported: ImportedModel, readers: SideInputs) -> Floats | None:
    """[R, F] features of readers whom the model knows, NaN for others; None if F is 0."""
    rows = _rows(model, imported, readers.values, len(readers.known))
    if not rows.shape[1]:
        return None
    rows[~readers.known] = np.nan
    return rows


def base_row_of(model: KerasModel, imported: ImportedModel, rows: Floats | None) -> Floats:
    """[F] features of an unknown reader, from the replacements of unknown inputs.

    An empty history has no features of its own: with one, they are the mean of the known ``rows``.
    """
    if rows is not None and any(plan.is_history for plan in imported.plans):
        return np.asarray(np.nanmean(rows, axis=0, dtype=np.float64), dtype=np.float32)
    unknown = {
        plan.name: np.array([plan.unknown_number]).astype(plan.dtype)
        for plan in imported.plans
        if plan.side == "reader id"
    }
    return np.asarray(_rows(model, imported, unknown, 1)[0])


def fold_in_of(
    model: KerasModel,
    imported: ImportedModel,
    rows: Floats | None,
    interactions: Interactions,
    n_books: int,
) -> tuple[Floats, Floats]:
    """Fit the fold-in of an imported model to its known readers.

    Args:
        model: The model with mean rows.
        imported: Its file and plans.
        rows: [R, F] features of known readers, NaN for others; None if F is 0.
        interactions: Interactions sorted by reader.
        n_books: Number of books ``B``.

    Returns:
        [B, F] book vectors, relative to the base row, and their [B] shrinkage. Columns in which a mean
        over readers is meaningless are 0: ids used as plain numbers, and all columns of a model that
        only Keras can run.
    """
    if rows is None:
        return np.zeros((n_books, 0), np.float32), np.zeros(n_books, np.float32)
    offsets = rows - imported.base_row
    offsets[:, _meaningless(model, imported)] *= 0.0  # keeps the NaN of unknown readers
    return fit_fold_in(offsets, interactions, n_books)


def _meaningless(model: KerasModel, imported: ImportedModel) -> NDArray[np.bool_]:
    """[F] mask of the columns in which a mean over readers is meaningless."""
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


def _rows(model: KerasModel, imported: ImportedModel, values: Inputs, count: int) -> Floats:
    """[n, F] reader features of ``n = count`` readers, from the inputs that depend on the reader."""
    names = [plan.name for plan in imported.plans if plan.side == "reader id"]
    if not names:
        return np.zeros((count, 0), dtype=np.float32)
    inputs: dict[str, Array] = {name: values[name] for name in names}
    if _split(model, imported) is not None:
        return reader_rows(model, imported.sides, inputs)
    # `compile.keras_fallback` takes the inputs themselves, in the model's order.
    columns = [values[name].reshape(count, -1).astype(np.float32) for name in names]
    return np.concatenate(columns, axis=1)


def _split(model: KerasModel, imported: ImportedModel) -> SplitModel | None:
    try:
        return split_model(model, imported.sides)
    except CannotSplit:
        return None
