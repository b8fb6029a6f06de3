"""Parity of the scores to publish with the predictions of the imported model."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import make_history
from bookrec.inference.recommender import Reader, Recommender
from bookrec.offline.compile.keras_graph import model_logits
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import reader_age_bands
from bookrec.offline.external.artifacts import columns
from bookrec.offline.models.bundle.build_recommender import recommender_for
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.bundle.parity import Parity, compare
from bookrec.offline.models.imported.imported_model import (
    ImportedModel,
    SideInputs,
    imported_inputs,
)
from bookrec.offline.models.imported.imported_origin import imported_model
from bookrec.offline.runtime.untyped import KerasModel

_READERS: Final = 50
_BOOKS: Final = 40


def check_parity(bundle: Bundle, original: KerasModel, dataset: Dataset, seed: int = 1) -> Parity:
    """Compare the logits of a bundle with those of the imported model on sampled pairs.

    Args:
        bundle: Bundle of the imported model.
        original: The imported model, without mean rows.
        dataset: The data set that the inputs are computed from.
        seed: Seed of the sample.
    """
    imported = imported_model(bundle)
    recommender, rows = recommender_for(bundle, dataset)
    rng = np.random.default_rng(seed)
    books_in = imported.books(dataset, bundle.vocabularies)
    readers_in = imported.readers(dataset, bundle.vocabularies)
    readers = _sample(_as_trained(imported, "reader", readers_in), rng, _READERS)
    books = _sample(_as_trained(imported, "book", books_in), rng, _BOOKS)
    pairs = np.repeat(readers, len(books)), np.tile(books, len(readers))
    inputs = imported_inputs(imported, dataset, bundle.vocabularies, *pairs)
    expected = model_logits(original, inputs).astype(np.float64)
    parts = [_logits(recommender, dataset, rows, reader, books) for reader in readers.tolist()]
    logits = np.concatenate([np.empty(0, np.float32), *parts])
    parity = compare(logits.astype(np.float64), expected, "linear")
    return replace(parity, logit_tolerance=bundle.origin.logit_tolerance)


def _as_trained(imported: ImportedModel, side: columns.Side, inputs: SideInputs) -> Ints:
    """Positions of readers or books whose inputs are all known; the original has no row for others."""
    known = inputs.known.copy()
    for plan in imported.plans:
        if plan.mapping.side == side and plan.unknown in ("mean", "leave out"):
            known &= inputs.known_by_input[plan.name]
    return np.flatnonzero(known).astype(np.int32)


def _sample(positions: Ints, rng: np.random.Generator, count: int) -> Ints:
    return np.sort(rng.choice(positions, min(count, len(positions)), replace=False))


def _logits(
    recommender: Recommender, dataset: Dataset, rows: Floats | None, reader: int, books: Ints
) -> Floats:
    band = int(reader_age_bands(dataset)[reader])
    empty = make_history(np.empty(0, np.int32), np.empty(0, np.int8))
    row = None if rows is None else rows[reader]
    profile = recommender.profile(Reader(empty, band, row))
    return recommender.logits(profile, books)
