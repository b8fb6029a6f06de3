"""``artifacts import``: files made elsewhere → a bundle like a trained one."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from bookrec import __version__
from bookrec.errors import DataError, ModelError
from bookrec.files import utc_now
from bookrec.history import make_history
from bookrec.offline.dataset import Dataset
from bookrec.offline.features import Interactions, all_interactions, reader_age_bands
from bookrec.offline.fitted import Fitted
from bookrec.offline.imported.archive import Archive, open_archive
from bookrec.offline.imported.compiled import base_row_of, centroids_of, imported_rows
from bookrec.offline.imported.content import Content
from bookrec.offline.imported.extended import with_mean_rows
from bookrec.offline.imported.imported_model import ImportedModel, imported_inputs
from bookrec.offline.imported.mapping import Mapping
from bookrec.offline.imported.matching import Guess, match_inputs
from bookrec.offline.imported.model_inputs import inputs_of
from bookrec.offline.imported.planning import make_plans
from bookrec.offline.imported.serving_parts import ServingParts, fit_serving_parts
from bookrec.offline.imported.sources import Sources, find_sources
from bookrec.offline.imported.stacked import Stacked, find_stacked, unstacked
from bookrec.offline.keras_graph import model_logits
from bookrec.offline.model_bundle import IMPORTED, Bundle, save_bundle
from bookrec.offline.parity import IMPORTED_TOLERANCE, Parity, compare
from bookrec.offline.recommender_build import recommender_for
from bookrec.offline.two_tower import TwoTowerSettings
from bookrec.recommender import Reader, Recommender
from bookrec.settings import Home

Say = Callable[[str], None]

_WRONG: Final = 1e-2
"""Logits that differ by more are no matter of rounding."""
_PAIRS: Final = 2000
"""Compared with Keras before a bundle is saved."""


@dataclass(frozen=True)
class ImportSettings:
    """Knobs of an import; only of our own retrieval, nothing of the model is trained."""

    seed: int = 1
    towers: TwoTowerSettings = field(default_factory=TwoTowerSettings)


@dataclass(frozen=True)
class Opened:
    """A directory, looked through."""

    sources: Sources
    archive: Archive
    model: Any
    """The archive's, with an input for each column where it has several in one."""
    stacked: Stacked
    casts: dict[str, str]
    guesses: list[Guess]
    """Of every input of the model, those that a mapping file states included."""
    mapping: Mapping | None
    """What is known; None while anything is asked."""


def open_directory(directory: Path, dataset: Dataset, mapping: Mapping | None) -> Opened:
    """Look through a directory: its model, its parts, and what each input is given.

    Args:
        mapping: of a mapping file; what it does not state is found out.

    Raises:
        ModelError: there is no model, or several, or it cannot be opened.
    """
    sources = find_sources(directory)
    path = _model_file(sources, mapping)
    stated = mapping or Mapping()
    archive = open_archive(path, stated.lambda_)
    stacked = find_stacked(inputs_of(archive.model)[0], sources, stated.inputs)
    model = unstacked(archive.model, stacked)
    inputs, _ = inputs_of(model)
    names = [one.name for one in inputs]
    if strange := [name for name in stated.inputs if name not in names]:
        raise ModelError(
            f"The mapping has [inputs.{strange[0]}], the model has {', '.join(names)}; "
            "mend the mapping."
        )
    guesses = match_inputs(inputs, sources, Content(dataset), stated.inputs)
    complete = None
    if all(guess.sure for guess in guesses):
        complete = Mapping(inputs={guess.input.name: guess.mapping() for guess in guesses})
    return Opened(sources, archive, model, stacked, stated.lambda_, guesses, complete)


def _model_file(sources: Sources, mapping: Mapping | None) -> Path:
    names = [path.relative_to(sources.directory).as_posix() for path in sources.models]
    if mapping is not None and mapping.model is not None:
        if mapping.model not in names:
            raise ModelError(
                f"There is no model {mapping.model!r} in {sources.directory} "
                f"({', '.join(names) or 'none'}); mend the mapping."
            )
        return sources.models[names.index(mapping.model)]
    if not names:
        raise ModelError(
            f"{sources.directory} has no .keras or .h5 file; save the model there with "
            "model.save('model.keras')."
        )
    if len(names) > 1:
        raise ModelError(
            f"{sources.directory} has {len(names)} models ({', '.join(names)}); leave one there, or "
            'name it in a mapping (model = "…").'
        )
    return sources.models[0]


def import_model(
    home: Home, opened: Opened, dataset: Dataset, settings: ImportSettings, say: Say
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
    bundle = make_bundle(opened, dataset, settings, say)
    save_bundle(home, bundle)
    return bundle


def make_bundle(opened: Opened, dataset: Dataset, settings: ImportSettings, say: Say) -> Bundle:
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
        opened.archive.path, opened.archive.digest, opened.casts, plans, np.zeros(0, np.float32),
        opened.stacked, {file: opened.sources.digests[file] for file in sorted(used)},
    )  # fmt: skip
    ranker = with_mean_rows(opened.model, inputs, plans)
    parts = fit_serving_parts(dataset, interactions, settings.towers, settings.seed, say)
    bundle = assemble(imported, ranker, parts, dataset, interactions, settings)
    say("comparing with the model itself")
    parity = check_parity(bundle, opened.model, dataset)
    if parity.logit_error > _WRONG:
        raise ModelError(
            f"{imported.archive.name} does not score as its compiled form does (logits differ by "
            f"{parity.logit_error:.1e} x (1 + |logit|)); import a model that does not add such large "
            "numbers, e.g. ids divided by how many there are."
        )
    if not parity.holds:
        say(
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
    fitted = Fitted(
        parts.statistics, parts.retrieval.tower_mean, parts.retrieval.tower_covariance, *centroids
    )
    manifest = _manifest(imported, dataset, settings) | {
        "knows": {
            "readers": int(readers.known.sum()), "of_readers": dataset.n_readers,
            "books": int((~left_out).sum()), "of_books": dataset.n_books,
        }
    }  # fmt: skip
    return Bundle(
        ranker, parts.towers, parts.vocabularies, parts.scaler, parts.words, parts.word_vectors,
        parts.tables, fitted, manifest, imported,
    )  # fmt: skip


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
            "model": imported.archive.name, "sha256": imported.digest, "files": imported.sources,
            "unknown": {plan.name: plan.unknown for plan in imported.plans},
        },
        "versions": {
            "bookrec": __version__, "python": platform.python_version(),
            "keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__,
        },
    }  # fmt: skip


def check_parity(bundle: Bundle, original: Any, dataset: Dataset, seed: int = 1) -> Parity:
    """Compare what is going to be published with the imported model's own logits.

    Args:
        original: the model as it was imported, without anything of ours.
    """
    assert bundle.imported is not None
    recommender, rows = recommender_for(bundle, dataset)
    rng = np.random.default_rng(seed)
    books_in = bundle.imported.books(dataset, bundle.vocabularies)
    readers_in = bundle.imported.readers(dataset, bundle.vocabularies)
    readers = _sample(_as_trained(bundle.imported, "reader", readers_in), rng, 50)
    books = _sample(_as_trained(bundle.imported, "book", books_in), rng, _PAIRS // 50)
    pairs = np.repeat(readers, len(books)), np.tile(books, len(readers))
    inputs = imported_inputs(bundle.imported, dataset, bundle.vocabularies, *pairs)
    expected = model_logits(original, inputs).astype(np.float64)
    made = [_logits(recommender, dataset, rows, reader, books) for reader in readers.tolist()]
    logits = np.concatenate([np.empty(0, np.float32), *made])
    found = compare(logits.astype(np.float64), expected, "linear")
    return replace(found, logit_tolerance=IMPORTED_TOLERANCE)


def _as_trained(imported: ImportedModel, side: str, found: Any) -> Any:
    """Positions of those of whom every input is known: the original has no row for others."""
    known = found.known.copy()
    for plan in imported.plans:
        if plan.given.side == side and plan.unknown in ("mean", "leave out"):
            known &= found.known_by_input[plan.name]
    return np.flatnonzero(known).astype(np.int32)


def _sample(places: Any, rng: np.random.Generator, count: int) -> Any:
    return np.sort(rng.choice(places, min(count, len(places)), replace=False))


def _logits(recommender: Recommender, dataset: Dataset, rows: Any, reader: int, books: Any) -> Any:
    band = int(reader_age_bands(dataset)[reader])
    nothing = make_history(np.empty(0, np.int32), np.empty(0, np.int8))
    row = None if rows is None else rows[reader]
    profile = recommender.profile(Reader(nothing, band, row))
    return recommender.logits(profile, books)
