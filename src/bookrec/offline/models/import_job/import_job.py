"""Import of a foreign model (``artifacts import``); the result is a bundle like a trained one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import keras
import numpy as np
import tensorflow as tf

from bookrec.errors import DataError, ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions, all_interactions
from bookrec.offline.external.graphs.model_inputs import inputs_of
from bookrec.offline.external.mapping.open_directory import Opened as Opened
from bookrec.offline.external.mapping.open_directory import open_chosen as open_chosen
from bookrec.offline.external.mapping.open_directory import open_directory as open_directory
from bookrec.offline.external.mapping.plan_inputs import make_plans
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.bundle.bundle_files import save_bundle
from bookrec.offline.models.bundle.frozen_statistics import FrozenStatistics
from bookrec.offline.models.bundle.manifest import new_manifest
from bookrec.offline.models.import_job.parity_check import check_parity
from bookrec.offline.models.import_job.weigh_lists import weigh_lists, with_list_weights
from bookrec.offline.models.imported.compile_imported import (
    base_row_of,
    fold_in_of,
    imported_rows,
)
from bookrec.offline.models.imported.imported_model import ImportedModel
from bookrec.offline.models.imported.imported_origin import Imported
from bookrec.offline.models.imported.unknown_rows import with_mean_rows
from bookrec.offline.retrieval.fit_retrievers import (
    Encoding,
    FittedRetrievers,
    encode,
    fit_retrievers,
)
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.runtime.untyped import KerasModel
from bookrec.settings import Home

_WRONG: Final = 1e-2
"""Largest relative difference of logits that can be rounding; a larger one refuses the import."""


@dataclass(frozen=True)
class ImportSettings:
    """Settings of an import. They concern the retrieval; the imported model is not trained."""

    seed: int = 1
    towers: TwoTowerSettings = field(default_factory=TwoTowerSettings)
    weigh_lists: bool = True
    """Whether liking and popularity count in the order of lists; see `import_job.weigh_lists`."""


def import_model(
    home: Home, opened: Opened, dataset: Dataset, settings: ImportSettings, progress: Progress
) -> Bundle:
    """Build a bundle from an opened directory, check it against Keras, and make it the current model.

    Args:
        home: Home in which the bundle is saved.
        opened: The directory, with a mapping.
        dataset: The data set to serve.
        settings: Settings of the import.
        progress: Receives one line per stage.

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
    """Build the bundle of `import_model` without saving it."""
    assert opened.mapping is not None
    interactions = all_interactions(dataset)
    if not len(interactions):
        raise DataError(
            f"Data set {dataset.dataset_id} has no interactions; import ratings with "
            "'bookrec data import' first."
        )
    # Plans come before the fit, so that a wrong mapping fails at once.
    inputs, _ = inputs_of(opened.model)
    positions = {
        "reader": np.unique(interactions.reader_idx).astype(np.int32),
        "book": np.arange(dataset.n_books, dtype=np.int32),
    }
    plans = make_plans(inputs, opened.mapping, opened.sources, dataset, positions)
    used = {
        opened.sources.file_of(part)
        for plan in plans
        for part in (plan.mapping.encoder, plan.mapping.scaler, plan.mapping.vectors)
        if part is not None
    }
    imported = ImportedModel(
        opened.archive.path,
        opened.archive.digest,
        opened.casts,
        plans,
        np.zeros(0, np.float32),
        opened.stacked,
        {
            file: opened.sources.digests[file]
            for file in sorted(used)
            if file in opened.sources.digests
        },
        tuple(opened.planned.tables),
    )
    ranker = with_mean_rows(opened.model, inputs, plans)
    fitted = fit_serving(dataset, interactions, settings, progress)
    bundle = assemble(imported, ranker, fitted, settings)
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
    if not settings.weigh_lists:
        return bundle
    weighed = weigh_lists(bundle, dataset, fitted[1], settings.seed)
    progress(weighed.summary())
    return with_list_weights(bundle, dataset, fitted[1], weighed, settings.seed)


def fit_serving(
    dataset: Dataset, interactions: Interactions, settings: ImportSettings, progress: Progress
) -> tuple[Encoding, FittedRetrievers]:
    """Fit the retrieval to all ``interactions``, as training does for serving."""
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    progress("title vectors")
    encoding = encode(dataset, interactions, settings.seed)
    progress("retrievers for serving")
    fitted = fit_retrievers(encoding, interactions, settings.towers, settings.seed, "serving")
    return encoding, fitted


def assemble(
    imported: ImportedModel,
    ranker: KerasModel,
    serving: tuple[Encoding, FittedRetrievers],
    settings: ImportSettings,
) -> Bundle:
    """Build a bundle from an imported ranker and a fitted retrieval.

    Args:
        imported: The model's file and plans.
        ranker: Its Keras model with mean rows.
        serving: The retrieval of `fit_serving`.
        settings: Settings that the manifest records.

    Raises:
        ModelError: the model knows none of the books, or is not functional.
    """
    encoding, fitted = serving
    dataset, vocabularies = encoding.dataset, encoding.vocabularies
    books = imported.books(dataset, vocabularies)
    left_out = imported.left_out(books)
    if left_out.all():
        raise ModelError(
            f"{imported.archive.name} knows none of the {dataset.n_books:,} books of data set "
            f"{dataset.dataset_id}: its encoder is of another catalogue, or spells ids otherwise."
        )
    readers = imported.readers(dataset, vocabularies)
    rows = imported_rows(ranker, imported, readers)
    imported = replace(imported, base_row=base_row_of(ranker, imported, rows))
    fold_in = fold_in_of(ranker, imported, rows, fitted.interactions, dataset.n_books)
    retrieval = fitted.retrieval
    manifest = new_manifest(
        "imported",
        settings.seed,
        dataset,
        settings,
        {},
        source={
            "model": imported.archive.name,
            "sha256": imported.digest,
            "files": imported.sources,
            "unknown": {plan.name: plan.unknown for plan in imported.plans},
        },
        knows={
            "readers": int(readers.known.sum()),
            "of_readers": dataset.n_readers,
            "books": int((~left_out).sum()),
            "of_books": dataset.n_books,
        },
    )
    return Bundle(
        ranker,
        fitted.towers,
        vocabularies,
        fitted.scaler,
        encoding.words,
        encoding.word_vectors,
        fitted.similarities,
        FrozenStatistics(
            fitted.statistics, retrieval.tower_mean, retrieval.tower_covariance, *fold_in
        ),
        manifest,
        Imported(imported),
    )
