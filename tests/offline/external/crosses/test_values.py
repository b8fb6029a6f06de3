"""Crossed columns: their declaration, their values by evidence, hashes, and models without them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset, make_dataset
from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.crosses.declared import CrossMapping, problem_of
from bookrec.offline.external.crosses.split_model import CrossTable, without_crosses
from bookrec.offline.external.crosses.values import (
    KnownValues,
    hashed_values,
    share_of_interactions,
    split_label,
    values_of_encoder,
)
from bookrec.offline.external.mapping.mapping import read_mapping
from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

AGE_PUBLISHER = CrossMapping(columns=("age", "publisher"), encoder="c.pkl")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    readers = pd.DataFrame(
        {"user_id": ["1", "2", "3"], "age": [20, 40, None], "location": ["a, b, c"] * 3}
    )
    readers["age"] = readers["age"].astype("Int16")
    books = pd.DataFrame(
        {
            "isbn": ["0001", "0002", "0003"],
            "title": ["A", "B", "C"],
            "author": ["X", "Y", "Y"],
            "publisher": ["Faber", "Old_Press", ""],
            "image_url": "",
            "year": pd.array([1999, None, 2004], dtype="Int16"),
            "work_id": [0, 1, 2],
        }
    )
    interactions = pd.DataFrame(
        {
            "reader_idx": [0, 0, 1, 2],
            "book_idx": [0, 1, 1, 2],
            "rating": [8, 7, 6, 5],
            "timestamp": pd.array([None] * 4, dtype="Int64"),
        }
    )
    return make_dataset(
        readers, books, interactions, layout="test", rating_max=10, source="test", files={}
    )


def test_a_class_is_taken_apart_by_the_values_of_the_data(dataset: Dataset):
    known = KnownValues(dataset)
    assert split_label("18-24_Faber", AGE_PUBLISHER, known) == ("18-24", "Faber")
    # The separator is inside the publisher; only one way gives values of the data set.
    assert split_label("18-24_Old_Press", AGE_PUBLISHER, known) == ("18-24", "Old_Press")
    assert split_label("18-24_New_Press", AGE_PUBLISHER, known) is None
    assert split_label("18-24", AGE_PUBLISHER, known) is None
    other = CrossMapping(columns=("publisher", "author"), encoder="c.pkl")
    assert split_label("Old_Press_X", other, known) == ("Old_Press", "X")


def test_the_share_of_interactions_that_are_classes(dataset: Dataset):
    encoder = Encoder.of_labels(["18-24_Faber", "18-24_Old_Press", "25-34_Old_Press"])
    values = values_of_encoder(AGE_PUBLISHER, encoder, KnownValues(dataset))
    assert values.codes.tolist() == [0, 1, 2]
    # Reader 2 is 40 and no class's age; reader 3 and book 3 have no value.
    assert share_of_interactions(AGE_PUBLISHER, values, dataset) == 1.0
    wider = Encoder.of_labels([*encoder.labels, "35-44_Faber"])
    values = values_of_encoder(AGE_PUBLISHER, wider, KnownValues(dataset))
    assert share_of_interactions(AGE_PUBLISHER, values, dataset) == pytest.approx(2 / 3)


def test_hashes_are_those_of_tensorflow_and_keras(dataset: Dataset):
    known = KnownValues(dataset)
    text = CrossMapping(columns=("author", "publisher"), separator="|", buckets=11, offset=2)
    values = hashed_values(text, None, known)
    assert values.texts[:2] == [("X", "Faber"), ("X", "Old_Press")]
    layer: Any = keras.layers.Hashing(11)
    joined = ["|".join(texts) for texts in values.texts]
    assert values.codes.tolist() == (np.asarray(layer(tf.constant(joined))) + 2).tolist()
    crossing = CrossMapping(columns=("author", "publisher"), buckets=11, hash="columns")
    columns = [tf.constant([t[place] for t in values.texts]) for place in (0, 1)]
    expected = np.asarray(keras.layers.HashedCrossing(11)(columns)).tolist()
    assert hashed_values(crossing, None, known).codes.tolist() == expected
    assert len(set(expected)) > 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"columns": ("age", "genre"), "buckets": 5}, "has 'genre'"),
        ({"columns": ("age",), "buckets": 5}, "2 to 4 different columns"),
        ({"columns": ("age", "age"), "buckets": 5}, "2 to 4 different columns"),
        ({"columns": ("age", "author")}, "either an encoder"),
        ({"columns": ("age", "author"), "buckets": 5, "encoder": "e"}, "either an encoder"),
        ({"columns": ("age", "author"), "encoder": "e", "separator": ""}, "separator is empty"),
        ({"columns": ("age", "author"), "encoder": "e", "bins": "b"}, "bins and missing are for"),
    ],
)
def test_a_wrong_declaration_is_refused(fields: dict[str, Any], problem: str):
    assert problem in (problem_of(CrossMapping(**fields)) or "")


def test_an_open_question_in_a_cross_is_refused(tmp_path: Path):
    path = tmp_path / "mapping.toml"
    path.write_text('[crosses.both]\ncolumns = ["age", "author"]\nencoder = "?"\n')
    with pytest.raises(ModelError, match=r"\[crosses.both\]: encoder is still '\?'"):
        read_mapping(path)


def crossed_model(rows: int = 6, *, embedded: bool = True) -> Any:
    both = keras.Input((1,), dtype="int32", name="both")
    number = keras.Input((1,), name="number")
    layers: Any = keras.layers
    looked_up = layers.Flatten()(layers.Embedding(rows, 2)(both))
    parts = [looked_up if embedded else layers.Rescaling(0.5)(both), number]
    return keras.Model([both, number], layers.Dense(1)(layers.Concatenate()(parts)))


@pytest.mark.parametrize("shape", [(2, 3), (3, 2)])
def test_a_model_without_the_cross_gives_the_same(shape: tuple[int, int]):
    keras.utils.set_random_seed(3)
    model = crossed_model()
    codes = np.random.default_rng(1).permutation(6).reshape(shape).astype(np.int32)
    split = without_crosses(model, [CrossTable("both", codes)])
    assert [t.name for t in split.inputs] == ["both.reader", "both.book", "number"]
    reader, book = (part.ravel()[:, None] for part in np.indices(shape))
    number = np.linspace(-1, 1, 6, dtype=np.float32)[:, None]
    expected = np.asarray(model([codes[reader, book], number]))
    np.testing.assert_array_equal(np.asarray(split([reader, book, number])), expected)


def test_what_cannot_be_split_is_refused_by_name():
    codes = np.zeros((2, 3), dtype=np.int32)
    with pytest.raises(ModelError, match=r"\(Rescaling\).*given the cross 'both' itself"):
        without_crosses(crossed_model(embedded=False), [CrossTable("both", codes)])
    with pytest.raises(ModelError, match="has codes up to 9, its embedding has 6 rows"):
        without_crosses(crossed_model(), [CrossTable("both", codes + 9)])
    wide = np.zeros((1500, 1600), dtype=np.int32)
    with pytest.raises(ModelError, match="1,500 values of readers and 1,600 of books"):
        without_crosses(crossed_model(), [CrossTable("both", wide)])
