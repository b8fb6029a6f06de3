"""Keras models of several shapes as notebooks build them, with their inputs for pairs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bookrec.offline.data.dataset import Dataset, make_dataset
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from notebook import codes, dump, label_encoder, min_max_scaler, randomised, standard_scaler

start_tensorflow()

import keras  # noqa: E402
from gensim.models import Word2Vec  # noqa: E402
from gensim.utils import simple_preprocess  # noqa: E402


@dataclass
class NotebookModel:
    """A model of a notebook with its directory and inputs."""

    directory: Path
    model: Any
    inputs: Callable[[pd.DataFrame], dict[str, np.ndarray]]
    """Convert rows of `ratings_table` to the model's inputs."""
    readers: set[str]
    """Ids of readers that the model knows."""
    books: set[str]
    """ISBNs of books that the model knows by every id."""

    def predict(self, pairs: pd.DataFrame) -> np.ndarray:
        inputs = {n: v.reshape(len(pairs), -1) for n, v in self.inputs(pairs).items()}
        return self.model.predict(inputs, verbose=0, batch_size=4096)[:, 0]


def embedded(ids: Any, size: int, width: int = 4) -> Any:
    return keras.layers.Flatten()(keras.layers.Embedding(size, width)(ids))


def classic(directory: Path, frame: pd.DataFrame) -> NotebookModel:
    """The original notebooks' model: nine inputs, each encoder in a separate file."""
    part = frame[frame["user"].isin([*sorted(set(frame["user"]))[::2], "8"])]
    part = part[part["isbn"].isin(sorted(set(part["isbn"]))[: -len(set(part["isbn"])) // 5])]
    encoders = {
        "user_id": label_encoder(part["user"].astype(int)),
        "isbn": label_encoder(part["isbn"].astype(str)),
        "author": label_encoder(part["author"].astype(str)),
        "publisher": label_encoder(part["publisher"].astype(str)),
        "year": label_encoder(part["year"].astype(str)),
        "age_bin": label_encoder(part["age_bin"].astype(str)),
    }
    for name, encoder in encoders.items():
        dump(directory / f"{name}_encoder.pkl", encoder)
    items = part.drop_duplicates("isbn")[["avg_rating", "num_ratings"]].dropna()
    scaler = min_max_scaler(items)
    dump(directory / "item_scaler.pkl", scaler)
    words = Word2Vec(
        [simple_preprocess(t) for t in frame["title"]],
        vector_size=6,
        min_count=1,
        workers=1,
        seed=1,
    )
    words.save(str(directory / "word2vec.model"))

    names = [
        "user_id_encoded",
        "isbn_encoded",
        "author_encoded",
        "publisher_encoded",
        "year_encoded",
        "age_binned_encoded",
    ]
    ids = [keras.Input((1,), name=name, dtype="int32") for name in names]
    numbers = [keras.Input((1,), name=n) for n in ("avg_rating_scaled", "num_ratings_scaled")]
    title = keras.Input((6,), name="title_embedding_features")
    casts = keras.layers.Concatenate()([keras.ops.cast(tensor, "float32") for tensor in ids])
    wide = keras.layers.Dense(1)(keras.layers.Rescaling(0.01)(casts))
    tables = [
        embedded(tensor, len(encoder.classes_))
        for tensor, encoder in zip(ids, encoders.values(), strict=True)
    ]
    hidden = keras.layers.Concatenate()([*tables, *numbers, title])
    for width in (12, 7):
        hidden = keras.layers.Dropout(0.2)(keras.layers.Dense(width, activation="relu")(hidden))
    logits = keras.layers.Concatenate()([wide, keras.layers.Dense(1)(hidden)])
    output = keras.layers.Dense(1, activation="sigmoid")(logits)
    model = randomised(keras.Model([*ids, *numbers, title], output), 1)
    model.save(directory / "wide_deep_book_model_top50k.keras")

    def inputs(pairs: pd.DataFrame) -> dict[str, np.ndarray]:
        typed = {
            "user_id": pairs["user"].astype(int),
            "isbn": pairs["isbn"],
            "author": pairs["author"],
            "publisher": pairs["publisher"],
            "year": pairs["year"].astype(str),
            "age_bin": pairs["age_bin"],
        }
        values = {
            name: codes(
                encoders[column], typed[column].to_numpy(str if column != "user_id" else int)
            )
            for name, column in zip(names, typed, strict=True)
        }
        table = pairs[["avg_rating", "num_ratings"]].to_numpy(float)
        scaled = table * scaler.scale_ + scaler.min_
        values["avg_rating_scaled"], values["num_ratings_scaled"] = scaled.T
        values["title_embedding_features"] = np.stack(
            [np.mean([words.wv[w] for w in simple_preprocess(t)], axis=0) for t in pairs["title"]]
        )
        return values

    known = part.dropna(subset=["avg_rating"])
    return NotebookModel(directory, model, inputs, set(part["user"]), set(known["isbn"]))


def two_inputs(directory: Path, frame: pd.DataFrame) -> NotebookModel:
    """User and title: two embeddings and their product, a predicted rating, .h5, one encoder file."""
    part = frame[frame["user"].isin(sorted(set(frame["user"]))[5:])]
    part = part[part["title"] != sorted(set(part["title"]))[3]]
    encoders = {
        "user": label_encoder(part["user"].astype(float)),
        "title": label_encoder(part["title"]),
    }
    dump(directory / "encoders.pkl", encoders)
    user = keras.Input((1,), name="user_input")
    book = keras.Input((1,), name="book_input")
    vectors = [
        embedded(user, len(encoders["user"].classes_), 5),
        embedded(book, len(encoders["title"].classes_), 5),
    ]
    product = keras.layers.Dot(axes=1)(vectors)
    both = keras.layers.Concatenate()([*vectors, product])
    output = keras.layers.Dense(1)(keras.layers.Dense(6, activation="relu")(both))
    model = randomised(keras.Model([user, book], output), 2)
    model.save(directory / "recommender.h5")

    def inputs(pairs: pd.DataFrame) -> dict[str, np.ndarray]:
        return {
            "user_input": codes(encoders["user"], pairs["user"].to_numpy(float)),
            "book_input": codes(encoders["title"], pairs["title"].to_numpy(str)),
        }

    return NotebookModel(directory, model, inputs, set(part["user"]), set(part["isbn"]))


def scaled_ids(directory: Path, frame: pd.DataFrame) -> NotebookModel:
    """Ids as numbers, scaled by a StandardScaler whose columns a list beside it names."""
    users, isbns = (
        label_encoder(frame["user"].astype(int)),
        label_encoder(frame["isbn"].astype(str)),
    )
    table = np.stack(
        [
            codes(users, frame["user"].to_numpy(int)),
            codes(isbns, frame["isbn"].to_numpy(str)),
            frame["year"],
        ],
        axis=1,
    )
    scaler = standard_scaler(table)
    dump(
        directory / "all.pkl",
        {
            "user_encoder": users,
            "isbn_encoder": isbns,
            "scaler": scaler,
            "feature_columns": ["user_id", "isbn", "year"],
        },
    )
    tensors = [keras.Input((1,), name=n) for n in ("user_id_scaled", "isbn_scaled", "year_scaled")]
    hidden = keras.layers.Dense(8, activation="tanh")(keras.layers.Concatenate()(tensors))
    output = keras.layers.Activation("sigmoid")(keras.layers.Dense(1)(hidden))
    model = randomised(keras.Model(tensors, output), 3)
    model.save(directory / "model.keras")

    def inputs(pairs: pd.DataFrame) -> dict[str, np.ndarray]:
        raw = np.stack(
            [
                codes(users, pairs["user"].to_numpy(int)),
                codes(isbns, pairs["isbn"].to_numpy(str)),
                pairs["year"],
            ],
            axis=1,
        )
        scaled = (raw - scaler.mean_) / scaler.scale_
        return dict(zip(("user_id_scaled", "isbn_scaled", "year_scaled"), scaled.T, strict=True))

    dated = frame[frame["year"] > 0]
    return NotebookModel(directory, model, inputs, set(frame["user"]), set(dated["isbn"]))


def one_table(directory: Path, frame: pd.DataFrame) -> NotebookModel:
    """The numbers of `scaled_ids` in one input, as rows of a scaled table."""
    apart = scaled_ids(directory, frame)
    (directory / "model.keras").unlink()
    features = keras.Input((3,), name="features")
    hidden = keras.layers.Dense(8, activation="relu")(features)
    model = randomised(keras.Model(features, keras.layers.Dense(1)(hidden)), 8)
    model.save(directory / "model.keras")

    def inputs(pairs: pd.DataFrame) -> dict[str, np.ndarray]:
        return {"features": np.stack(list(apart.inputs(pairs).values()), axis=1)}

    return NotebookModel(directory, model, inputs, apart.readers, apart.books)


def movies(directory: Path, frame: pd.DataFrame) -> NotebookModel:
    """Ids from maps in JSON, movies by number, a shared submodel, and a layer over both sides."""
    numbers = frame["isbn"].str.removeprefix("ml:").astype(int)
    user_map = {user: place for place, user in enumerate(sorted(set(frame["user"])))}
    movie_map = {str(number): place for place, number in enumerate(sorted(set(numbers))[2:])}
    (directory / "user2idx.json").write_text(json.dumps(user_map))
    (directory / "movie2idx.json").write_text(json.dumps(movie_map))
    user = keras.Input((1,), name="user_id", dtype="int64")
    movie = keras.Input((1,), name="movie_id", dtype="int64")
    inside = keras.Input((4,))
    shared = keras.Model(inside, keras.layers.Dense(3, activation="relu")(inside), name="shared")
    left, right = (
        shared(embedded(tensor, size))
        for tensor, size in ((user, len(user_map)), (movie, len(movie_map) + 1))
    )
    smaller = keras.layers.Minimum(name="the_smaller")([left, right])
    model = randomised(keras.Model([user, movie], keras.layers.Dense(1)(smaller)), 4, 1.0)
    model.save(directory / "model.keras")

    def inputs(pairs: pd.DataFrame) -> dict[str, np.ndarray]:
        local = pairs["isbn"].str.removeprefix("ml:")
        return {
            "user_id": pairs["user"].map(user_map).to_numpy(int),
            "movie_id": local.map(movie_map).to_numpy(int),
        }

    known = {f"ml:{number}" for number in movie_map}
    return NotebookModel(directory, model, inputs, set(frame["user"]), known)


def movie_dataset() -> Dataset:
    rng = np.random.default_rng(2)
    readers = pd.DataFrame({"user_id": [str(u) for u in range(1, 31)]})
    readers["age"] = pd.array([20 + u % 50 for u in range(30)], dtype="Int16")
    readers["location"] = ""
    isbns = sorted(f"ml:{movie}" for movie in range(1, 26))
    books = pd.DataFrame({"isbn": isbns, "title": [f"Movie {isbn[3:]}" for isbn in isbns]})
    for name in ("author", "publisher", "image_url"):
        books[name] = ""
    books["year"] = pd.array([1990] * 25, dtype="Int16")
    books["work_id"] = np.arange(25, dtype=np.int32)
    pairs = [(u, b) for u in range(30) for b in np.sort(rng.choice(25, 9, replace=False)).tolist()]
    interactions = pd.DataFrame(pairs, columns=["reader_idx", "book_idx"])
    interactions["rating"] = rng.integers(1, 6, len(pairs)).astype(np.int8)
    interactions["timestamp"] = pd.array([None] * len(pairs), dtype="Int64")
    return make_dataset(
        readers, books, interactions, layout="movielens-100k", rating_max=5, source="/raw", files={}
    )


SHAPES = {f.__name__: f for f in (classic, two_inputs, scaled_ids, one_table, movies)}
