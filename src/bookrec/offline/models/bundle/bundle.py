"""A model bundle: everything that scoring needs, in one directory with a manifest of digests."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bookrec.arrays import Floats
from bookrec.errors import ModelError
from bookrec.files import (
    digest_of_file,
    read_pointer,
    staged_directory,
    versions,
    write_pointer,
)
from bookrec.offline.features.book_features import Vocabularies
from bookrec.offline.features.book_statistics import Scaler
from bookrec.offline.features.vocabulary import Vocabulary
from bookrec.offline.models.bundle.frozen_statistics import FrozenStatistics
from bookrec.offline.retrieval.fit_similarities import FittedSimilarities
from bookrec.settings import Home

if TYPE_CHECKING:
    # Keras is imported where a model is read: looking at manifests needs none.
    from bookrec.offline.models.imported.imported_model import ImportedModel
    from bookrec.offline.retrieval.two_tower import Towers

IMPORTED: Final = "imported"
"""What stands in the place of a preset's name in the manifest of a model made elsewhere."""

_MANIFEST_KEYS: Final = {
    "model_id",
    "preset",
    "seed",
    "dataset_id",
    "dataset_digest",
    "metrics",
    "files",
}


@dataclass(frozen=True)
class Bundle:
    """A trained (or imported) pipeline, independent of the order of any data set."""

    ranker: Any
    """Keras model, see `ranking.architectures`; an imported one with a row in its embeddings for
    what it does not know, see `imported.unknown_rows`."""
    towers: Towers
    vocabularies: Vocabularies
    scaler: Scaler
    """Of `avg_rating` and `num_ratings`, in that order."""
    words: list[str]
    word_vectors: Floats
    """[words, size]"""
    tables: FittedSimilarities
    """Books are codes of ``vocabularies.isbn`` less one, authors codes of ``vocabularies.author``."""
    frozen_statistics: FrozenStatistics
    """Frozen numbers of the books."""
    manifest: dict[str, Any]
    """``model_id``, ``preset``, ``seed``, ``dataset_id``, ``dataset_digest``, ``settings``,
    ``metrics``, ``versions``, ``created_at``, and ``files``: name → SHA-256 (filled in by saving)."""
    imported: ImportedModel | None = None
    """What the ranker's inputs are given, for one that was made elsewhere."""

    @property
    def model_id(self) -> str:
        return str(self.manifest["model_id"])

    @property
    def preset(self) -> str:
        return str(self.manifest["preset"])


def save_bundle(home: Home, bundle: Bundle) -> Path:
    """Write the bundle as ``artifacts/models/<model_id>``, whole or not at all, and make it current."""
    target = home.models / bundle.model_id
    with staged_directory(target) as directory:
        if bundle.imported is None:
            bundle.ranker.save(directory / "wide_deep.keras")
        else:
            bundle.imported.save(directory)
        bundle.towers.scorer.save(directory / "two_tower.keras")
        _write_json(directory / "vocabularies.json", asdict(bundle.vocabularies))
        scaler = {"minimum": bundle.scaler.minimum.tolist(), "span": bundle.scaler.span.tolist()}
        columns = ["avg_rating", "num_ratings"]
        _write_json(directory / "scalers.json", {"item": {"columns": columns, **scaler}})
        np.savez(
            directory / "title_vectors.npz",
            words=np.array(bundle.words, dtype=np.str_),
            vectors=bundle.word_vectors,
        )
        np.savez(directory / "tables.npz", allow_pickle=False, **bundle.tables.arrays())
        np.savez(directory / "fitted.npz", allow_pickle=False, **bundle.frozen_statistics.arrays())
        digests = {path.name: digest_of_file(path) for path in sorted(directory.iterdir())}
        _write_json(directory / "manifest.json", bundle.manifest | {"files": digests})
    write_pointer(home.models, bundle.model_id)
    return target


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(home: Home, model_id: str | None = None) -> dict[str, Any]:
    """The manifest of a bundle (None = the current one).

    Raises:
        ModelError: there is no such bundle, or its manifest is damaged.
    """
    name = model_id or read_pointer(home.models)
    if name is None:
        raise ModelError(f"There is no trained model in {home.models}; run 'bookrec train' first.")
    path = home.models / name / "manifest.json"
    if name not in versions(home.models) or not path.is_file():
        known = ", ".join(versions(home.models)) or "none"
        raise ModelError(f"There is no model {name!r} in {home.models} (known: {known}).")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if missing := _MANIFEST_KEYS - manifest.keys():
            raise ValueError(f"it lacks {', '.join(sorted(missing))}")
        if manifest["model_id"] != name:
            raise ValueError(f"it is the manifest of {manifest['model_id']}")
    except (ValueError, AttributeError) as error:
        raise ModelError(f"{path} is damaged ({error}); run 'bookrec train' again.") from error
    return manifest


def check_files(home: Home, manifest: dict[str, Any]) -> None:
    """Compare every file of a bundle with the digest in its manifest.

    Raises:
        ModelError: a file is missing or has changed.
    """
    directory = home.models / str(manifest["model_id"])
    for name, digest in manifest["files"].items():
        if not (directory / name).is_file():
            raise ModelError(f"{directory / name} is missing; run 'bookrec train' again.")
        if digest_of_file(directory / name) != digest:
            raise ModelError(
                f"{directory / name} has changed since the bundle was made (its SHA-256 differs "
                "from manifest.json); run 'bookrec train' again."
            )


def load_bundle(home: Home, model_id: str | None = None) -> Bundle:
    """Read a bundle (None = the current one), verifying every file's digest first.

    Raises:
        ModelError: missing, changed or unreadable.
    """
    manifest = read_manifest(home, model_id)
    check_files(home, manifest)
    from bookrec.offline.retrieval.two_tower import towers_of

    directory = home.models / str(manifest["model_id"])
    imported = _load_imported(directory) if manifest["preset"] == IMPORTED else None
    own = directory / "wide_deep.keras"
    ranker = _load_keras(own) if imported is None else imported.open_ranker()
    scaler = json.loads((directory / "scalers.json").read_text(encoding="utf-8"))["item"]
    titles = np.load(directory / "title_vectors.npz", allow_pickle=False)
    return Bundle(
        ranker=ranker,
        towers=towers_of(_load_keras(directory / "two_tower.keras")),
        vocabularies=read_vocabularies(home, manifest),
        scaler=Scaler(
            np.array(scaler["minimum"], dtype=np.float32),
            np.array(scaler["span"], dtype=np.float32),
        ),
        words=[str(word) for word in titles["words"]],
        word_vectors=titles["vectors"],
        tables=FittedSimilarities.from_arrays(
            dict(np.load(directory / "tables.npz", allow_pickle=False))
        ),
        frozen_statistics=FrozenStatistics.from_arrays(
            dict(np.load(directory / "fitted.npz", allow_pickle=False))
        ),
        manifest=manifest,
        imported=imported,
    )


def _load_imported(directory: Path) -> ImportedModel:
    from bookrec.offline.models.imported.imported_model import ImportedModel

    try:
        return ImportedModel.load(directory)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{directory} is damaged ({error}); run 'bookrec artifacts import' again."
        ) from error


def read_vocabularies(home: Home, manifest: dict[str, Any]) -> Vocabularies:
    """The vocabularies of a bundle whose files are checked (see `check_files`)."""
    path = home.models / str(manifest["model_id"]) / "vocabularies.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    return Vocabularies(**{name: Vocabulary(tuple(v["keys"])) for name, v in content.items()})


def _load_keras(path: Path) -> Any:
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, OSError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"{path} cannot be loaded by Keras {keras.__version__}: {reason}"
        ) from error
