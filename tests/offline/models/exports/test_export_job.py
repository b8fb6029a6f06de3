"""Exports of the ranker as TensorFlow Lite, ONNX and arrays give the scores of Keras."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.errors import BookrecError, ModelError
from bookrec.files import digest_of_file
from bookrec.settings import Home
from without_bookrec import call_example, call_exports, run_own_check

pytestmark = [pytest.mark.slow, pytest.mark.longest]

PAIRS = 60


def needs(form: str) -> None:
    if form == "onnx" and importlib.util.find_spec("tf2onnx") is None:
        pytest.skip("tf2onnx is not installed (pip install 'bookrec[onnx]')")


def export(home: Home, bundle: Any, form: str, target: Path) -> Any:
    from bookrec.offline.models.exports.export_job import export_model

    return export_model(home, bundle.model_id, form, target, progress=lambda _: None)


def other_pairs(home: Home, bundle: Any) -> tuple[Any, dict[str, Any]]:
    """Input of an export with another seed than its sample's, and Keras's inputs for its pairs."""
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.models.exports.export_input import ExportInput

    export_input = ExportInput(bundle, load_dataset(home), 77, home=home)
    return export_input, export_input.sample_inputs(PAIRS)


@pytest.fixture(scope="module")
def export_once(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Any]:
    """Function that exports a preset in a format once; tests must not change its directory."""
    root = tmp_path_factory.mktemp("exports")

    @cache
    def run(preset: str, form: str) -> Any:
        return export(tiny_home, tiny_bundles[preset], form, root / f"{preset}-{form}")

    return run


@pytest.mark.parametrize("form", ["tflite", "onnx"])
def test_loaded_elsewhere_it_scores_like_keras(
    export_once: Callable[[str, str], Any],
    tiny_home: Home,
    tiny_bundles: dict[str, Any],
    form: str,
    tmp_path: Path,
):
    needs(form)
    calls, scores = [], []
    for preset, bundle in tiny_bundles.items():
        exported = export_once(preset, form)
        assert exported.check["largest_difference"] <= 1e-5
        _, inputs = other_pairs(tiny_home, bundle)
        one_pair = {name: values[:1] for name, values in inputs.items()}
        calls.append((exported.directory, [inputs, one_pair]))
        scores.append(bundle.ranker.predict(inputs, verbose=0)[:, 0])
    outputs = call_exports(tmp_path, calls)
    for preset, (many, first), expected in zip(tiny_bundles, outputs, scores, strict=True):
        assert np.ptp(expected) > 0.01
        np.testing.assert_allclose(many["score"], expected, atol=1e-5, err_msg=preset)
        np.testing.assert_allclose(first["score"], expected[:1], atol=1e-5, err_msg=preset)


def test_the_arrays_alone_score_like_keras(
    export_once: Callable[[str, str], Any], tiny_home: Home, tiny_bundle: Any, tmp_path: Path
):
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.data.interactions import reader_age_bands

    directory = export_once(tiny_bundle.preset, "npz").directory
    export_input, inputs = other_pairs(tiny_home, tiny_bundle)
    readers, books = export_input.sample_pairs(PAIRS)
    features: dict[str, Any] = {
        "age_band": reader_age_bands(load_dataset(tiny_home))[readers],
        "book": books,
    }
    with np.load(directory / "catalogue.npz") as catalogue:
        assert catalogue["isbn"].tolist() == export_input.dataset.books["isbn"].to_list()
        if tiny_bundle.preset == "classic":  # the reader's row, looked up by user id
            ids = catalogue["user_id"].tolist()
            users = export_input.dataset.readers["user_id"].to_numpy()[readers]
            rows = [ids.index(user) for user in users]
            features["reader_features"] = catalogue["reader_features"][rows]
            np.testing.assert_array_equal(catalogue["age_band"][rows], features["age_band"])
        else:
            features["reader_features"] = inputs["reader_features"]
            features["pair_features"] = inputs["pair_features"]
    outputs = call_example(directory, tmp_path, **features)
    expected = tiny_bundle.ranker.predict(inputs, verbose=0)[:, 0]
    np.testing.assert_allclose(outputs["score"], expected, atol=1e-5)


def test_weights_are_there_by_layer(export_once: Callable[[str, str], Any], tiny_bundle: Any):
    directory = export_once(tiny_bundle.preset, "npz").directory
    described = json.loads((directory / "weights.json").read_text())
    with np.load(directory / "weights.npz") as arrays:
        for weight in tiny_bundle.ranker.weights:
            np.testing.assert_array_equal(arrays[weight.path], weight.numpy())
        assert {name: list(array.shape) for name, array in arrays.items()} == described["weights"]
    layers = {layer["config"]["name"] for layer in described["model"]["config"]["layers"]}
    assert {name.split("/")[0] for name in described["weights"]} <= layers


def test_a_model_that_cannot_be_split_gives_its_weights_alone(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from bookrec.offline.compile.compile_ranker import CannotSplit
    from bookrec.offline.models.bundle import trained
    from bookrec.offline.models.bundle.build_recommender import SlowRankerWarning

    def refuse(*_: Any) -> Any:
        raise CannotSplit("A layer of every kind.")

    monkeypatch.setattr(trained, "compile_ranker", refuse)
    with pytest.warns(SlowRankerWarning):
        exported = export(tiny_home, tiny_bundles["classic"], "npz", tmp_path / "out")
    assert exported.manifest["figures"]["program"] is False
    assert exported.check["weights"] == len(tiny_bundles["classic"].ranker.weights)
    assert not (tmp_path / "out" / "ranker.npz").exists()


@pytest.fixture(scope="module")
def lite(export_once: Callable[[str, str], Any]) -> Path:
    directory: Path = export_once("classic", "tflite").directory
    return directory


def test_the_manifest_describes_model_inputs_and_files(
    lite: Path, tiny_home: Home, tiny_bundles: dict[str, Any]
):
    from bookrec.offline.models.bundle.bundle_files import read_manifest

    bundle = tiny_bundles["classic"]
    files = read_manifest(tiny_home, bundle.model_id)["files"]
    manifest = json.loads((lite / "export.json").read_text())
    assert manifest["model_id"] == bundle.model_id
    assert manifest["model_files"] == files
    assert manifest["inputs"]["title_embedding_features"] == {
        "dtype": "float32",
        "shape": [None, 50],
    }
    assert manifest["outputs"].keys() == {"score"}
    assert manifest["size_bytes"] == (lite / "ranker.tflite").stat().st_size
    for name, digest in manifest["files"].items():
        assert digest_of_file(lite / name) == digest
    vocabularies = json.loads((lite / "encoders" / "vocabularies.json").read_text())
    assert tuple(vocabularies["isbn"]["keys"]) == bundle.vocabularies.isbn.keys


def test_its_own_check_finds_a_wrong_score(export_once: Callable[[str, str], Any], tmp_path: Path):
    """The export was kept because the same check found no fault."""
    copy = shutil.copytree(export_once("classic", "npz").directory, tmp_path / "copy")
    with np.load(copy / "sample_outputs.npz") as file:
        score = file["score"]
    score[17] += 1e-4
    np.savez(copy / "sample_outputs.npz", score=score)
    result = run_own_check(copy)
    assert result.returncode == 1
    assert json.loads(result.stdout)["largest_difference"] > 1e-5


def test_what_scores_otherwise_is_not_kept(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from bookrec.offline.models.exports import npz_export

    write = npz_export._write_program

    def wrong(ranker: Any, directory: Path) -> None:
        write(ranker, directory)
        with np.load(directory / "ranker.npz") as file:
            arrays = {n: a * 1.01 if a.dtype.kind == "f" else a for n, a in file.items()}
        np.savez(directory / "ranker.npz", **arrays)

    monkeypatch.setattr(npz_export, "_write_program", wrong)
    with pytest.raises(ModelError, match=r"does not give the model's scores.*nothing was kept"):
        export(tiny_home, tiny_bundles["classic"], "npz", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_load_is_not_kept(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from bookrec.offline.models.exports import npz_export

    write = npz_export._write_program

    def damaged(ranker: Any, directory: Path) -> None:
        write(ranker, directory)
        (directory / "ranker.npz").write_bytes(b"no model")

    monkeypatch.setattr(npz_export, "_write_program", damaged)
    with pytest.raises(ModelError, match="does not load in a process of its own"):
        export(tiny_home, tiny_bundles["classic"], "npz", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_check_without_an_end_is_given_up(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from bookrec.offline.models.exports import export_job

    monkeypatch.setattr(export_job, "_CHECK_SECONDS", 0.01)
    with pytest.raises(ModelError, match="still being checked"):
        export(tiny_home, tiny_bundles["classic"], "npz", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_there_is_refused_and_left_alone(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path
):
    (tmp_path / "mine").write_text("keep me")
    with pytest.raises(BookrecError, match="exists already"):
        export(tiny_home, tiny_bundles["classic"], "npz", tmp_path)
    assert (tmp_path / "mine").read_text() == "keep me"


def test_every_format_has_an_exporter():
    from bookrec.offline.models.exports.registry import EXPORTERS, exporter_of

    assert list(EXPORTERS) == ["savedmodel", "tflite", "onnx", "npz"]
    for form, export_format in EXPORTERS.items():
        if all(importlib.util.find_spec(name) for name in export_format.packages):
            assert callable(exporter_of(form))


def test_onnx_without_its_packages_says_what_to_install(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tf2onnx" else find(name)
    )
    with pytest.raises(ModelError, match=r"needs tf2onnx.*pip install 'bookrec\[onnx\]'"):
        export(tiny_home, tiny_bundles["classic"], "onnx", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_operation_that_cannot_be_converted_is_refused():
    import keras
    import tensorflow as tf

    from bookrec.offline.models.exports.tflite_export import _converted

    class Odd(keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return tf.strings.to_number(tf.strings.as_string(inputs))

    book = keras.Input((1,), name="book")
    model = keras.Model(book, Odd()(book))
    with pytest.raises(ModelError, match="cannot be converted to TensorFlow Lite"):
        _converted(model)
