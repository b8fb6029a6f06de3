"""Histories as inputs: padding by evidence, questions, and scores that equal the model's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.external.artifacts.history_column import histories, padded_rows
from bookrec.offline.external.mapping.candidate import Guess
from bookrec.offline.external.mapping.mapping import InputMapping, Mapping, read_mapping
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from imported_scores import bundle_logits
from notebook import codes, dump, label_encoder, randomised, ratings_table
from tiny_import import import_tiny

start_tensorflow()

import keras  # noqa: E402

from bookrec.offline.models.bundle.bundle_files import load_bundle  # noqa: E402
from bookrec.offline.models.import_job.import_job import open_directory  # noqa: E402
from bookrec.offline.models.imported.imported_origin import imported_model  # noqa: E402

layers: Any = keras.layers
LENGTH = 6


@pytest.fixture(scope="module")
def dataset(tiny_home: Home) -> Dataset:
    return load_dataset(tiny_home)


@pytest.fixture(scope="module")
def frame(dataset: Dataset) -> pd.DataFrame:
    return ratings_table(dataset)


def save_model(directory: Path, frame: pd.DataFrame, *, masked: bool, pooled: bool) -> Any:
    """Save a model of the mean of the last books and the book to score, with codes from 1."""
    directory.mkdir()
    isbns = label_encoder(frame["isbn"].astype(str))
    dump(directory / "isbn_encoder.pkl", isbns)
    rows = len(isbns.classes_) + 1
    history = keras.Input((LENGTH,), dtype="int32", name="history")
    book = keras.Input((1,), dtype="int32", name="isbn")
    table = layers.Embedding(rows, 4, mask_zero=masked, name="read_books")(history)
    past = layers.GlobalAveragePooling1D()(table) if pooled else layers.Flatten()(table)
    vector = layers.Flatten()(layers.Embedding(rows - 1, 4)(book))
    hidden = layers.Dense(5, activation="tanh")(layers.Concatenate()([past, vector]))
    model = keras.Model([history, book], layers.Dense(1)(hidden))
    randomised(model, 4, 0.6).save(directory / "model.keras")
    return model, isbns


def questions(directory: Path, dataset: Dataset) -> tuple[Guess, bool]:
    opened = open_directory(directory, dataset, None)
    (guess,) = [g for g in opened.guesses if g.input.name == "history"]
    return guess, opened.mapping is None


def test_what_the_files_and_the_data_leave_open_is_asked(
    dataset: Dataset, frame: pd.DataFrame, tmp_path: Path
):
    save_model(tmp_path / "masked", frame, masked=True, pooled=True)
    guess, is_open = questions(tmp_path / "masked", dataset)
    assert guess.fields == {"encoder": "isbn_encoder.pkl", "padding": 0, "offset": 1}
    # The padding is masked and the place is none of a mean; the choice of books is the notebook's.
    assert guess.questions.keys() == {"column", "kept"}
    assert is_open
    save_model(tmp_path / "flat", frame, masked=False, pooled=False)
    guess, _ = questions(tmp_path / "flat", dataset)
    assert guess.questions.keys() == {"column", "kept", "padded", "padding"}


def test_padding_that_is_a_book_is_refused(dataset: Dataset, frame: pd.DataFrame, tmp_path: Path):
    save_model(tmp_path / "notebook", frame, masked=False, pooled=True)
    wrong = InputMapping(side="reader", column="history", encoder="isbn_encoder.pkl", padding=0)
    with pytest.raises(ModelError, match="padding is 0, which is the code of a book"):
        import_tiny(None, tmp_path / "notebook", dataset, Mapping(inputs={"history": wrong}))


@pytest.mark.slow
@pytest.mark.parametrize("masked", [True, False])
def test_scores_of_histories_are_the_models_own(
    dataset: Dataset, frame: pd.DataFrame, tmp_path: Path, masked: bool
):
    directory = tmp_path / "notebook"
    model, isbns = save_model(directory, frame, masked=masked, pooled=masked)
    text = """
        [inputs.history]
        side = "reader"
        column = "liked_history"
        encoder = "isbn_encoder.pkl"
        offset = 1
        padding = 0
        padded = "after"
        kept = "first"
    """
    (tmp_path / "mapping.toml").write_text(text)
    home = Home(tmp_path / "home")
    import_tiny(home, directory, dataset, read_mapping(tmp_path / "mapping.toml"))
    bundle = load_bundle(home)
    liked = dataset.interactions[dataset.interactions["rating"].isin([0, 7, 8, 9, 10])]
    liked = liked.sort_values(["reader_idx", "timestamp", "book_idx"], na_position="first")
    books_of = liked.groupby("reader_idx")["book_idx"].apply(list)
    readers = np.array(books_of.index[:20])
    books = np.flatnonzero(dataset.books["isbn"].isin(isbns.classes_))[:40]
    code = codes(isbns, dataset.books["isbn"].to_numpy(object)[books].astype(str))
    expected = []
    for reader in readers:
        ids = dataset.books["isbn"].to_numpy(object)[books_of[reader]].astype(str)
        row = [*(codes(isbns, ids) + 1)[:LENGTH]]
        row += [0] * (LENGTH - len(row))
        history = np.tile(row, (len(books), 1))
        expected.append(np.asarray(model.predict([history, code[:, None]], verbose=0))[:, 0])
    np.testing.assert_allclose(bundle_logits(bundle, dataset, readers, books), expected, atol=2e-5)
    assert np.std(np.array(expected), axis=0).max() > 0.05  # the history counts
    assert bundle.manifest["knows"]["readers"] == len(books_of)
    assert np.isfinite(imported_model(bundle).base_row).all()  # though an empty mean is 0 / 0


def test_rows_are_padded_and_cut_at_the_stated_ends():
    rows = [[7, 8], [1, 2, 3, 4], []]
    before = padded_rows(rows, 3, 9, "before", "last")
    assert before.tolist() == [[9, 7, 8], [2, 3, 4], [9, 9, 9]]
    after = padded_rows(rows, 3, 9, "after", "first")
    assert after.tolist() == [[7, 8, 9], [1, 2, 3], [9, 9, 9]]


def test_a_history_is_in_the_order_of_time(dataset: Dataset):
    table = dataset.interactions.copy()
    reader = int(table["reader_idx"].mode()[0])
    own = table[table["reader_idx"] == reader]
    texts = histories(dataset, "history")
    assert len(texts) == dataset.n_readers
    isbns = set(dataset.books["isbn"].to_numpy(object)[own["book_idx"]])
    assert set(texts[reader].split("\x1f")) == isbns
    rated = histories(dataset, "rated_history")[reader].split("\x1f")
    assert len(rated) == int((own["rating"] > 0).sum()) < len(isbns)
