"""The towers: NumPy beside Keras, and the same seed twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bookrec.offline.tensorflow_start import start_tensorflow

start_tensorflow()

from bookrec.history import make_history  # noqa: E402
from bookrec.offline.features import BookFeatures, Interactions  # noqa: E402
from bookrec.offline.item_knn import build_item_knn  # noqa: E402
from bookrec.offline.retrievers import assemble_retrieval  # noqa: E402
from bookrec.offline.two_tower import (  # noqa: E402
    HISTORY_LENGTH,
    Towers,
    TwoTowerSettings,
    build_towers,
    train_towers,
)
from bookrec.retrieval import Retrieval  # noqa: E402

BOOKS, READERS, AUTHORS, TITLE = 23, 120, 5, 6
SETTINGS = TwoTowerSettings(embedding_size=7, hidden_size=9, epochs=2, steps=1, batch_size=64)
BANDS = (np.arange(READERS) // 2 % 8).astype(np.int32)  # says nothing of the taste


def make_features() -> BookFeatures:
    rng = np.random.default_rng(1)
    codes = np.arange(1, BOOKS + 1, dtype=np.int32)
    codes[3] = 0  # a book that the towers do not know
    ones = np.ones(BOOKS, dtype=np.int32)
    return BookFeatures(
        codes, rng.integers(0, AUTHORS + 1, BOOKS).astype(np.int32), ones, ones,
        ones.astype(np.float32), ones.astype(np.float32),
        rng.random(BOOKS).astype(np.float32) * 3,
        rng.normal(size=(BOOKS, TITLE)).astype(np.float32),
    )  # fmt: skip


def make_interactions() -> Interactions:
    """Readers of even number like the first books, of odd number the last; sorted by reader."""
    rng = np.random.default_rng(2)
    rows = []
    for reader in range(READERS):
        size = int(rng.integers(1, 9))
        half = np.arange(12) if reader % 2 == 0 else np.arange(12, BOOKS)
        rows += [(reader, book) for book in sorted(rng.choice(half, size, replace=False))]
    table = np.array(rows, dtype=np.int32)
    return Interactions(table[:, 0], table[:, 1], np.zeros(len(table), dtype=np.int8))


def trained(seed: int) -> Towers:
    return train_towers(
        make_interactions(), make_features(), BANDS, BOOKS + 1, AUTHORS + 1, SETTINGS, seed
    )


@pytest.fixture(scope="module")
def towers() -> Towers:
    return trained(seed=4)


@pytest.fixture(scope="module")
def retrieval(towers: Towers) -> Retrieval:
    interactions = make_interactions()
    knn = build_item_knn(interactions.reader_idx, interactions.book_idx, READERS, BOOKS)
    return assemble_retrieval(towers, knn, make_features())


@pytest.mark.parametrize("books", [[5], [0, 22, 7, 11], [3, 8], []])
@pytest.mark.parametrize("band", [0, 6])
def test_numpy_gives_the_reader_vector_of_keras(
    towers: Towers, retrieval: Retrieval, books: list[int], band: int
):
    codes = np.zeros((1, HISTORY_LENGTH), dtype=np.int32)
    codes[0, : len(books)] = make_features().isbn[books]
    expected = towers.reader.predict([codes, np.array([[band]])], verbose=0)[0]
    # Keras leaves unknown books out of the mean; so does a history without them.
    known = [book for book in books if book != 3]
    history = make_history(np.array(known, dtype=int), np.zeros(len(known), dtype=int))
    found = retrieval.reader_vector(history, band)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_scorer_is_the_dot_product_of_both_towers(towers: Towers, retrieval: Retrieval):
    features = make_features()
    codes = np.zeros((BOOKS, HISTORY_LENGTH), dtype=np.int32)
    codes[:, :2] = [features.isbn[1], features.isbn[20]]
    inputs: dict[str, Any] = {
        "history_isbn_encoded": codes,
        "age_binned_encoded": np.full((BOOKS, 1), 2),
        "isbn_encoded": features.isbn[:, None],
        "author_encoded": features.author[:, None],
        "title_embedding_features": features.title,
        "popularity": features.popularity[:, None],
    }
    expected = towers.scorer.predict(inputs, verbose=0)[:, 0]
    reader = retrieval.reader_vector(make_history(np.array([1, 20]), np.array([0, 0])), 2)
    np.testing.assert_allclose(retrieval.book_vector @ reader, expected, rtol=1e-4, atol=1e-5)


def test_the_same_seed_trains_the_same_towers(towers: Towers):
    again, other = trained(seed=4), trained(seed=5)
    for one, two in zip(towers.scorer.get_weights(), again.scorer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(towers.scorer.get_weights()[0], other.scorer.get_weights()[0])


def test_training_tells_tastes_apart():
    settings = TwoTowerSettings(
        embedding_size=8, hidden_size=16, epochs=1, steps=120, learning_rate=1e-2
    )
    towers = train_towers(
        make_interactions(), make_features(), BANDS, BOOKS + 1, AUTHORS + 1, settings, seed=1
    )
    interactions = make_interactions()
    knn = build_item_knn(interactions.reader_idx, interactions.book_idx, READERS, BOOKS)
    retrieval = assemble_retrieval(towers, knn, make_features())
    for liked, same in ([0, 1, 2], range(12)), ([13, 14, 15], range(12, BOOKS)):
        signals = retrieval.signals(make_history(np.array(liked), np.zeros(3, int)), 0)
        tower = retrieval.tower_scores([signals])[0]
        rest = np.setdiff1d(np.arange(BOOKS), liked)
        top = rest[np.argsort(-tower[rest])][:6]
        assert sum(book in same for book in top) >= 5


def test_nobody_with_two_books_trains_nothing():
    alone = Interactions(*(np.array(column, dtype=np.int32) for column in ([0, 1], [4, 4], [0, 0])))
    towers = train_towers(alone, make_features(), BANDS, BOOKS + 1, AUTHORS + 1, SETTINGS, seed=1)
    weights = build_towers(BOOKS + 1, AUTHORS + 1, TITLE, SETTINGS).scorer.get_weights()
    assert [w.shape for w in towers.scorer.get_weights()] == [w.shape for w in weights]
