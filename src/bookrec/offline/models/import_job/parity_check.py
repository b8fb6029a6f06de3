"""Is what is going to be published what an imported model itself predicts?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

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

_READERS: Final = 50
_BOOKS: Final = 40


def check_parity(bundle: Bundle, original: Any, dataset: Dataset, seed: int = 1) -> Parity:
    """Compare what is going to be published with the imported model's own logits.

    Args:
        original: the model as it was imported, without anything of ours.
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
    made = [_logits(recommender, dataset, rows, reader, books) for reader in readers.tolist()]
    logits = np.concatenate([np.empty(0, np.float32), *made])
    found = compare(logits.astype(np.float64), expected, "linear")
    return replace(found, logit_tolerance=bundle.origin.logit_tolerance)


def _as_trained(imported: ImportedModel, side: columns.Side, found: SideInputs) -> Ints:
    """Positions of those of whom every input is known: the original has no row for others."""
    known = found.known.copy()
    for plan in imported.plans:
        if plan.given.side == side and plan.unknown in ("mean", "leave out"):
            known &= found.known_by_input[plan.name]
    return np.flatnonzero(known).astype(np.int32)


def _sample(places: Ints, rng: np.random.Generator, count: int) -> Ints:
    return np.sort(rng.choice(places, min(count, len(places)), replace=False))


def _logits(
    recommender: Recommender, dataset: Dataset, rows: Floats | None, reader: int, books: Ints
) -> Floats:
    band = int(reader_age_bands(dataset)[reader])
    nothing = make_history(np.empty(0, np.int32), np.empty(0, np.int8))
    row = None if rows is None else rows[reader]
    profile = recommender.profile(Reader(nothing, band, row))
    return recommender.logits(profile, books)
