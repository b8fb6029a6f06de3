"""Model files made elsewhere are opened or refused, and no code in them runs."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.files import digest_of_file
from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

import keras  # noqa: E402

from bookrec.offline.external.archive.archive import open_archive  # noqa: E402


def small_model(*, cast_by_lambda: bool = False) -> Any:
    user = keras.Input((1,), name="user", dtype="int32")
    book = keras.Input((1,), name="book", dtype="int32")
    vectors = [
        keras.layers.Flatten()(keras.layers.Embedding(5, 3)(user)),
        keras.layers.Flatten()(keras.layers.Embedding(7, 3)(book)),
    ]
    if cast_by_lambda:
        layer = keras.layers.Lambda(
            lambda x: keras.ops.cast(x, "float32"), name="to_float", output_shape=(1,)
        )
        vectors.append(layer(book))
    else:
        vectors.append(keras.ops.cast(book, "float32"))
    product = keras.ops.multiply(vectors[0], vectors[1]) * 2.0
    hidden = keras.layers.Dense(4, activation="relu")(
        keras.layers.Concatenate()([*vectors, product])
    )
    model = keras.Model([user, book], keras.layers.Dense(1, activation="sigmoid")(hidden))
    model.compile("adam", "binary_crossentropy")
    return model


PAIRS = {"user": np.array([[0], [3], [4]]), "book": np.array([[6], [0], [2]])}


def predicted(model: Any) -> np.ndarray:
    return model.predict(PAIRS, verbose=0).ravel()


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_model_is_what_it_was(tmp_path: Path, name: str):
    model = small_model()
    model.save(tmp_path / name)
    opened = open_archive(tmp_path / name)
    assert opened.digest == digest_of_file(tmp_path / name)
    np.testing.assert_array_equal(predicted(opened.model), predicted(model))


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_lambda_is_refused_by_name_unless_it_is_declared_a_cast(tmp_path: Path, name: str):
    model = small_model(cast_by_lambda=True)
    model.save(tmp_path / name)
    with pytest.raises(ModelError, match=r"Lambda layer 'to_float'.*\[lambda\], \"to_float\""):
        open_archive(tmp_path / name)
    opened = open_archive(tmp_path / name, {"to_float": "float32"})
    assert "Lambda" not in {type(o).__name__ for o in opened.model.operations}
    np.testing.assert_allclose(predicted(opened.model), predicted(model), rtol=1e-6)


def test_a_declared_lambda_is_never_decoded(tmp_path: Path):
    small_model(cast_by_lambda=True).save(tmp_path / "model.keras")
    rewritten(tmp_path / "model.keras", b'"code": "', b'"code": "!!! no marshal !!!')
    assert open_archive(tmp_path / "model.keras", {"to_float": "float32"}).model is not None


def test_a_declared_lambda_that_is_missing_is_refused(tmp_path: Path):
    small_model().save(tmp_path / "model.keras")
    with pytest.raises(ModelError, match=r"no Lambda layer named 'gone'.*it has none"):
        open_archive(tmp_path / "model.keras", {"gone": "float32"})


def rewritten(path: Path, old: bytes, new: bytes) -> None:
    """Change the configuration in an archive."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert old in members["config.json"]
    members["config.json"] = members["config.json"].replace(old, new, 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@keras.saving.register_keras_serializable("elsewhere")
class Doubling(keras.layers.Layer):
    opened = 0

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Doubling:
        cls.opened += 1
        return cls(**config)

    def call(self, inputs: Any) -> Any:
        return inputs * 2


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_custom_layer_is_refused_by_name_and_never_made(tmp_path: Path, name: str):
    tensor = keras.Input((1,))
    keras.Model(tensor, Doubling()(tensor)).save(tmp_path / name)
    before = Doubling.opened
    with pytest.raises(
        ModelError, match=r"names '(elsewhere>)?Doubling', which is not on the list"
    ):
        open_archive(tmp_path / name)
    assert Doubling.opened == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"class_name": "Dense"', b'"class_name": "TFSMLayer"', "TFSMLayer"),
        (
            b'"module": "keras.layers", "class_name": "Dense"',
            b'"module": "os", "class_name": "system"',
            r"'os\.system'",
        ),
        (
            b'"activation": "relu"',
            b'"activation": {"module": "builtins", "class_name": "function", "config": "eval"}',
            r"'builtins\.function'",
        ),
        (
            b'"kernel_regularizer": null',
            b'"kernel_regularizer": {"class_name": "StringLookup", "config": {}}',
            "StringLookup",
        ),
        (b'"units": 4', b'"units": 400000000', "larger than its file of weights"),
        (b'"input_dim": 5', b'"input_dim": 500000', "larger than its file of weights"),
        (b'"input_dim": 5', b'"input_dim": 1e30', "holds the number 1e"),
        (b'{"module"', b'["module"', "damaged configuration"),
        (b'"class_name": "Functional"', b'"class_name": "Subclassed"', "holds a 'Subclassed'"),
    ],
)
def test_what_is_not_on_the_list_is_refused(tmp_path: Path, old: bytes, new: bytes, message: str):
    small_model().save(tmp_path / "model.keras")
    rewritten(tmp_path / "model.keras", old, new)
    with pytest.raises(ModelError, match=message) as refused:
        open_archive(tmp_path / "model.keras")
    assert "model.keras" in str(refused.value)


def test_a_member_that_leaves_the_archive_is_refused(tmp_path: Path):
    for number, name in enumerate(["../../evil", "/etc/evil", "..\\evil", "C:evil"]):
        path = tmp_path / f"{number}.keras"
        small_model().save(path)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, b"x")
        with pytest.raises(ModelError, match="leaves the archive"):
            open_archive(path)
    assert {p.suffix for p in tmp_path.iterdir()} == {".keras"}


def test_a_link_in_an_archive_is_refused(tmp_path: Path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    link = zipfile.ZipInfo("assets")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="has a link as a member"):
        open_archive(path)


def test_a_bomb_is_refused(tmp_path: Path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/zeros", bytes(200 * 2**20))
    with pytest.raises(ModelError, match="far more than its own size"):
        open_archive(path)


@pytest.mark.parametrize("kind", ["external", "link", "virtual", "huge"])
def test_weights_that_lead_elsewhere_are_refused(tmp_path: Path, kind: str):
    path = tmp_path / "model.h5"
    small_model().save(path)
    with h5py.File(path, "r+") as file:
        group = file["model_weights"]
        if kind == "external":
            group.create_dataset("x", (4,), "u1", external=[("/etc/passwd", 0, 4)])
        elif kind == "link":
            group["x"] = h5py.ExternalLink("/etc/hosts", "/")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((2,), "f4")
            layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (2,))
            group.create_virtual_dataset("x", layout)
        else:
            group.create_dataset("x", (10**9,), "f4", chunks=(1024,))
    with pytest.raises(ModelError, match="cannot be trusted: it "):
        open_archive(path)


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x05\x06" + bytes(18), b"\x80\x04N."])
def test_files_that_are_no_model_are_refused(tmp_path: Path, content: bytes):
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(
        ModelError, match=r"model\.keras .*; (save the model|copy or download it) again"
    ):
        open_archive(tmp_path / "model.keras")


def test_weights_alone_are_no_model(tmp_path: Path):
    small_model().save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(ModelError, match="weights without a model"):
        open_archive(tmp_path / "m.weights.h5")


def test_an_older_keras_is_understood(tmp_path: Path):
    """Keras 2 wrote no modules, ``Model``, ``batch_input_shape``, calls as lists."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="dense")])
    model.save(tmp_path / "model.h5")
    config = {
        "class_name": "Model",
        "config": {
            "name": "model",
            "layers": [
                {
                    "class_name": "InputLayer",
                    "name": "a",
                    "inbound_nodes": [],
                    "config": {"batch_input_shape": [None, 3], "dtype": "float32", "name": "a"},
                },
                {
                    "class_name": "Dense",
                    "name": "dense",
                    "inbound_nodes": [[["a", 0, 0, {}]]],
                    "config": {
                        "name": "dense",
                        "trainable": True,
                        "dtype": "float32",
                        "units": 1,
                        "activation": "linear",
                        "use_bias": True,
                        "kernel_initializer": {
                            "class_name": "GlorotUniform",
                            "config": {"seed": None},
                        },
                    },
                },
            ],
            "input_layers": [["a", 0, 0]],
            "output_layers": [["dense", 0, 0]],
        },
    }
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        file.attrs["model_config"] = json.dumps(config)
    rows = np.array([[1.0, -2.0, 0.5]], dtype=np.float32)
    opened = open_archive(tmp_path / "model.h5").model
    np.testing.assert_array_equal(opened.predict(rows, verbose=0), model.predict(rows, verbose=0))
