"""Bundles: a round trip to disk, and refusal of changed files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.files import read_pointer
from bookrec.settings import Home

pytestmark = pytest.mark.slow


def load(home: Home, model_id: str | None = None) -> Any:
    from bookrec.offline.models.bundle.bundle_files import load_bundle

    return load_bundle(home, model_id)


def test_a_loaded_bundle_equals_the_saved_one(tiny_home: Home, tiny_bundle: Any):
    loaded = load(tiny_home, tiny_bundle.model_id)
    for saved, read in zip(
        [*tiny_bundle.ranker.get_weights(), *tiny_bundle.towers.scorer.get_weights()],
        [*loaded.ranker.get_weights(), *loaded.towers.scorer.get_weights()],
        strict=True,
    ):
        np.testing.assert_array_equal(saved, read)
    assert loaded.vocabularies == tiny_bundle.vocabularies
    assert loaded.words == tiny_bundle.words
    np.testing.assert_array_equal(loaded.word_vectors, tiny_bundle.word_vectors)
    np.testing.assert_array_equal(loaded.scaler.minimum, tiny_bundle.scaler.minimum)
    np.testing.assert_array_equal(loaded.scaler.span, tiny_bundle.scaler.span)
    arrays, expected = loaded.similarities.arrays(), tiny_bundle.similarities.arrays()
    assert list(arrays) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(arrays[name], array)
    assert loaded.manifest["metrics"] == tiny_bundle.manifest["metrics"]


def test_the_current_bundle_is_the_default(tiny_home: Home, tiny_bundles: dict[str, Any]):
    assert tiny_bundles
    assert load(tiny_home).model_id == read_pointer(tiny_home.models)


FILES = (
    "wide_deep.keras",
    "two_tower.keras",
    "vocabularies.json",
    "scalers.json",
    "title_vectors.npz",
    "tables.npz",
    "fitted.npz",
)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_refused_before_loading(
    tiny_bundles: dict[str, Any], tiny_home_copy: Home, name: str
):
    model_id = tiny_bundles["default"].model_id
    path = tiny_home_copy.models / model_id / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=f"{name} has changed since the bundle was made"):
        load(tiny_home_copy, model_id)
    path.unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        load(tiny_home_copy, model_id)


@pytest.mark.parametrize("content", ["{", "[]", '{"model_id": "half"}', None])
def test_a_damaged_manifest_is_an_error(
    tiny_bundles: dict[str, Any], tiny_home_copy: Home, content: str | None
):
    model_id = tiny_bundles["default"].model_id
    path = tiny_home_copy.models / model_id / "manifest.json"
    if content is None:  # a renamed directory
        content = path.read_text().replace(model_id, "another")
    path.write_text(content)
    with pytest.raises(ModelError, match=r"is damaged .*run 'bookrec train' again"):
        load(tiny_home_copy, model_id)


def test_a_file_that_keras_cannot_read_is_an_error(
    tiny_bundles: dict[str, Any], tiny_home_copy: Home
):
    """The digest matches, because the manifest is forged."""
    from bookrec.files import digest_of_file

    directory = tiny_home_copy.models / tiny_bundles["default"].model_id
    (directory / "wide_deep.keras").write_bytes(b"not a zip archive")
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["files"]["wide_deep.keras"] = digest_of_file(directory / "wide_deep.keras")
    (directory / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=r"wide_deep\.keras cannot be loaded by Keras"):
        load(tiny_home_copy, directory.name)


def test_without_a_model_the_command_to_run_is_named(tmp_path: Path):
    with pytest.raises(ModelError, match="run 'bookrec train' first"):
        load(Home(tmp_path))


@pytest.mark.parametrize("name", ["gone", "..", "../datasets"])
def test_an_unknown_model_is_refused_with_the_known(
    tiny_home: Home, tiny_bundles: dict[str, Any], name: str
):
    with pytest.raises(ModelError, match=f"There is no model '{name}' .*known: .*default-"):
        load(tiny_home, name)
    assert tiny_bundles
