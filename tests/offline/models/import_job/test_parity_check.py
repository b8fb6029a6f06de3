"""Imports of models with crossed columns: scores equal the model's own for every pair.

The expected scores come from the original model, given codes that code in the style of notebooks makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.external.crosses.declared import CrossMapping
from bookrec.offline.external.mapping.mapping import Mapping, read_mapping
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from imported_scores import bundle_logits, table_rows
from notebook import codes, dump, label_encoder, randomised, ratings_table
from tiny_import import import_tiny

start_tensorflow()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from bookrec.offline.external.mapping.draft import draft  # noqa: E402
from bookrec.offline.models.bundle.bundle_files import load_bundle  # noqa: E402
from bookrec.offline.models.import_job.import_job import open_directory  # noqa: E402

layers: Any = keras.layers
BUCKETS = 37


def crossed(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Crosses as notebooks write them: of reader and book, two columns of a book, a reader alone."""
    text = {name: frame[name].astype(str) for name in frame}
    return {
        "age_publisher": text["age_bin"] + "_" + text["publisher"],
        "author_year": text["author"] + "-" + text["year"],
        "hashed": text["age_bin"] + "_x_" + text["author"],
    }


@pytest.fixture(scope="module")
def dataset(tiny_home: Home) -> Dataset:
    return load_dataset(tiny_home)


@pytest.fixture(scope="module")
def frame(dataset: Dataset) -> pd.DataFrame:
    return ratings_table(dataset)


def save_model(directory: Path, frame: pd.DataFrame) -> tuple[Any, dict[str, Any]]:
    """Save a Wide & Deep model with three crosses and its encoders; return both."""
    directory.mkdir()
    columns = crossed(frame)
    rare = (frame["age_bin"] == "Unknown") & (frame["publisher"] == frame["publisher"].max())
    encoders = {
        "user": label_encoder(frame["user"].astype(int)),
        "isbn": label_encoder(frame["isbn"].astype(str)),
        "age_bin": label_encoder(frame["age_bin"].astype(str)),
        "age_publisher": label_encoder(columns["age_publisher"][~rare]),
        "author_year": label_encoder(columns["author_year"]),
    }
    for name, encoder in encoders.items():
        dump(directory / f"{name}_encoder.pkl", encoder)
    sizes = {n: len(e.classes_) for n, e in encoders.items()} | {"hashed": BUCKETS}
    del sizes["age_bin"]
    ids = {name: keras.Input((1,), dtype="int32", name=name) for name in sizes}
    deep = [
        layers.Flatten()(layers.Embedding(size, 3, name=f"{name}_table")(ids[name]))
        for name, size in sizes.items()
    ]
    wide = layers.Reshape((1,))(
        layers.Embedding(sizes["age_publisher"], 1)(layers.Reshape((1,))(ids["age_publisher"]))
    )
    hidden = layers.Dense(6, activation="relu")(layers.Concatenate()(deep))
    both = layers.Concatenate()([layers.Dense(1)(hidden), wide])
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(both))
    randomised(model, 3).save(directory / "model.keras")
    return model, encoders


def expected(model: Any, encoders: dict[str, Any], rows: pd.DataFrame) -> np.ndarray:
    """Logits of the original model; NaN where the notebook has no code."""
    columns = crossed(rows)
    values = {
        "user": codes(encoders["user"], rows["user"].astype(int)),
        "isbn": codes(encoders["isbn"], rows["isbn"].astype(str)),
        "hashed": tf.strings.to_hash_bucket_fast(columns["hashed"].tolist(), BUCKETS).numpy(),
    }
    known = np.ones(len(rows), dtype=bool)
    for name in ("age_publisher", "author_year"):
        code = {label: place for place, label in enumerate(encoders[name].classes_)}
        places = columns[name].map(code)
        known &= places.notna().to_numpy()
        values[name] = places.fillna(0).to_numpy(int)
    scores = model.predict({n: v.reshape(-1, 1) for n, v in values.items()}, verbose=0)[:, 0]
    scores = np.log(scores) - np.log1p(-scores)
    return np.where(known, scores, np.nan)


@pytest.mark.slow
def test_a_model_with_crosses_scores_as_keras_does(
    dataset: Dataset, frame: pd.DataFrame, tmp_path: Path
):
    model, encoders = save_model(tmp_path / "notebook", frame)
    hashed = CrossMapping(
        columns=("age", "author"),
        separator="_x_",
        buckets=BUCKETS,
        bins="age_bin_encoder.pkl",
        missing="Unknown",
    )
    mapping = Mapping(crosses={"hashed": hashed})
    home = Home(tmp_path / "home")
    bundle = import_tiny(home, tmp_path / "notebook", dataset, mapping)
    some = frame["user"].unique()
    readers = np.flatnonzero(dataset.readers["user_id"].isin(some))[:25]
    books = np.flatnonzero(dataset.books["isbn"].isin(frame["isbn"]))
    wanted = expected(model, encoders, table_rows(dataset, frame, readers, books))
    known = ~np.isnan(wanted)
    assert 0.9 < known.mean() < 1
    for made in (bundle, load_bundle(home, bundle.model_id)):
        scores = bundle_logits(made, dataset, readers, books).ravel()
        np.testing.assert_allclose(scores[known], wanted[known], atol=2e-4)
        assert np.isfinite(scores).all()


def test_readings_of_crosses_are_taken_from_the_classes(
    dataset: Dataset, frame: pd.DataFrame, tmp_path: Path
):
    save_model(tmp_path / "notebook", frame)
    opened = open_directory(tmp_path / "notebook", dataset, None)
    assert opened.crosses == {
        "age_publisher": CrossMapping(
            columns=("age", "publisher"), encoder="age_publisher_encoder.pkl"
        ),
        "author_year": CrossMapping(
            columns=("author", "year"), separator="-", encoder="author_year_encoder.pkl"
        ),
    }
    by_name = {guess.input.name: guess for guess in opened.guesses}
    assert "100% of the interactions are classes" in by_name["age_publisher.book"].notes[0]
    assert opened.mapping is None  # what a hash was computed from cannot be seen
    assert by_name["hashed"].questions.keys() >= {"encoder"}
    drafted = tmp_path / "mapping.toml"
    text = draft("model.keras", opened.guesses, opened.sources, {}, opened.crosses)
    assert '[crosses."age_publisher"]\ncolumns = ["age", "publisher"]\nseparator = "_"' in text
    head, _, _ = text.partition('[inputs."hashed"]')
    drafted.write_text(head)
    assert read_mapping(drafted).crosses == opened.crosses
