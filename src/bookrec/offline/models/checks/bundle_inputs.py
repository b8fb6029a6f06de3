"""The inputs of both kinds of bundles as `CheckedInput`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import all_interactions, reader_age_bands
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.mapping.input_plan import InputPlan
from bookrec.offline.external.mapping.model_inputs import inputs_of
from bookrec.offline.external.pickles.objects.records import ScalerRecord
from bookrec.offline.features.book_statistics import book_statistics
from bookrec.offline.features.vocabulary import UNKNOWN
from bookrec.offline.models.bundle.build_recommender import catalogue_features
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.checks.checked_input import CheckedInput, Flags
from bookrec.offline.models.imported.imported_model import ImportedModel

_COLUMNS = {"isbn": "isbn", "author": "author", "publisher": "publisher", "year": "year"}
_NUMBERS = {"avg_rating_scaled": 0, "num_ratings_scaled": 1}
_OF_EVERYBODY = ("popularity", "book_numbers")


def trained_inputs(bundle: Bundle, dataset: Dataset) -> list[CheckedInput]:
    """Of a bundle that was trained here; what depends on a history or a pair is left out."""
    features = catalogue_features(bundle, dataset)
    of_books = features.inputs(slice(None))
    rows = {one.name: one.rows for one in inputs_of(bundle.ranker)[0]}
    made = []
    for name in rows:
        column = name.removesuffix("_encoded")
        if name == "user_id_encoded":
            codes = bundle.vocabularies.user.codes(dataset.readers["user_id"])
            made.append(_coded(bundle, name, "user_id", codes, rows[name]))
        elif name == "age_binned_encoded":
            bands = reader_age_bands(dataset)
            made.append(CheckedInput(name, "reader", "age", bands, np.ones(len(bands), dtype=bool)))
        elif column in _COLUMNS:
            made.append(_coded(bundle, name, column, of_books[name], rows[name]))
        elif name in _NUMBERS:
            made.append(_scaled(bundle, dataset, name, of_books[name]))
        elif name == "title_embedding_features" or name in _OF_EVERYBODY:
            values = of_books[name]
            title = name not in _OF_EVERYBODY
            known = np.asarray(values.any(axis=1)) if title else np.ones(len(values), dtype=bool)
            made.append(
                CheckedInput(
                    name,
                    "book",
                    "title" if title else name,
                    values,
                    known,
                    unknown="zeros" if title else "none",
                    is_title=title,
                )
            )
    return made


def _coded(
    bundle: Bundle, name: str, column: str, codes: NDArray[Any], rows: int | None
) -> CheckedInput:
    field = "user" if column == "user_id" else column
    keys = asdict(bundle.vocabularies)[field]["keys"]
    return CheckedInput(
        name,
        "reader" if column == "user_id" else "book",
        column,
        codes,
        codes != UNKNOWN,
        is_identity=column in ("user_id", "isbn"),
        labels=tuple(keys),
        codes=np.arange(1, len(keys) + 1),
        rows=rows,
        unknown="reserved",
        unknown_code=UNKNOWN,
    )


def _scaled(bundle: Bundle, dataset: Dataset, name: str, values: NDArray[Any]) -> CheckedInput:
    """A number of the books, and what the data set at hand says of it now."""
    place = _NUMBERS[name]
    numbers = book_statistics(all_interactions(dataset), dataset.n_books).numbers
    known: Flags = np.ones(dataset.n_books, dtype=bool)
    low, span = bundle.scaler.minimum.astype(float), bundle.scaler.span.astype(float)
    record = ScalerRecord(
        "min-max",
        len(low),
        None,
        None,
        None,
        None,
        1.0 / span,
        -low / span,
        None,
        None,
        None,
        low,
        low + span,
        None,
    )
    column = ("rating_mean", "rating_count")[place]
    return CheckedInput(
        name,
        "book",
        column,
        values,
        known,
        raw=numbers[:, place].astype(np.float64),
        scaler=record,
        scaler_column=place,
    )


def imported_checked_inputs(
    bundle: Bundle, imported: ImportedModel, dataset: Dataset
) -> list[CheckedInput]:
    """Of a model made elsewhere."""
    readers = imported.readers(dataset, bundle.vocabularies)
    books = imported.books(dataset, bundle.vocabularies)
    made = []
    for plan in imported.plans:
        side = readers if plan.given.side == "reader" else books
        values, known = side.values[plan.name], side.known_by_input[plan.name]
        made.append(_of_plan(plan, dataset, values, known))
    return made


def _of_plan(plan: InputPlan, dataset: Dataset, values: NDArray[Any], known: Flags) -> CheckedInput:
    encoder = plan.encoder
    code = plan.unknown in ("class", "code") and plan.scaler is None
    return CheckedInput(
        plan.name,
        plan.given.side,
        plan.given.column,
        values,
        known,
        is_identity=plan.is_identity,
        labels=None if encoder is None else encoder.labels,
        codes=None if encoder is None else encoder.codes + plan.given.offset,
        rows=plan.rows,
        unknown=plan.unknown,
        unknown_code=int(plan.unknown_number) if code else None,
        raw=_raw(plan, dataset, known),
        scaler=plan.scaler,
        scaler_column=plan.given.scaler_column,
        is_title=plan.words is not None,
    )


def _raw(plan: InputPlan, dataset: Dataset, known: Flags) -> NDArray[np.float64] | None:
    """[n] what the scaler is given by the data set at hand."""
    if plan.scaler is None:
        return None
    column = plan.given.column
    if column in STATISTICS:
        return columns.statistics(dataset, column, plan.given.counted)
    unscaled = replace(plan, scaler=None)
    numbers = unscaled.values(columns.texts(dataset, column))[0].astype(np.float64)
    return np.where(known, numbers, np.nan)
