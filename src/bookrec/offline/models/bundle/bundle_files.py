"""Model bundles on disk: one directory each, with a manifest of digests."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from pkgutil import resolve_name
from typing import Final

import numpy as np

from bookrec.files import digest_of_file, staged_directory, write_pointer
from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.features.book_features import Vocabularies
from bookrec.offline.features.book_statistics import Scaler
from bookrec.offline.features.vocabulary import Vocabulary
from bookrec.offline.models.bundle.bundle import Bundle, RankerOrigin
from bookrec.offline.models.bundle.frozen_statistics import FrozenStatistics
from bookrec.offline.models.bundle.load_keras import load_keras
from bookrec.offline.models.bundle.stored_manifest import check_files as check_files
from bookrec.offline.models.bundle.stored_manifest import read_manifest as read_manifest
from bookrec.offline.retrieval.fit_similarities import FittedSimilarities
from bookrec.settings import Home

TRAINED: Final = "trained"
IMPORTED: Final = "imported"

ORIGINS: Final = {
    TRAINED: "bookrec.offline.models.bundle.trained:Trained",
    IMPORTED: "bookrec.offline.models.imported.imported_origin:Imported",
}
"""Origins of rankers, each ``module:class`` of a `RankerOrigin`.

The manifest of a bundle names its origin in the key ``preset``; a preset's name there stands for
`TRAINED`.
"""


def origin_name(manifest: JsonObject) -> str:
    """Name of the origin of a bundle's ranker, a key of `ORIGINS`."""
    preset = str(manifest["preset"])
    return preset if preset in ORIGINS else TRAINED


def origin_class(name: str) -> type[RankerOrigin]:
    """Resolve a line of `ORIGINS`."""
    resolved: type[RankerOrigin] = resolve_name(ORIGINS[name])
    return resolved


def save_bundle(home: Home, bundle: Bundle) -> Path:
    """Write the bundle as ``artifacts/models/<model_id>``, atomically, and make it current."""
    target = home.models / bundle.model_id
    with staged_directory(target) as directory:
        bundle.origin.save(bundle.ranker, directory)
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
        np.savez(directory / "tables.npz", allow_pickle=False, **bundle.similarities.arrays())
        np.savez(directory / "fitted.npz", allow_pickle=False, **bundle.frozen_statistics.arrays())
        digests = {path.name: digest_of_file(path) for path in sorted(directory.iterdir())}
        _write_json(directory / "manifest.json", bundle.manifest | {"files": digests})
    write_pointer(home.models, bundle.model_id)
    return target


def _write_json(path: Path, content: JsonValue) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load_bundle(home: Home, model_id: str | None = None) -> Bundle:
    """Read a bundle (None = the current one) after a check of every file's digest.

    Raises:
        ModelError: a file is missing, changed or unreadable.
    """
    manifest = read_manifest(home, model_id)
    check_files(home, manifest)
    from bookrec.offline.retrieval.two_tower import towers_of

    directory = home.models / str(manifest["model_id"])
    origin, ranker = origin_class(origin_name(manifest)).load(directory)
    scaler = json.loads((directory / "scalers.json").read_text(encoding="utf-8"))["item"]
    titles = np.load(directory / "title_vectors.npz", allow_pickle=False)
    return Bundle(
        ranker=ranker,
        towers=towers_of(load_keras(directory / "two_tower.keras")),
        vocabularies=read_vocabularies(home, manifest),
        scaler=Scaler(
            np.array(scaler["minimum"], dtype=np.float32),
            np.array(scaler["span"], dtype=np.float32),
        ),
        words=[str(word) for word in titles["words"]],
        word_vectors=titles["vectors"],
        similarities=FittedSimilarities.from_arrays(
            dict(np.load(directory / "tables.npz", allow_pickle=False))
        ),
        frozen_statistics=read_frozen_statistics(home, manifest),
        manifest=manifest,
        origin=origin,
    )


def read_vocabularies(home: Home, manifest: JsonObject) -> Vocabularies:
    """Read the vocabularies of a bundle whose files are checked (see `check_files`)."""
    path = home.models / str(manifest["model_id"]) / "vocabularies.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    return Vocabularies(**{name: Vocabulary(tuple(v["keys"])) for name, v in content.items()})


def read_frozen_statistics(home: Home, manifest: JsonObject) -> FrozenStatistics:
    """Read the frozen statistics of a bundle whose files are checked (see `check_files`)."""
    path = home.models / str(manifest["model_id"]) / "fitted.npz"
    return FrozenStatistics.from_arrays(dict(np.load(path, allow_pickle=False)))
