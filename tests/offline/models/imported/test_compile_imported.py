"""Models of many notebooks, imported without an answer: every score is that of Keras, or a refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.data.interactions import all_interactions, reader_age_bands
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from imported_scores import table_rows
from notebook import add_statistics, ratings_table
from zoo import EXHIBITS

start_tensorflow()

import keras  # noqa: E402

from bookrec.offline.compile.keras_graph import model_logits  # noqa: E402
from bookrec.offline.external.graphs.model_inputs import inputs_of  # noqa: E402
from bookrec.offline.external.mapping.open_directory import open_directory  # noqa: E402
from bookrec.offline.external.mapping.plan_inputs import make_plans  # noqa: E402
from bookrec.offline.features.book_features import build_vocabularies  # noqa: E402
from bookrec.offline.models.imported.compile_imported import (  # noqa: E402
    compile_imported,
    imported_rows,
)
from bookrec.offline.models.imported.imported_model import ImportedModel  # noqa: E402
from bookrec.offline.models.imported.unknown_rows import with_mean_rows  # noqa: E402

layers: Any = keras.layers


@pytest.fixture(scope="module")
def dataset(tiny_home: Home) -> Dataset:
    return load_dataset(tiny_home)


@pytest.fixture(scope="module")
def frame(dataset: Dataset) -> pd.DataFrame:
    return add_statistics(ratings_table(dataset))


def imported_logits(directory: Path, dataset: Dataset, readers: Any, books: Any) -> np.ndarray:
    """Import a directory without retrieval; return the [readers, books] logits."""
    opened = open_directory(directory, dataset, None)
    assert opened.mapping is not None, [guess.questions for guess in opened.guesses]
    interactions = all_interactions(dataset)
    vocabularies = build_vocabularies(dataset, interactions)
    places = {
        "reader": np.unique(interactions.reader_idx).astype(np.int32),
        "book": np.arange(dataset.n_books, dtype=np.int32),
    }
    inputs, _ = inputs_of(opened.model)
    plans = make_plans(inputs, opened.mapping, opened.sources, dataset, places)
    imported = ImportedModel(
        opened.archive.path, opened.archive.digest, {}, plans, np.zeros(0, np.float32)
    )
    model = with_mean_rows(opened.model, inputs, plans)
    ranker = compile_imported(model, imported, imported.books(dataset, vocabularies))
    rows = imported_rows(model, imported, imported.readers(dataset, vocabularies))
    bands = reader_age_bands(dataset)
    terms = [ranker.reader_terms(int(bands[r]), rows[r]) for r in readers]
    return np.stack([ranker.logits(term, np.asarray(books, np.int32), None) for term in terms])


@pytest.mark.parametrize("name", list(EXHIBITS))
def test_scores_and_order_are_those_of_keras(
    dataset: Dataset, frame: pd.DataFrame, tmp_path: Path, name: str
):
    made = EXHIBITS[name](tmp_path, frame)
    known = frame.dropna(subset=["avg_rating"])
    known = known[known["year"] > 0]
    readers = np.flatnonzero(dataset.readers["user_id"].isin(frame["user"]))[::6]
    books = np.flatnonzero(dataset.books["isbn"].isin(known["isbn"]))
    rows = table_rows(dataset, frame, readers, books)
    inputs = {n: np.asarray(v).reshape(len(rows), -1) for n, v in made.inputs(rows).items()}
    expected = model_logits(made.model, inputs).reshape(len(readers), len(books))
    logits = imported_logits(tmp_path, dataset, readers, books)
    np.testing.assert_allclose(logits, expected, atol=1e-4, rtol=1e-4)
    assert np.ptp(expected, axis=1).min() > 0.05  # there is an order
    best = np.take_along_axis(expected, np.argsort(-logits, axis=1), axis=1)
    assert (np.diff(best, axis=1) < 1e-4).all()


def string_lookup() -> Any:
    author = keras.Input((1,), dtype="string", name="author")
    return author, layers.StringLookup(vocabulary=["A", "B"])(author)


def integer_lookup() -> Any:
    year = keras.Input((1,), dtype="int64", name="year")
    return year, layers.IntegerLookup(vocabulary=[1999, 2004])(year)


def text_vectorization() -> Any:
    title = keras.Input((1,), dtype="string", name="title")
    words = layers.TextVectorization(vocabulary=["war", "peace"], output_sequence_length=1)
    return title, words(title)


def hashing() -> Any:
    publisher = keras.Input((1,), dtype="string", name="publisher")
    return publisher, layers.Hashing(5)(publisher)


def crossing() -> Any:
    pair = keras.Input((1,), name="year"), keras.Input((1,), name="age")
    return pair, layers.HashedCrossing(5)(pair)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (hashing, "Hashing.*it hashes its input; give the model codes"),
        (crossing, "HashedCrossing.*it hashes its input; give the model codes"),
        (string_lookup, "'StringLookup'|StringLookup.*save what maps texts to them beside it"),
        (integer_lookup, "IntegerLookup.*save what maps ids to them beside it"),
        (text_vectorization, "TextVectorization.*save the words' vectors beside it"),
    ],
)
def test_layers_that_read_raw_values_are_refused(
    dataset: Dataset, tmp_path: Path, make: Any, sentence: str
):
    raw, codes = make()
    vector = layers.Flatten()(layers.Embedding(5, 2)(codes))
    keras.Model(raw, layers.Dense(1)(vector)).save(tmp_path / "model.keras")
    with pytest.raises(ModelError, match=sentence):
        open_directory(tmp_path, dataset, None)
