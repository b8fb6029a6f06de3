"""The compiled ranker against Keras, for both presets, on random weights of moderate size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from small_dataset import interactions_of

start_tensorflow()

import keras  # noqa: E402

from bookrec.inference.pair_features import PAIR_FEATURES, READER_ACTIVITY  # noqa: E402
from bookrec.inference.ranker.split_ranker import probabilities  # noqa: E402
from bookrec.offline.compile.compile_ranker import (  # noqa: E402
    CannotSplit,
    compile_ranker,
    knows_readers_by_id,
    raw_id_columns,
    user_rows,
)
from bookrec.offline.compile.keras_fallback import KerasRanker  # noqa: E402
from bookrec.offline.compile.keras_graph import model_logits  # noqa: E402
from bookrec.offline.features.book_features import BookFeatures, Vocabularies  # noqa: E402
from bookrec.offline.features.book_numbers import BOOK_NUMBERS  # noqa: E402
from bookrec.offline.features.title_embeddings import TITLE_VECTOR_SIZE  # noqa: E402
from bookrec.offline.features.vocabulary import Vocabulary  # noqa: E402
from bookrec.offline.ranking.architectures import Scaling, build_classic, build_default  # noqa: E402
from bookrec.offline.ranking.train_classic import classic_inputs  # noqa: E402
from small_recommender import make_metadata  # noqa: E402

BOOKS, READERS = 19, 7


def vocabulary(size: int) -> Vocabulary:
    return Vocabulary(tuple(map(str, range(size))))


VOCABULARIES = Vocabularies(
    user=vocabulary(READERS),
    isbn=vocabulary(BOOKS),
    author=vocabulary(6),
    publisher=vocabulary(4),
    year=vocabulary(3),
)


@pytest.fixture(scope="module")
def features() -> BookFeatures:
    rng = np.random.default_rng(1)
    return BookFeatures(
        isbn=np.arange(BOOKS, dtype=np.int32),  # the first is unknown
        author=rng.integers(0, 7, BOOKS).astype(np.int32),
        publisher=rng.integers(0, 5, BOOKS).astype(np.int32),
        year=rng.integers(0, 4, BOOKS).astype(np.int32),
        avg_rating=rng.random(BOOKS).astype(np.float32),
        num_ratings=rng.random(BOOKS).astype(np.float32),
        popularity=rng.random(BOOKS).astype(np.float32) * 5,
        title=rng.normal(0, 0.3, (BOOKS, TITLE_VECTOR_SIZE)).astype(np.float32),
        numbers=rng.normal(0, 2, (BOOKS, len(BOOK_NUMBERS))).astype(np.float32),
        metadata=make_metadata(rng, BOOKS),
    )


def randomised(model: Any, seed: int = 2) -> Any:
    """Draw every weight, biases and the zero-initialised wide kernel included."""
    rng = np.random.default_rng(seed)
    model.set_weights(
        [
            rng.normal(
                0, 0.5 / np.sqrt(max(1, weight.shape[0] if weight.ndim > 1 else 1)), weight.shape
            )
            for weight in model.get_weights()
        ]
    )
    return model


def assert_parity(split: np.ndarray, keras_logits: np.ndarray) -> None:
    assert np.ptp(keras_logits) > 0.1, "a constant network would prove nothing"
    saturated = (probabilities(keras_logits) < 1e-6) | (probabilities(keras_logits) > 1 - 1e-6)
    assert not saturated.any()
    error = np.abs(split - keras_logits) / (1 + np.abs(keras_logits))
    assert error.max() <= 1e-5
    assert np.abs(probabilities(split) - probabilities(keras_logits)).max() <= 1e-5


def test_classic(features: BookFeatures):
    model = randomised(build_classic(VOCABULARIES, embedding_size=6))
    ranker = compile_ranker(model, features)
    assert knows_readers_by_id(model)
    codes = np.array([3, 7, 1], dtype=np.int32)
    bands = np.array([0, 4, 7], dtype=np.int32)
    rows = user_rows(model, codes)
    for reader in range(3):
        pairs = interactions_of(*((reader, book, 0) for book in range(BOOKS)))
        inputs = classic_inputs(pairs, codes, features, bands)
        expected = model_logits(model, inputs)
        terms = ranker.reader_terms(int(bands[reader]), rows[reader])
        logits = ranker.logits(terms, slice(None), None)
        assert_parity(logits, expected)
        predicted = model.predict(inputs, verbose=0)[:, 0]
        np.testing.assert_allclose(probabilities(logits), predicted, atol=1e-6)


def scaling() -> Scaling:
    rng = np.random.default_rng(8)

    def moments(width: int) -> tuple[np.ndarray, np.ndarray]:
        return tuple(rng.uniform(0.3, 2, (2, width)).astype(np.float32))

    return Scaling(
        moments(len(READER_ACTIVITY)),
        moments(len(PAIR_FEATURES)),
        moments(len(BOOK_NUMBERS)),
    )


@pytest.mark.parametrize("standardised", [False, True])
def test_default(features: BookFeatures, standardised: bool):
    model = randomised(build_default(VOCABULARIES, scaling=scaling() if standardised else None))
    ranker = compile_ranker(model, features)
    assert not knows_readers_by_id(model)
    rng = np.random.default_rng(3)
    pairs = rng.normal(0, 3, size=(BOOKS, len(PAIR_FEATURES))).astype(np.float32)
    reader = rng.normal(size=len(READER_ACTIVITY)).astype(np.float32)
    for band in (0, 5):
        inputs: dict[str, Any] = dict(features.inputs(slice(None)))
        inputs["age_binned_encoded"] = np.full(BOOKS, band)
        inputs["reader_features"] = np.tile(reader, (BOOKS, 1))
        inputs["pair_features"] = pairs
        inputs = {k: v if v.ndim > 1 else v[:, None] for k, v in inputs.items()}
        expected = model_logits(model, inputs)
        terms = ranker.reader_terms(band, reader)
        assert_parity(ranker.logits(terms, slice(None), pairs), expected)
        probability = model.predict(inputs, verbose=0)[:, 0]
        np.testing.assert_allclose(probabilities(expected), probability, atol=1e-6)


def test_an_unknown_reader_has_no_row():
    model = build_classic(VOCABULARIES, embedding_size=6)
    rows = user_rows(model, np.array([2, 0], dtype=np.int32))
    table = model.get_layer("embedding_user_id").get_weights()[0]
    np.testing.assert_array_equal(rows[0], [*table[2], 2])
    assert np.isnan(rows[1]).all()


def test_the_classic_wide_kernel_starts_at_zero():
    kernel, _ = build_classic(VOCABULARIES).get_layer("wide").get_weights()
    assert kernel.shape == (6, 1)
    assert not kernel.any()


def two_parts(first: str, deep: str, last: str) -> Any:
    """A small network of two parts whose layers have other names than those of the presets."""
    layers = keras.layers
    user = keras.Input((1,), dtype="int32", name="user_id_encoded")
    isbn = keras.Input((1,), dtype="int32", name="isbn_encoded")
    embedded = [
        layers.Flatten()(layers.Embedding(size, 2)(ids)) for size, ids in ((9, user), (30, isbn))
    ]
    hidden = layers.Dense(3, activation="tanh", name=first)(layers.Concatenate()(embedded))
    casts = [keras.ops.cast(x, "float32") for x in (user, isbn)]
    wide = layers.Dense(1)(layers.Concatenate()(casts))
    parts = layers.Concatenate()([layers.Dense(1, name=deep)(hidden), wide])
    return keras.Model([user, isbn], layers.Dense(1, "sigmoid", name=last)(parts), name="foreign")


def test_names_of_layers_do_not_matter(features: BookFeatures):
    codes = np.array([5, 0], dtype=np.int32)
    logits = []
    for names in (("deep_1", "deep", "output"), ("a", "b", "c")):
        model = randomised(two_parts(*names))
        ranker, rows = compile_ranker(model, features), user_rows(model, codes)
        terms = ranker.reader_terms(0, rows[0])
        logits.append(ranker.logits(terms, slice(None), None))
    inputs = {"user_id_encoded": np.full((BOOKS, 1), 5), "isbn_encoded": features.isbn[:, None]}
    expected = model.predict(inputs, verbose=0)[:, 0]
    np.testing.assert_allclose(probabilities(logits[0]), expected, atol=1e-6)
    np.testing.assert_array_equal(logits[0], logits[1])
    assert raw_id_columns(model) == 1
    assert rows[0, -1] == 5
    assert np.isnan(rows[1]).all()


def test_rows_of_an_unsplittable_model_hold_the_id_alone(features: BookFeatures):
    user = keras.Input((1,), dtype="int32", name="user_id_encoded")
    isbn = keras.Input((1,), dtype="int32", name="isbn_encoded")
    tables = [keras.layers.Embedding(30, 4)(ids) for ids in (user, isbn)]
    mixed = keras.layers.MultiHeadAttention(1, 2, name="attention")(*tables)
    output = keras.layers.Dense(1, "sigmoid")(keras.layers.Flatten()(mixed))
    model = randomised(keras.Model([user, isbn], output, name="attentive"))
    with pytest.raises(CannotSplit, match=r"'attention' \(MultiHeadAttention\).*reader and book"):
        compile_ranker(model, features)
    rows = user_rows(model, np.array([4, 0], dtype=np.int32))
    assert rows.shape == (2, raw_id_columns(model)) == (2, 1)
    assert rows[0, 0] == 4
    ranker = KerasRanker.for_catalogue(model, features)
    logits = ranker.logits(ranker.reader_terms(3, rows[0]), slice(None), None)
    inputs = {"user_id_encoded": np.full((BOOKS, 1), 4), "isbn_encoded": features.isbn[:, None]}
    expected = model.predict(inputs, verbose=0)[:, 0]
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(probabilities(logits), expected, atol=1e-6)
    whole = np.empty((2, BOOKS), dtype=np.float32)
    terms = [ranker.reader_terms(3, row) for row in (np.array([2.0], np.float32), rows[0])]
    ranker.catalogue_logits(terms, None, whole)
    np.testing.assert_array_equal(whole[1], logits)
