"""A softmax over all books as a score of one book: the same order, by evidence, or a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.external.mapping.mapping import InputMapping, Mapping
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from imported_scores import bundle_logits
from notebook import codes, dump, label_encoder, randomised, ratings_table
from tiny_import import import_tiny

start_tensorflow()

import keras  # noqa: E402

from bookrec.offline.external.graphs.item_softmax import with_book_input  # noqa: E402
from bookrec.offline.models.bundle.bundle_files import load_bundle  # noqa: E402
from bookrec.offline.models.import_job.import_job import open_directory  # noqa: E402

layers: Any = keras.layers


@pytest.fixture(scope="module")
def dataset(tiny_home: Home) -> Dataset:
    return load_dataset(tiny_home)


@pytest.fixture(scope="module")
def frame(dataset: Dataset) -> pd.DataFrame:
    return ratings_table(dataset)


def next_book(readers: int, books: int, *, apart: bool) -> Any:
    user = keras.Input((1,), dtype="int32", name="user_id")
    age = keras.Input((1,), dtype="int32", name="age_bin")
    vectors = [
        layers.Flatten()(layers.Embedding(readers, 5)(user)),
        layers.Flatten()(layers.Embedding(8, 2)(age)),
    ]
    hidden = layers.Dense(6, activation="relu")(layers.Concatenate()(vectors))
    last = layers.Dense(books, activation=None if apart else "softmax", name="next")(hidden)
    output = layers.Softmax()(last) if apart else last
    return randomised(keras.Model([user, age], output), 5, 0.5)


@pytest.mark.parametrize("apart", [False, True])
def test_the_logit_of_a_book_orders_as_the_softmax_does(apart: bool):
    model = next_book(4, 9, apart=apart)
    split = with_book_input(model)
    assert [t.name for t in split.inputs] == ["user_id", "age_bin", "next.book"]
    user, age = np.repeat([[3], [1]], 9, axis=0), np.repeat([[2], [5]], 9, axis=0)
    book = np.tile(np.arange(9), 2)[:, None]
    logits = np.asarray(split([user, age, book])).reshape(2, 9)
    expected = np.asarray(model([user[::9], age[::9]]))
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(1)[:, None], expected, rtol=1e-5)


def save_notebook(directory: Path, frame: pd.DataFrame, spare: int = 0) -> tuple[Any, Any, Any]:
    directory.mkdir()
    users, books = (
        label_encoder(frame["user"].astype(int)),
        label_encoder(frame["isbn"].astype(str)),
    )
    dump(directory / "user_encoder.pkl", users)
    dump(directory / "items.pkl", books)
    dump(directory / "age_bin_encoder.pkl", label_encoder(frame["age_bin"].astype(str)))
    model = next_book(len(users.classes_), len(books.classes_) + spare, apart=False)
    model.save(directory / "model.keras")
    return model, users, books


@pytest.mark.slow
def test_lists_are_in_the_order_of_the_model(dataset: Dataset, frame: pd.DataFrame, tmp_path: Path):
    part = frame[frame["isbn"] != frame["isbn"].iloc[0]]
    model, users, books = save_notebook(tmp_path / "notebook", part)
    home = Home(tmp_path / "home")
    import_tiny(home, tmp_path / "notebook", dataset)
    bundle = load_bundle(home)
    readers = np.flatnonzero(dataset.readers["user_id"].isin(part["user"].unique()))[:15]
    known = np.flatnonzero(dataset.books["isbn"].isin(books.classes_))
    assert bundle.manifest["knows"]["books"] == len(known) == dataset.n_books - 1
    logits = bundle_logits(bundle, dataset, readers, known)
    ages = label_encoder(part["age_bin"].astype(str))
    age_of = part.drop_duplicates("user").set_index("user")["age_bin"]
    ids = dataset.readers["user_id"].to_numpy(object)[readers]
    arrays = [
        codes(users, ids.astype(int))[:, None],
        codes(ages, age_of[ids].astype(str))[:, None],
    ]
    softmax = np.asarray(model.predict(arrays, verbose=0))
    columns = codes(books, dataset.books["isbn"].to_numpy(object)[known].astype(str))
    expected = np.log(softmax[:, columns])
    # Logits are the logarithms of the softmax, but for a constant of the reader.
    difference = logits - expected
    np.testing.assert_allclose(difference - difference[:, :1], 0, atol=1e-4)
    assert (np.argsort(-logits)[:, :5] == np.argsort(-expected)[:, :5]).all()


def test_a_spare_output_is_a_question(dataset: Dataset, frame: pd.DataFrame, tmp_path: Path):
    save_notebook(tmp_path / "notebook", frame, spare=1)
    opened = open_directory(tmp_path / "notebook", dataset, None)
    (guess,) = [g for g in opened.guesses if g.input.name == "next.book"]
    assert "0 if the last outputs belong to no book, 1 if the first" in guess.questions["offset"]
    assert opened.mapping is None
    answer = InputMapping(side="book", column="isbn", encoder="items.pkl", offset=1)
    mapping = Mapping(inputs={"next.book": answer})
    assert open_directory(tmp_path / "notebook", dataset, mapping).mapping is not None


def test_classes_of_a_pair_are_no_books(dataset: Dataset, frame: pd.DataFrame, tmp_path: Path):
    directory = tmp_path / "notebook"
    save_notebook(directory, frame)
    user, second = (keras.Input((1,), dtype="int32", name=name) for name in ("user_id", "input_2"))
    books = label_encoder(frame["isbn"].astype(str))
    vectors = [
        layers.Flatten()(layers.Embedding(len(set(frame["user"])), 3)(user)),
        layers.Flatten()(layers.Embedding(len(books.classes_), 3)(second)),
    ]
    five = layers.Dense(5, activation="softmax")(layers.Concatenate()(vectors))
    keras.Model([user, second], five).save(directory / "model.keras")
    with pytest.raises(ModelError, match="softmax over 5 classes, and its input 'input_2' is of a"):
        open_directory(directory, dataset, None)
