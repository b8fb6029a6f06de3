"""The towers: NumPy against Keras, ensembles, the loss, and equal seeds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

from bookrec.arrays import Floats  # noqa: E402
from bookrec.inference.history import make_history  # noqa: E402
from bookrec.inference.retrieval import Retrieval  # noqa: E402
from bookrec.offline.data.interactions import Interactions  # noqa: E402
from bookrec.offline.features.book_features import BookFeatures  # noqa: E402
from bookrec.offline.retrieval.assemble import assemble_retrieval  # noqa: E402
from bookrec.offline.retrieval.fit_similarities import fit_similarities  # noqa: E402
from bookrec.offline.retrieval.two_tower import Towers, _loss, build_towers, train_towers  # noqa: E402
from bookrec.offline.retrieval.two_tower_batches import Batch  # noqa: E402
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings  # noqa: E402
from eager import without_graphs  # noqa: E402
from small_recommender import AUTHORS as SMALL_AUTHORS  # noqa: E402
from small_recommender import make_metadata  # noqa: E402

BOOKS, READERS, AUTHORS, TITLE = 23, 120, 5, 6
SETTINGS = TwoTowerSettings(embedding_size=7, hidden_size=9, epochs=2, steps=1, batch_size=64)
BANDS = (np.arange(READERS) // 2 % 8).astype(np.int32)  # independent of the taste


def make_features() -> BookFeatures:
    rng = np.random.default_rng(1)
    codes = np.arange(1, BOOKS + 1, dtype=np.int32)
    codes[3] = 0  # unknown to the towers
    ones = np.ones(BOOKS, dtype=np.int32)
    return BookFeatures(
        codes,
        rng.integers(0, AUTHORS + 1, BOOKS).astype(np.int32),
        ones,
        ones,
        ones.astype(np.float32),
        ones.astype(np.float32),
        rng.random(BOOKS).astype(np.float32) * 3,
        rng.normal(size=(BOOKS, TITLE)).astype(np.float32),
        np.zeros((BOOKS, 2), dtype=np.float32),
        make_metadata(rng, BOOKS),
    )


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


def trained(seed: int, settings: TwoTowerSettings = SETTINGS) -> Towers:
    with without_graphs():
        return train_towers(
            make_interactions(), make_features(), BANDS, BOOKS + 1, AUTHORS + 1, settings, seed
        )


@pytest.fixture(scope="module")
def towers() -> Towers:
    return trained(seed=4)


def retrieval_of(towers: Towers) -> Retrieval:
    features = make_features()
    tables = fit_similarities(
        make_interactions(), features.metadata, READERS, SMALL_AUTHORS, "test"
    )
    return assemble_retrieval(towers, tables, features)


@pytest.fixture(scope="module")
def retrieval(towers: Towers) -> Retrieval:
    return retrieval_of(towers)


@pytest.mark.parametrize(
    ("books", "ratings"),
    [([5], [0]), ([0, 22, 7, 11], [9, 6, 2, 0]), ([3, 8], [7, 5]), ([4], [1]), ([], [])],
)
@pytest.mark.parametrize("band", [0, 6])
def test_numpy_gives_the_reader_vector_of_keras(
    towers: Towers, retrieval: Retrieval, books: list[int], ratings: list[int], band: int
):
    history = make_history(np.array(books, dtype=int), np.array(ratings, dtype=int))
    codes, weights = np.zeros((1, 6), dtype=np.int32), np.zeros((1, 6), dtype=np.float32)
    codes[0, : len(books)] = make_features().isbn[books]
    codes[0, 5] = 9  # padding has no weight, whatever its code
    weights[0, : len(books)] = history.weights
    inputs = [codes, weights, np.array([[band]])]
    expected = towers.reader.predict(inputs, verbose=0)[0]
    vector = retrieval.reader_vector(history, band)
    np.testing.assert_allclose(vector, expected, rtol=1e-4, atol=1e-5)


def test_the_scorer_is_the_dot_product_of_both_towers(towers: Towers, retrieval: Retrieval):
    features = make_features()
    inputs: dict[str, Any] = {
        "history_isbn_encoded": np.tile(features.isbn[[1, 20]], (BOOKS, 1)),
        "history_weight": np.tile(np.array([1.0, 0.5], dtype=np.float32), (BOOKS, 1)),
        "age_binned_encoded": np.full((BOOKS, 1), 2),
        "isbn_encoded": features.isbn[:, None],
        "author_encoded": features.author[:, None],
        "title_embedding_features": features.title,
        "popularity": features.popularity[:, None],
    }
    expected = towers.scorer.predict(inputs, verbose=0)[:, 0]
    reader = retrieval.reader_vector(make_history(np.array([1, 20]), np.array([0, 6])), 2)
    np.testing.assert_allclose(retrieval.book_vector @ reader, expected, rtol=1e-4, atol=1e-5)


def test_towers_side_by_side_add_up(towers: Towers):
    scores = 0.0
    for number in range(SETTINGS.side_by_side_whole):
        alone = replace(SETTINGS, side_by_side_whole=1)
        part = trained(4 + number, alone)
        scores = scores + scores_of(part)
    np.testing.assert_allclose(scores_of(towers), scores, rtol=1e-4, atol=1e-5)


def scores_of(towers: Towers) -> Floats:
    """[B] scores for a fixed reader, computed from the towers' arrays."""
    retrieval = retrieval_of(towers)
    reader = retrieval.reader_vector(make_history(np.array([1, 20, 3]), np.array([0, 6, 9])), 2)
    return retrieval.book_vector @ reader


def test_a_large_catalogue_has_one_pair_of_towers():
    settings = replace(SETTINGS, candidates=BOOKS - 1)
    towers = train_towers(
        make_interactions(), make_features(), BANDS, BOOKS + 1, AUTHORS + 1, settings, 4
    )
    assert towers.book.output_shape[1] == settings.embedding_size
    assert settings.learning_rate_for(BOOKS) == settings.learning_rate
    assert settings.learning_rate_for(BOOKS - 1) == settings.learning_rate_whole


def test_a_hidden_book_competes_with_books_that_are_not_hidden():
    """One reader hides the first two of four candidates; the last is there for another reader."""
    odds = np.log([2.0, 5.0, 3.0, 7.0])
    logits = np.stack([odds, np.zeros(4)]).astype(np.float32)
    batch = make_batch(
        hidden_reader=[0, 0, 1], hidden_candidate=[0, 1, 3], correction=[0, 0, np.log(4), -1e9]
    )
    # The third was drawn with chance 1/4, so its odds of 3 count as 12; the second reader's odds are 1.
    expected = -(np.log(2 / (2 + 12)) + np.log(5 / (5 + 12)) + np.log(1 / (1 + 1 + 1 + 4))) / 3
    np.testing.assert_allclose(_loss(logits, batch).numpy(), expected, rtol=1e-5)


def make_batch(**columns: list[float]) -> Batch:
    """A batch with some columns, the others empty."""
    integers = {"hidden_reader", "hidden_candidate"}
    filled = {
        name: np.array(values, dtype=np.int32 if name in integers else np.float32)
        for name, values in columns.items()
    }
    return Batch(**(dict.fromkeys(Batch._fields, np.empty(0)) | filled))


def test_equal_seeds_train_equal_towers(towers: Towers):
    again, other = trained(seed=4), trained(seed=5)
    for first, second in zip(towers.scorer.get_weights(), again.scorer.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(towers.scorer.get_weights()[0], other.scorer.get_weights()[0])


def test_training_separates_tastes():
    settings = TwoTowerSettings(
        embedding_size=8, hidden_size=16, epochs=1, steps=120, learning_rate=1e-2
    )
    towers = train_towers(
        make_interactions(), make_features(), BANDS, BOOKS + 1, AUTHORS + 1, settings, seed=1
    )
    retrieval = retrieval_of(towers)
    for liked, same in ([0, 1, 2], range(12)), ([13, 14, 15], range(12, BOOKS)):
        retriever_scores = retrieval.score(make_history(np.array(liked), np.zeros(3, int)), 0)
        tower = retrieval.tower_scores([retriever_scores])[0]
        rest = np.setdiff1d(np.arange(BOOKS), liked)
        top = rest[np.argsort(-tower[rest])][:6]
        assert sum(book in same for book in top) >= 5


def test_training_on_drawn_candidates_separates_tastes():
    settings = TwoTowerSettings(
        embedding_size=8, hidden_size=16, epochs=1, steps=300, learning_rate=1e-2, candidates=8
    )
    towers = train_towers(
        make_interactions(), make_features(), BANDS, BOOKS + 1, AUTHORS + 1, settings, seed=1
    )
    retrieval = retrieval_of(towers)
    history = make_history(np.array([0, 1, 2]), np.zeros(3, int))
    tower = retrieval.tower_scores([retrieval.score(history, 0)])[0]
    assert tower[4:12].mean() > tower[12:].mean() + 0.5  # in standard deviations


def test_dropout_follows_the_size_of_the_catalogue():
    settings = TwoTowerSettings(candidates=BOOKS, dropout=0.25, dropout_whole=0.75)
    rates = [
        build_towers(books + 1, 2, TITLE, settings).reader.get_layer("reader_dropout").rate
        for books in (BOOKS, BOOKS + 1)
    ]
    assert rates == [0.75, 0.25]


def test_seen_books_score_below_unseen_ones_of_the_same_taste():
    settings = TwoTowerSettings(embedding_size=16, hidden_size=64, epochs=1, steps=300)
    towers = train_towers(
        make_interactions(), make_features(), BANDS, BOOKS + 1, AUTHORS + 1, settings, seed=1
    )
    retrieval = retrieval_of(towers)
    for seen in ([0, 1, 2, 4, 5, 6], [13, 15, 17, 19, 21, 22]):
        same = np.arange(12) if seen[0] == 0 else np.arange(12, BOOKS)
        history = make_history(np.array(seen), np.zeros(6, int))
        tower = retrieval.tower_scores([retrieval.score(history, 0)])[0]
        assert tower[seen].mean() < tower[np.setdiff1d(same, seen)].mean()


def test_towers_stay_untrained_without_a_reader_of_two_books():
    alone = Interactions(*(np.array(column, dtype=np.int32) for column in ([0, 1], [4, 4], [0, 0])))
    towers = train_towers(alone, make_features(), BANDS, BOOKS + 1, AUTHORS + 1, SETTINGS, seed=1)
    pairs = SETTINGS.side_by_side_whole
    weights = build_towers(BOOKS + 1, AUTHORS + 1, TITLE, SETTINGS, pairs).scorer.get_weights()
    assert [w.shape for w in towers.scorer.get_weights()] == [w.shape for w in weights]
