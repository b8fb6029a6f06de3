"""Models that Keras 2 wrote predict what they predicted there (support/make_keras2.py)."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.offline.external.archive.keras2 import translated
from bookrec.offline.external.archive.model_file import check_file
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from keras2_inputs import VALUES

FILES = Path(__file__).parents[3] / "support" / "keras2"
MODELS = ("product", "network", "sequential", "nested")


def extracted(version: str, name: str, directory: Path) -> Path:
    with zipfile.ZipFile(FILES / f"{version}.zip") as archive:
        return Path(archive.extract(name, directory))


@pytest.mark.parametrize("version", ["2.12", "2.15"])
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_a_model_of_keras_2_predicts_the_same(tmp_path: Path, version: str, suffix: str):
    start_tensorflow()
    from bookrec.offline.external.archive.archive import open_archive

    expected = json.loads(extracted(version, "expected.json", tmp_path).read_text())
    for name in MODELS:
        model = open_archive(extracted(version, f"{name}{suffix}", tmp_path)).model
        inputs = [np.array(VALUES[i], dtype="float32") for i in expected[name]["inputs"]]
        result = np.asarray(model(inputs if len(inputs) > 1 else inputs[0], training=False))
        np.testing.assert_allclose(result, expected[name]["outputs"], rtol=1e-5, atol=1e-6)


def test_an_operation_of_tensorflow_is_refused_with_the_version(tmp_path: Path):
    path = extracted("2.12", "with_operations.h5", tmp_path)
    with pytest.raises(ModelError, match=r"written by Keras 2\.12\.0 with .*'math\.multiply'"):
        check_file(path)


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
