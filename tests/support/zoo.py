"""Models as notebooks build them, differently each, with what each gives them for pairs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from notebook import codes, dump, label_encoder, min_max_scaler, randomised, standard_scaler

start_tensorflow()

import keras  # noqa: E402

layers: Any = keras.layers
Inputs = dict[str, np.ndarray]


@dataclass
class Exhibit:
    """A saved model, and the inputs that its notebook makes of rows of `ratings_table`."""

    model: Any
    inputs: Callable[[pd.DataFrame], Inputs]


def _id(name: str, **settings: Any) -> Any:
    return keras.Input((1,), dtype="int32", name=name, **settings)


def _vector(ids: Any, rows: int, width: int = 4) -> Any:
    return layers.Flatten()(layers.Embedding(rows, width)(ids))


def _saved(directory: Path, model: Any, inputs: Callable[[pd.DataFrame], Inputs]) -> Exhibit:
    randomised(model, len(directory.name)).save(directory / "model.keras")
    return Exhibit(model, inputs)


def neumf(directory: Path, frame: pd.DataFrame) -> Exhibit:
    """Product and network of two pairs of embeddings; ids by JSON dicts from 0."""
    users = {str(user): n for n, user in enumerate(frame["user"].unique())}
    books = {str(isbn): n for n, isbn in enumerate(frame["isbn"].unique())}
    (directory / "user2idx.json").write_text(json.dumps(users))
    (directory / "book2idx.json").write_text(json.dumps(books))
    user, book = _id("user"), _id("book")
    product = layers.Multiply()([_vector(user, len(users)), _vector(book, len(books))])
    both = layers.Concatenate()([_vector(user, len(users)), _vector(book, len(books))])
    hidden = layers.Dense(5, activation="relu")(layers.Dense(8, activation="relu")(both))
    output = layers.Dense(1, activation="sigmoid")(layers.Concatenate()([product, hidden]))
    model = keras.Model([user, book], output)
    return _saved(
        directory,
        model,
        lambda t: {"user": t["user"].map(users), "book": t["isbn"].map(books)},
    )


def two_tower(directory: Path, frame: pd.DataFrame) -> Exhibit:
    """Towers of unit length, ids by dicts from 1, with 0 left for nobody."""
    users = {int(user): n for n, user in enumerate(sorted(frame["user"].astype(int).unique()), 1)}
    books = {isbn: n for n, isbn in enumerate(sorted(frame["isbn"].unique()), 1)}
    dump(directory / "user_to_index.pkl", users)
    dump(directory / "isbn_to_index.pkl", books)
    user, book = _id("user_id"), _id("isbn")
    towers = [
        layers.UnitNormalization()(layers.Dense(4)(_vector(ids, rows + 1)))
        for ids, rows in ((user, len(users)), (book, len(books)))
    ]
    model = keras.Model([user, book], layers.Dot(axes=1)(towers))
    return _saved(
        directory,
        model,
        lambda t: {"user_id": t["user"].astype(int).map(users), "isbn": t["isbn"].map(books)},
    )


def _encoded(
    directory: Path, frame: pd.DataFrame, names: tuple[str, ...]
) -> tuple[dict[str, Any], Callable[[pd.DataFrame], Inputs]]:
    encoders = {name: label_encoder(frame[name].astype(str)) for name in names}
    for name, encoder in encoders.items():
        dump(directory / f"{name}_encoder.pkl", encoder)
    return encoders, lambda t: {n: codes(e, t[n].astype(str)) for n, e in encoders.items()}


def wide_deep(directory: Path, frame: pd.DataFrame) -> Exhibit:
    """Weights per id beside a network over ids and two numbers of a StandardScaler."""
    names = ("user", "isbn", "author", "publisher", "age_bin")
    encoders, encode = _encoded(directory, frame, names)
    items = frame.drop_duplicates("isbn")[["avg_rating", "num_ratings"]].dropna()
    scaler = standard_scaler(items)
    dump(directory / "book_scaler.pkl", scaler)
    ids = {name: _id(name) for name in names}
    numbers = [keras.Input((1,), name=f"{name}_scaled") for name in items]
    sizes = {name: len(encoder.classes_) for name, encoder in encoders.items()}
    wide = layers.Add()([_vector(ids[name], sizes[name], 1) for name in names])
    deep = layers.Concatenate()([*(_vector(ids[n], sizes[n], 3) for n in names), *numbers])
    deep = layers.LayerNormalization()(layers.Dense(7, activation="relu")(deep))
    output = layers.Activation("sigmoid")(layers.Add()([wide, layers.Dense(1)(deep)]))
    model = keras.Model([*ids.values(), *numbers], output)

    def inputs(table: pd.DataFrame) -> Inputs:
        scaled = (table[list(items)].to_numpy(float) - scaler.mean_) / scaler.scale_
        return encode(table) | {
            "avg_rating_scaled": scaled[:, 0],
            "num_ratings_scaled": scaled[:, 1],
        }

    return _saved(directory, model, inputs)


def deep_fm(directory: Path, frame: pd.DataFrame) -> Exhibit:
    """First order, products of all pairs of fields by sums of squares, and a network."""
    names = ("user", "isbn", "author", "age_bin")
    encoders, encode = _encoded(directory, frame, names)
    ids = {name: _id(name) for name in names}
    fields = [layers.Embedding(len(encoders[n].classes_), 3)(ids[n]) for n in names]
    flat = [layers.Flatten()(field) for field in fields]
    total = layers.Add()(flat)
    squares = layers.Add()([layers.Multiply()([vector, vector]) for vector in flat])
    second = layers.Subtract()([layers.Multiply()([total, total]), squares])
    second = keras.ops.sum(second, axis=1, keepdims=True) * 0.5
    first = layers.Add()([_vector(ids[n], len(encoders[n].classes_), 1) for n in names])
    deep = layers.Dense(1)(layers.Dense(6, activation="relu")(layers.Concatenate()(flat)))
    output = layers.Dense(1, activation="sigmoid")(layers.Concatenate()([first, second, deep]))
    return _saved(directory, keras.Model(list(ids.values()), output), encode)


def three_columns(directory: Path, frame: pd.DataFrame) -> Exhibit:
    """An input of three columns of a MinMaxScaler, named by a list beside it."""
    names = ("year", "avg_rating", "num_ratings")
    items = frame.drop_duplicates("isbn").dropna(subset=["avg_rating"])
    table = items[items["year"] > 0][list(names)].astype(float)
    scaler = min_max_scaler(table)
    dump(directory / "numeric_scaler.pkl", scaler)
    dump(directory / "feature_columns.pkl", list(names))
    encoders, encode = _encoded(directory, frame, ("user", "isbn"))
    user, book = _id("user"), _id("isbn")
    numbers = keras.Input((3,), name="numeric")
    sizes = [len(encoder.classes_) for encoder in encoders.values()]
    both = layers.Concatenate()([_vector(user, sizes[0]), _vector(book, sizes[1]), numbers])
    hidden = layers.LeakyReLU(negative_slope=0.1)(layers.Dense(6)(both))
    model = keras.Model([user, book, numbers], layers.Dense(1)(hidden))
    return _saved(
        directory,
        model,
        lambda t: (
            encode(t) | {"numeric": t[list(names)].to_numpy(float) * scaler.scale_ + scaler.min_}
        ),
    )


def one_hot(directory: Path, frame: pd.DataFrame) -> Exhibit:
    """Ids of age and publisher as one-hot codes inside the model, in the place of embeddings."""
    encoders, encode = _encoded(directory, frame, ("user", "isbn", "age_bin", "publisher"))
    ids = {name: _id(name) for name in encoders}
    parts = [_vector(ids[n], len(encoders[n].classes_)) for n in ("user", "isbn")]
    for name in ("age_bin", "publisher"):
        count = len(encoders[name].classes_)
        parts.append(layers.CategoryEncoding(count, output_mode="one_hot")(ids[name]))
    hidden = layers.Dense(6, activation="tanh")(layers.Concatenate()(parts))
    return _saved(directory, keras.Model(list(ids.values()), layers.Dense(1)(hidden)), encode)


def normalised_inside(directory: Path, frame: pd.DataFrame) -> Exhibit:
    """The year as it is, which a Normalization layer of the model scales."""
    encoders, encode = _encoded(directory, frame, ("user", "isbn"))
    user, book, year = _id("user"), _id("isbn"), keras.Input((1,), name="year")
    scaled = layers.Normalization(axis=None, mean=1990.0, variance=150.0)(year)
    sizes = [len(encoder.classes_) for encoder in encoders.values()]
    both = layers.Concatenate()([_vector(user, sizes[0]), _vector(book, sizes[1]), scaled])
    model = keras.Model([user, book, year], layers.Dense(1)(layers.Dense(6, "relu")(both)))
    return _saved(directory, model, lambda t: encode(t) | {"year": t["year"].to_numpy(float)})


def binned_inside(directory: Path, frame: pd.DataFrame) -> Exhibit:
    """The year as it is, which a Discretization layer of the model sorts into bins."""
    encoders, encode = _encoded(directory, frame, ("user", "isbn"))
    user, book, year = _id("user"), _id("isbn"), keras.Input((1,), name="year")
    bins = layers.Discretization(bin_boundaries=[1930.0, 1970.0, 1995.0])(year)
    vectors = [
        _vector(ids, len(encoder.classes_))
        for ids, encoder in zip((user, book), encoders.values(), strict=True)
    ]
    both = layers.Concatenate()([*vectors, _vector(bins, 4)])
    model = keras.Model([user, book, year], layers.Dense(1)(layers.Dense(6, "relu")(both)))
    return _saved(directory, model, lambda t: encode(t) | {"year": t["year"].to_numpy(float)})


EXHIBITS = {
    f.__name__: f
    for f in (
        neumf,
        two_tower,
        wide_deep,
        deep_fm,
        three_columns,
        one_hot,
        normalised_inside,
        binned_inside,
    )
}
