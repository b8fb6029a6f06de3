"""Files beside a model that no input is given are listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from notebook import dump, label_encoder, standard_scaler
from small_dataset import ISBNS, small_dataset

start_tensorflow()

import keras  # noqa: E402

from bookrec.offline.external.mapping.open_directory import open_directory  # noqa: E402


def save_model(path: Path) -> None:
    inputs: list[Any] = [keras.Input((1,), name=name) for name in ("user_id", "isbn")]
    tables = [keras.layers.Embedding(rows, 2)(t) for rows, t in zip((4, 6), inputs, strict=True)]
    vectors = [keras.layers.Flatten()(table) for table in tables]
    keras.Model(inputs, keras.layers.Dot(axes=1)(vectors)).save(path)


def test_what_no_input_is_given_is_listed(tmp_path: Path):
    save_model(tmp_path / "model.keras")
    dump(tmp_path / "user_encoder.pkl", label_encoder(["8", "99", "276725", "shop:1"]))
    dump(tmp_path / "isbn2idx.pkl", {isbn: i for i, isbn in enumerate(ISBNS)})
    dump(tmp_path / "idx2isbn.pkl", dict(enumerate(ISBNS)))
    dump(tmp_path / "item_scaler.pkl", standard_scaler([[1.0, 2.0], [2.0, 3.0]]))
    (tmp_path / "best.weights.h5").write_bytes(b"weights")
    (tmp_path / "notes.txt").write_text("notes")
    opened = open_directory(tmp_path, small_dataset(), None)
    assert opened.mapping is not None
    assert opened.unused() == ["best.weights.h5", "isbn2idx.pkl", "item_scaler.pkl", "notes.txt"]
