"""Inputs of a trained ranker, as the checks of a bundle see them."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import all_interactions, reader_age_bands
from bookrec.offline.external.graphs.model_inputs import inputs_of
from bookrec.offline.external.pickles.objects.records import ScalerRecord
from bookrec.offline.features.book_statistics import book_statistics
from bookrec.offline.features.ranker_inputs import (
    AGE_BAND,
    AVG_RATING,
    NUM_RATINGS,
    RANKER_INPUTS,
    TITLE,
    USER_ID,
    RankerInput,
)
from bookrec.offline.features.vocabulary import UNKNOWN
from bookrec.offline.models.bundle.build_recommender import catalogue_features
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.bundle.checked_input import CheckedInput, Flags

_SCALER_COLUMNS = (AVG_RATING, NUM_RATINGS)


def trained_inputs(bundle: Bundle, dataset: Dataset) -> list[CheckedInput]:
    """List the inputs of a trained ranker, except those computed from a history or a pair."""
    book_inputs = catalogue_features(bundle, dataset).inputs(slice(None))
    inputs = []
    for model_input in inputs_of(bundle.ranker)[0]:
        ranker_input = RANKER_INPUTS.get(model_input.name)
        if ranker_input is None or ranker_input.side in ("reader", "pair"):
            continue
        if ranker_input == USER_ID:
            user_codes = bundle.vocabularies.user.codes(dataset.readers["user_id"])
            inputs.append(_coded(bundle, ranker_input, user_codes, model_input.rows))
        elif ranker_input == AGE_BAND:
            bands = reader_age_bands(dataset)
            everyone = np.ones(len(bands), dtype=bool)
            inputs.append(
                CheckedInput(ranker_input.name, "reader", ranker_input.column, bands, everyone)
            )
        elif ranker_input.kind == "id":
            inputs.append(
                _coded(bundle, ranker_input, book_inputs[ranker_input.name], model_input.rows)
            )
        elif ranker_input in _SCALER_COLUMNS:
            inputs.append(_scaled(bundle, dataset, ranker_input, book_inputs[ranker_input.name]))
        else:
            inputs.append(_uncoded(ranker_input, book_inputs[ranker_input.name]))
    return inputs


def _uncoded(ranker_input: RankerInput, values: Array) -> CheckedInput:
    """Describe title vectors, where zeros are unknown, or numbers, which every book has."""
    is_title = ranker_input == TITLE
    known = np.asarray(values.any(axis=1)) if is_title else np.ones(len(values), dtype=bool)
    return CheckedInput(
        ranker_input.name,
        "book",
        ranker_input.column,
        values,
        known,
        unknown="zeros" if is_title else "none",
        is_title=is_title,
    )


def _coded(
    bundle: Bundle, ranker_input: RankerInput, codes: NDArray[np.generic], rows: int | None
) -> CheckedInput:
    column = ranker_input.column
    field = "user" if column == "user_id" else column
    keys = asdict(bundle.vocabularies)[field]["keys"]
    return CheckedInput(
        ranker_input.name,
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


def _scaled(
    bundle: Bundle, dataset: Dataset, ranker_input: RankerInput, values: Array
) -> CheckedInput:
    """Describe a scaled statistic of the books, with its unscaled values in ``dataset``."""
    scaler_column = _SCALER_COLUMNS.index(ranker_input)
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
    return CheckedInput(
        ranker_input.name,
        "book",
        ranker_input.column,
        values,
        known,
        raw=numbers[:, scaler_column].astype(np.float64),
        scaler=record,
        scaler_column=scaler_column,
    )
