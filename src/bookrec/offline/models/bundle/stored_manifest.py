"""Manifests of stored bundles, read without TensorFlow and without what a bundle holds."""

from __future__ import annotations

import json
from typing import Final

from bookrec.errors import ModelError
from bookrec.files import digest_of_file, read_pointer, versions
from bookrec.json_types import JsonObject
from bookrec.settings import Home

_MANIFEST_KEYS: Final = {
    "model_id",
    "preset",
    "seed",
    "dataset_id",
    "dataset_digest",
    "metrics",
    "files",
}


def read_manifest(home: Home, model_id: str | None = None) -> JsonObject:
    """Read the manifest of a bundle (None = the current one).

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
        manifest: JsonObject = json.loads(path.read_text(encoding="utf-8"))
        if missing := _MANIFEST_KEYS - manifest.keys():
            raise ValueError(f"it lacks {', '.join(sorted(missing))}")
        if manifest["model_id"] != name:
            raise ValueError(f"it is the manifest of {manifest['model_id']}")
    except (ValueError, AttributeError) as error:
        raise ModelError(f"{path} is damaged ({error}); run 'bookrec train' again.") from error
    return manifest


def check_files(home: Home, manifest: JsonObject) -> None:
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
