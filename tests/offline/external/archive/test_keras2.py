"""Models that Keras 2 wrote predict what they predicted there (support/make_keras2.py)."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.offline.external.archive.keras2 import translated
from bookrec.offline.external.archive.keras2_operations import (
    NotTranslated,
    translated_operation,
)
from bookrec.offline.external.archive.model_file import check_file
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from keras2_inputs import VALUES

FILES = Path(__file__).parents[3] / "support" / "keras2"
MODELS = ("product", "network", "sequential", "nested", "with_operations")
OPERATIONS = ("sliced", "joined")


def extracted(version: str, name: str, directory: Path) -> Path:
    with zipfile.ZipFile(FILES / f"{version}.zip") as archive:
        return Path(archive.extract(name, directory))


@pytest.mark.parametrize(
    ("version", "models"), [("2.12", MODELS), ("2.15", MODELS), ("2.15-operations", OPERATIONS)]
)
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_a_model_of_keras_2_predicts_the_same(
    tmp_path: Path, version: str, models: tuple[str, ...], suffix: str
):
    start_tensorflow()
    from bookrec.offline.external.archive.archive import open_archive

    expected = json.loads(extracted(version, "expected.json", tmp_path).read_text())
    for name in models:
        model = open_archive(extracted(version, f"{name}{suffix}", tmp_path)).model
        inputs = [np.array(VALUES[i], dtype="float32") for i in expected[name]["inputs"]]
        result = np.asarray(model(inputs if len(inputs) > 1 else inputs[0], training=False))
        np.testing.assert_allclose(result, expected[name]["outputs"], rtol=1e-5, atol=1e-6)


def test_an_operation_that_is_not_translated_is_refused_with_the_version(tmp_path: Path):
    path = extracted("2.15-operations", "unusual.h5", tmp_path)
    with pytest.raises(ModelError, match=r"written by Keras 2\.15\.0 with .*'math\.cumsum', which"):
        check_file(path)


def called(function: str, *node: Any, kind: str = "TFOpLambda") -> dict[str, Any]:
    return {
        "class_name": kind,
        "name": "op",
        "config": {"name": "op", "function": function},
        "inbound_nodes": [list(node)],
    }


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (called("math.reduce_sum", "a", 0, 0, {"axis": 0}), "over the rows of a batch"),
        (called("math.reduce_mean", "a", 0, 0, {}), "over the rows of a batch"),
        (called("concat", ["a", 0, 0, {"axis": 0}], ["b", 0, 0, {"axis": 0}]), "over the rows"),
        (called("reshape", "a", 0, 0, {"shape": [8, 3]}), r"not \(-1, …\)"),
        (called("cast", "a", 0, 0, {"dtype": "string"}), "to 'string'"),
        (called("math.add", "a", 0, 0, {"y": [1.0, 2.0]}), "with an array"),
        (called("math.reduce_sum", "a", 0, 0, {"axis": 1, "reduction_indices": 1}), "reduction"),
        (called("__operators__.getitem", "a", 0, 0, {"slice_spec": [0]}), "over the rows"),
        (called("py_function", "a", 0, 0, {}), "^$"),
    ],
)
def test_calls_that_have_no_translation(layer: dict[str, Any], reason: str):
    with pytest.raises(NotTranslated, match=reason):
        translated_operation(layer)


def test_settings_of_keras_2_are_translated():
    assert translated("Embedding", {"input_dim": 5, "input_length": 1, "dtype": "float32"}) == {
        "input_dim": 5,
        "dtype": "float32",
    }
    assert translated("LeakyReLU", {"alpha": 0.3, "batch_input_shape": [None, 4]}) == {
        "negative_slope": 0.3
    }
    assert translated("ELU", {"alpha": 0.7}) == {"alpha": 0.7}
    assert translated("InputLayer", {"batch_input_shape": [None, 2]}) == {"batch_shape": [None, 2]}
    policy = {"class_name": "Policy", "config": {"name": "float32"}}
    assert translated("Dense", {"dtype": policy, "axis": [1]}) == {"dtype": "float32", "axis": [1]}
    assert translated("BatchNormalization", {"axis": [1]}) == {"axis": 1}
