"""Training of preset classic: quality on planted data, and no leak from an interaction to itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("tensorflow", reason="needs TensorFlow: pip install 'bookrec[offline]'")

from bookrec.offline.compile.compile_ranker import compile_ranker, raw_id_columns, user_rows
from bookrec.offline.compile.keras_graph import model_logits
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_features import BookFeatures, Vocabularies
from bookrec.offline.features.book_statistics import book_statistics, fit_scaler
from bookrec.offline.features.vocabulary import Vocabulary
from bookrec.offline.metrics.prediction import auc, log_loss
from bookrec.offline.ranking.architectures import build_classic
from bookrec.offline.ranking.train_classic import (
    ClassicSettings,
    classic_inputs,
    refit_classic,
    train_classic,
)

pytestmark = pytest.mark.slow

READERS, BOOKS, AUTHORS = 1500, 40, 6
CODES = np.arange(1, READERS + 1, dtype=np.int32)
BANDS = (np.arange(READERS) % 8).astype(np.int32)
AUTHOR = (1 + np.arange(BOOKS) % AUTHORS).astype(np.int32)


def keys(n: int) -> Vocabulary:
    return Vocabulary(tuple(f"{number:04}" for number in range(n)))


VOCABULARIES = Vocabularies(keys(READERS), keys(BOOKS), keys(AUTHORS), keys(3), keys(5))


def interactions_with(chance: NDArray[np.float64], each: int, seed: int) -> Interactions:
    """``each`` books of every reader, explicit with a chance of [readers, books]."""
    rng = np.random.default_rng(seed)
    books = np.argsort(rng.random((READERS, BOOKS)), axis=1)[:, :each]
    readers = np.repeat(np.arange(READERS), each)
    explicit = rng.random(books.size) < chance[readers, books.ravel()]
    rating = np.where(explicit, 8, 0).astype(np.int8)
    return Interactions(readers.astype(np.int32), books.ravel().astype(np.int32), rating)


def features_of(interactions: Interactions) -> BookFeatures:
    numbers = book_statistics(interactions, BOOKS).numbers
    scaled = fit_scaler(numbers)(numbers)
    books = np.arange(BOOKS, dtype=np.int32)
    columns = {
        "isbn": books + 1,
        "author": AUTHOR,
        "publisher": 1 + books % 3,
        "year": 1 + books % 5,
        "avg_rating": scaled[:, 0],
        "num_ratings": scaled[:, 1],
        "popularity": np.zeros(BOOKS, np.float32),
        "title": np.zeros((BOOKS, 50), np.float32),
    }
    # The classic ranker does not use the other features.
    others = {name: None for name in BookFeatures.__dataclass_fields__ if name not in columns}
    return BookFeatures(**columns, **others)  # type: ignore[arg-type]


SETTINGS = ClassicSettings(epochs=6, batch_size=256)


def trained(known: Interactions, settings: ClassicSettings = SETTINGS) -> Any:
    model = build_classic(VOCABULARIES, weight_per_id=settings.weight_per_id)
    train_classic(model, known, CODES, features_of(known), BANDS, settings, seed=4)
    return model


def predicted(model: Any, wanted: Interactions, features: BookFeatures) -> NDArray[np.floating]:
    inputs = classic_inputs(wanted, CODES, _whole(features), BANDS)
    return np.asarray(model.predict(inputs, verbose=0, batch_size=4096)[:, 0])


def _whole(features: BookFeatures) -> BookFeatures:
    """Fill missing features with zeros, so that rows can be taken."""
    absent = [n for n in BookFeatures.__dataclass_fields__ if getattr(features, n) is None]
    return replace(features, **{name: np.zeros((BOOKS, 1), np.float32) for name in absent})


@pytest.fixture(scope="module")
def planted() -> tuple[Interactions, Interactions, NDArray[np.float64]]:
    """Known and held-out interactions: half of the readers rate often, and one author is rated."""
    often = np.where(np.arange(READERS) % 2 == 0, 1.5, -1.5)
    chance = 1 / (1 + np.exp(-(often[:, None] + np.where(AUTHOR == 2, 2.0, -0.4)[None, :])))
    everything = interactions_with(chance, 8, seed=1)
    held = np.arange(len(everything)) % 4 == 0
    return everything[~held], everything[held], chance


def test_the_effects_of_readers_and_authors_are_fitted(planted: Any):
    known, held_out, chance = planted
    model = trained(known)
    trained_auc = auc(held_out.rating > 0, predicted(model, held_out, features_of(known)))
    best = auc(held_out.rating > 0, chance[held_out.reader_idx, held_out.book_idx])
    assert best > 0.8
    assert trained_auc > best - 0.04


def test_an_interaction_does_not_leak_into_its_prediction():
    """Coin tosses: training on shares that include the toss itself would overfit them."""
    tosses = interactions_with(np.full((READERS, BOOKS), 0.5), 3, seed=2)
    held = np.arange(len(tosses)) % 3 == 0
    known, held_out = tosses[~held], tosses[held]
    probabilities = predicted(trained(known), held_out, features_of(known))
    assert log_loss(held_out.rating > 0, probabilities) < np.log(2) + 0.02
    assert probabilities.std() < 0.08


def test_embeddings_can_be_encoded_again(planted: Any):
    known, held_out, _ = planted
    model = trained(known, replace(SETTINGS, epochs=1))
    network = model.get_layer("deep_1").get_weights()[0]
    before = model.get_layer("embedding_user_id").get_weights()[0]
    refit_classic(model, held_out, CODES, features_of(known), BANDS)
    np.testing.assert_array_equal(model.get_layer("deep_1").get_weights()[0], network)
    after = model.get_layer("embedding_user_id").get_weights()[0]
    assert (after[1:, 3] < before[1:, 3]).mean() > 0.9, "two interactions each instead of six"


@pytest.mark.parametrize("weight_per_id", [False, True])
def test_a_trained_model_can_be_saved_and_read(planted: Any, tmp_path: Path, weight_per_id: bool):
    import keras

    known, held_out, _ = planted
    features = features_of(known)
    model = trained(known, replace(SETTINGS, epochs=1, weight_per_id=weight_per_id))
    model.save(tmp_path / "model.keras")
    read = keras.models.load_model(tmp_path / "model.keras")
    expected = predicted(model, held_out, features)
    np.testing.assert_array_equal(predicted(read, held_out, features), expected)


def test_a_weight_per_id_is_trained_and_compiles(planted: Any):
    known, _, _ = planted
    model = trained(known, replace(SETTINGS, epochs=2, weight_per_id=True))
    weights = model.get_layer("wide_author").get_weights()[0]
    assert weights[2, 0] > weights[[1, 3, 4, 5, 6], 0].max()
    assert raw_id_columns(model) == 0
    features = _whole(features_of(known))
    ranker = compile_ranker(model, features)
    rows = user_rows(model, CODES[:2])
    books = np.arange(BOOKS, dtype=np.int32)
    for reader in range(2):
        pairs = Interactions(np.full(BOOKS, reader, np.int32), books, np.zeros(BOOKS, np.int8))
        expected = model_logits(model, classic_inputs(pairs, CODES, features, BANDS))
        terms = ranker.reader_terms(int(BANDS[reader]), rows[reader])
        np.testing.assert_allclose(
            ranker.logits(terms, slice(None), None), expected, rtol=1e-5, atol=1e-5
        )
