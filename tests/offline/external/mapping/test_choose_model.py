"""What cannot be imported is refused by its reason, before TensorFlow is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest

from bookrec.errors import ModelError
from bookrec.offline.external.mapping.choose_model import choose_model
from bookrec.offline.external.mapping.mapping import InputMapping, Mapping
from notebook import dump, label_encoder

POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


def layer(kind: str, name: str, before: list[str], **config: Any) -> dict[str, Any]:
    """Settings of a layer as Keras 3 writes them."""
    tensors = [
        {"class_name": "__keras_tensor__", "config": {"keras_history": [source, 0, 0]}}
        for source in before
    ]
    args = tensors if len(tensors) == 1 else [tensors]
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "dtype": "float32", **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": [{"args": args, "kwargs": {}}] if before else [],
    }


def write_model(path: Path, *layers: dict[str, Any]) -> None:
    """Write an archive of these layers; the last one is the output."""
    inputs = [[x["name"], 0, 0] for x in layers if x["class_name"] == "InputLayer"]
    config = {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "ranker",
            "layers": list(layers),
            "input_layers": inputs,
            "output_layers": [[layers[-1]["name"], 0, 0]],
        },
        "registered_name": "Functional",
    }
    weights = path.with_name("model.weights.h5")
    with h5py.File(weights, "w") as file:
        file["numbers"] = list(range(1000))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.write(weights, "model.weights.h5")
    weights.unlink()


USER = layer("InputLayer", "user", [], batch_shape=[None, 1])
BOOK = layer("InputLayer", "book", [], batch_shape=[None, 1])
SUM = layer("Add", "sum", ["user", "book"])


def test_weights_beside_a_model_are_no_second_model(tmp_path: Path):
    write_model(tmp_path / "model.keras", USER, BOOK, SUM)
    (tmp_path / "Best.Weights.h5").write_bytes(b"anything")
    chosen = choose_model(tmp_path, None)
    assert chosen.model.name == "model.keras"
    assert chosen.sources.ignored == ["Best.Weights.h5"]


@pytest.mark.parametrize("name", ["users.pkl", "users.joblib", "users.json"])
@pytest.mark.parametrize(("content", "fault"), [(POINTER, "Git LFS pointer"), ("", "is empty")])
def test_a_broken_part_is_refused_where_it_may_be_needed(
    tmp_path: Path, name: str, content: str, fault: str
):
    write_model(tmp_path / "model.keras", USER, BOOK, SUM)
    (tmp_path / name).write_text(content)
    with pytest.raises(ModelError, match=rf"{name} .*{fault}"):
        choose_model(tmp_path, None)
    stated = InputMapping(side="reader", column="user_id", encoder=name)
    with pytest.raises(ModelError, match=rf"{name} .*{fault}"):
        choose_model(tmp_path, Mapping(inputs={"user": stated}))
    without = InputMapping(side="reader", column="user_id")
    chosen = choose_model(tmp_path, Mapping(inputs={"user": without}))
    assert fault in chosen.sources.unread[name]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("model.keras", POINTER, "is a Git LFS pointer, not the file"),
        ("model.h5", POINTER, "is a Git LFS pointer, not the file"),
        ("model.h5", "", "is empty"),
        ("model.keras", "PK\x03\x04 and then nothing", "is cut off before its end"),
        ("notes.txt", "", r"has no \.keras or \.h5 file"),
    ],
)
def test_a_model_that_is_no_model(tmp_path: Path, name: str, content: str, fault: str):
    (tmp_path / name).write_text(content)
    with pytest.raises(ModelError, match=fault):
        choose_model(tmp_path, None)


def test_two_models_are_refused(tmp_path: Path):
    for name in ("a.keras", "b.keras"):
        write_model(tmp_path / name, USER, BOOK, SUM)
    with pytest.raises(ModelError, match=r"has 2 models \(a\.keras, b\.keras\)"):
        choose_model(tmp_path, None)


@pytest.mark.parametrize(
    ("kind", "said"),
    [("GRU", "a GRU layer"), ("Attention", "an Attention layer"), ("Conv2D", "a Conv2D layer")],
)
def test_a_layer_of_keras_that_is_not_supported(tmp_path: Path, kind: str, said: str):
    write_model(tmp_path / "model.keras", USER, layer(kind, "x", ["user"]))
    with pytest.raises(ModelError, match=f"is not supported: the model has {said}; it reads"):
        choose_model(tmp_path, None)


def history(length: int | None) -> list[dict[str, Any]]:
    shape = [None, length]
    return [
        layer("InputLayer", "history", [], batch_shape=shape),
        layer("Embedding", "table", ["history"], input_dim=9, output_dim=3),
    ]


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([*history(None), layer("Flatten", "flat", ["table"])], r"'history' \(of any length\)"),
        (
            [USER, BOOK, SUM, layer("Dense", "five", ["sum"], units=5, activation="softmax")],
            "a softmax over 5 classes, not one score",
        ),
        ([USER, layer("Dense", "two", ["user"], units=2)], "its output is 2 numbers"),
    ],
)
def test_another_kind_of_model_is_not_supported(
    tmp_path: Path, layers: list[dict[str, Any]], said: str
):
    write_model(tmp_path / "model.keras", *layers)
    with pytest.raises(ModelError, match=f"is not supported: .*{said}"):
        choose_model(tmp_path, None)


def test_a_softmax_for_a_reader_alone_may_be_over_all_books(tmp_path: Path):
    every = layer("Dense", "all", ["user"], units=400, activation="softmax")
    write_model(tmp_path / "model.keras", USER, every)
    assert choose_model(tmp_path, None).model.name == "model.keras"


def test_ids_side_by_side_are_no_list(tmp_path: Path):
    """Several columns looked up in one table are answered in the mapping."""
    write_model(tmp_path / "model.keras", *history(3), layer("Flatten", "flat", ["table"]))
    assert choose_model(tmp_path, None).model.name == "model.keras"
    pooled = layer("GlobalAveragePooling1D", "mean", ["table"])
    write_model(tmp_path / "model.keras", *history(2), pooled)
    stated = InputMapping(side="reader", column="user_id")
    assert choose_model(tmp_path, Mapping(inputs={"history.0": stated})).model.name == "model.keras"


def test_a_refusal_loads_no_tensorflow(tmp_path: Path):
    write_model(tmp_path / "model.keras", USER, layer("GRU", "x", ["user"], units=3))
    dump(tmp_path / "users.pkl", label_encoder([8, 99]))
    script = (
        "import sys\nfrom bookrec.cli.main import main\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted({'keras', 'tensorflow'} & set(sys.modules)))\n"
    )
    home = str(tmp_path / "home")
    arguments = ["--home", home, "artifacts", "import", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert "not supported: the model has a GRU layer" in done.stderr
    assert done.stdout.strip() == "[]"
