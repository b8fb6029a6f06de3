"""``artifacts import``: files made elsewhere → a bundle like a trained one."""

from __future__ import annotations

import platform
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from bookrec import __version__
from bookrec.errors import DataError, ModelError
from bookrec.files import utc_now
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions, all_interactions
from bookrec.offline.external.mapping.model_inputs import inputs_of
from bookrec.offline.external.mapping.open_directory import Opened as Opened
from bookrec.offline.external.mapping.open_directory import open_directory as open_directory
from bookrec.offline.external.mapping.plan_inputs import make_plans
from bookrec.offline.models.bundle.bundle import IMPORTED, Bundle, save_bundle
from bookrec.offline.models.bundle.frozen_statistics import FrozenStatistics
from bookrec.offline.models.import_job.parity_check import check_parity
from bookrec.offline.models.import_job.serving_parts import ServingParts, fit_serving_parts
from bookrec.offline.models.imported.compile_imported import (
    base_row_of,
    centroids_of,
    imported_rows,
)
from bookrec.offline.models.imported.imported_model import ImportedModel
from bookrec.offline.models.imported.unknown_rows import with_mean_rows
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home

_WRONG: Final = 1e-2
"""Logits that differ by more are no matter of rounding."""


@dataclass(frozen=True)
class ImportSettings:
    """Knobs of an import; only of our own retrieval, nothing of the model is trained."""

    seed: int = 1
    towers: TwoTowerSettings = field(default_factory=TwoTowerSettings)


def import_model(
    home: Home, opened: Opened, dataset: Dataset, settings: ImportSettings, progress: Progress
) -> Bundle:
    """Make a bundle of what was found, check it against Keras, and save it as the current model.

    Args:
        opened: with a mapping.
        say: called with one line per stage.

    Raises:
        ModelError: the mapping does not fit, the model knows none of the books, or its compiled
            scores differ from its own.
        DataError: the data set has no interactions.
    """
    bundle = make_bundle(opened, dataset, settings, progress)
    save_bundle(home, bundle)
    return bundle


def make_bundle(
    opened: Opened, dataset: Dataset, settings: ImportSettings, progress: Progress
) -> Bundle:
    """See `import_model`; writes nothing."""
    assert opened.mapping is not None
    interactions = all_interactions(dataset)
    if not len(interactions):
        raise DataError(
            f"Data set {dataset.dataset_id} has no interactions; import ratings with "
            "'bookrec data import' first."
        )
    # Plans before the fit: what is wrong with a mapping is said at once.
    inputs, _ = inputs_of(opened.model)
    places = {
        "reader": np.unique(interactions.reader_idx).astype(np.int32),
        "book": np.arange(dataset.n_books, dtype=np.int32),
    }
    plans = make_plans(inputs, opened.mapping, opened.sources, dataset, places)
    used = {
        opened.sources.file_of(part)
        for plan in plans
        for part in (plan.given.encoder, plan.given.scaler, plan.given.vectors)
        if part is not None
    }
    imported = ImportedModel(
        opened.archive.path,
        opened.archive.digest,
        opened.casts,
        plans,
        np.zeros(0, np.float32),
        opened.stacked,
        {file: opened.sources.digests[file] for file in sorted(used)},
    )
    ranker = with_mean_rows(opened.model, inputs, plans)
    parts = fit_serving_parts(dataset, interactions, settings.towers, settings.seed, progress)
    bundle = assemble(imported, ranker, parts, dataset, interactions, settings)
    progress("comparing with the model itself")
    parity = check_parity(bundle, opened.model, dataset)
    if parity.logit_error > _WRONG:
        raise ModelError(
            f"{imported.archive.name} does not score as its compiled form does (logits differ by "
            f"{parity.logit_error:.1e} x (1 + |logit|)); import a model that does not add such large "
            "numbers, e.g. ids divided by how many there are."
        )
    if not parity.holds:
        progress(
            f"warning: the model rounds: its logits are compiled to {parity.logit_error:.1e} x "
            "(1 + |logit|), because it adds large numbers that cancel (ids as numbers, large weights)"
        )
    return bundle


def assemble(
    imported: ImportedModel,
    ranker: Any,
    parts: ServingParts,
    dataset: Dataset,
    interactions: Interactions,
    settings: ImportSettings,
) -> Bundle:
    """A bundle of an imported ranker and retrievers of our own.

    Raises:
        ModelError: the model knows none of the books, or no layer of it can be seen.
    """
    books = imported.books(dataset, parts.vocabularies)
    left_out = imported.left_out(books)
    if left_out.all():
        raise ModelError(
            f"{imported.archive.name} knows none of the {dataset.n_books:,} books of data set "
            f"{dataset.dataset_id}: its encoder is of another catalogue, or spells ids otherwise."
        )
    readers = imported.readers(dataset, parts.vocabularies)
    imported = replace(imported, base_row=base_row_of(ranker, imported))
    rows = imported_rows(ranker, imported, readers)
    centroids = centroids_of(ranker, imported, rows, interactions, dataset.n_books)
    frozen_statistics = FrozenStatistics(
        parts.statistics, parts.retrieval.tower_mean, parts.retrieval.tower_covariance, *centroids
    )
    manifest = _manifest(imported, dataset, settings) | {
        "knows": {
            "readers": int(readers.known.sum()),
            "of_readers": dataset.n_readers,
            "books": int((~left_out).sum()),
            "of_books": dataset.n_books,
        }
    }
    return Bundle(
        ranker,
        parts.towers,
        parts.vocabularies,
        parts.scaler,
        parts.words,
        parts.word_vectors,
        parts.tables,
        frozen_statistics,
        manifest,
        imported,
    )


def _manifest(
    imported: ImportedModel, dataset: Dataset, settings: ImportSettings
) -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return {
        "model_id": f"{IMPORTED}-{now}-{secrets.token_hex(3)}",
        "preset": IMPORTED,
        "seed": settings.seed,
        "created_at": utc_now(),
        "dataset_id": dataset.dataset_id,
        "dataset_digest": dataset.digest,
        "sample": bool(dataset.manifest.get("sample", False)),
        "settings": asdict(settings),
        "metrics": {},
        "source": {
            "model": imported.archive.name,
            "sha256": imported.digest,
            "files": imported.sources,
            "unknown": {plan.name: plan.unknown for plan in imported.plans},
        },
        "versions": {
            "bookrec": __version__,
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
    }
