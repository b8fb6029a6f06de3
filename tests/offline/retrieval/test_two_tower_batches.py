"""Training batches of the towers: hidden and shown books, and the draw of candidates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.retrieval.two_tower_batches import Batch, Examples, inclusion_chances
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from small_recommender import make_metadata

start_tensorflow()

from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings  # noqa: E402

BOOKS = 11
SEEN = {0: [0, 3, 4], 1: [7], 2: [1, 2, 3, 5, 8], 4: [6, 10]}
"""Reader to books; reader 3 has none. Every book is rated by `rating`."""


def rating(reader: int, book: int) -> int:
    return (reader * 3 + book) % 11


def make_examples(seed: int = 1, **settings: Any) -> Examples:
    rows = [(reader, book, rating(reader, book)) for reader in SEEN for book in SEEN[reader]]
    columns = np.array(rows, dtype=np.int32).T
    interactions = Interactions(columns[0], columns[1], columns[2].astype(np.int8))
    codes = np.arange(1, BOOKS + 1, dtype=np.int32)
    numbers = np.linspace(0, 1, BOOKS, dtype=np.float32)
    rng = np.random.default_rng(3)
    title = rng.normal(size=(BOOKS, 2)).astype(np.float32)
    features = BookFeatures(
        codes,
        codes + 20,
        codes,
        codes,
        numbers,
        numbers,
        numbers,
        title,
        np.zeros((BOOKS, 2), dtype=np.float32),
        make_metadata(rng, BOOKS),
    )
    bands = np.array([5, 1, 0, 2, 7], dtype=np.int32)
    rng = np.random.default_rng(seed)
    return Examples(interactions, features, bands, TwoTowerSettings(**settings), rng)


def reader_of_band(batch: Batch) -> list[int]:
    return [{5: 0, 0: 2, 7: 4}[band] for band in batch.age_band.tolist()]


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_every_book_is_either_shown_or_hidden(share: float, seed: int):
    examples = make_examples(seed, hidden_share=share, unknown_rate=0.0)
    (batch,) = list(examples.epoch())
    readers = reader_of_band(batch)
    assert sorted(readers) == [0, 2, 4]  # readers with fewer than two books are left out
    for position, reader in enumerate(readers):
        hidden = batch.isbn[batch.hidden_candidate[batch.hidden_reader == position]] - 1
        shown = batch.shown_isbn[batch.shown_reader == position] - 1
        assert len(hidden) >= 1
        disliked = [book for book in SEEN[reader] if 1 <= rating(reader, book) <= 4]
        rest = set(SEEN[reader]) - set(hidden.tolist())
        assert rest
        assert set(shown.tolist()) == rest - set(disliked)
        shares = batch.shown_weight[batch.shown_reader == position]
        assert len(shown) == 0 or shares.sum() == pytest.approx(1)


def test_shares_follow_the_ratings():
    examples = make_examples(hidden_share=0.0)
    seen = set()
    for _ in range(20):
        (batch,) = list(examples.epoch())
        position = reader_of_band(batch).index(2)  # ratings 7, 8, 9, 0, 3 of books 1, 2, 3, 5, 8
        shown = batch.shown_isbn[batch.shown_reader == position] - 1
        seen |= set(shown.tolist())
        shares = batch.shown_weight[batch.shown_reader == position]
        np.testing.assert_allclose(shares, 1 / len(shown), rtol=1e-6)
        first = reader_of_band(batch).index(0)  # ratings 0, 3, 4: all weight on book 0
        assert batch.shown_isbn[batch.shown_reader == first].tolist() in ([1], [])
    assert seen == {1, 2, 3, 5}


def test_a_small_catalogue_is_scored_whole():
    examples = make_examples(candidates=BOOKS, unknown_rate=0.0)
    (batch,) = list(examples.epoch())
    assert batch.isbn.tolist() == list(range(1, BOOKS + 1))
    assert batch.author.tolist() == list(range(21, BOOKS + 21))
    assert not batch.correction.any()


def test_corrected_candidates_sum_to_the_catalogue():
    examples = make_examples(candidates=5, hidden_share=0.5, unknown_rate=0.0)
    total, rounds, undrawn = np.zeros(BOOKS), 4000, 0
    for _ in range(rounds):
        (batch,) = list(examples.epoch())
        drawn = batch.correction > -1e8
        undrawn += int((~drawn).sum())
        hidden = set(batch.isbn[batch.hidden_candidate].tolist())
        assert set(batch.isbn[~drawn].tolist()) <= hidden
        total[batch.isbn[drawn] - 1] += np.exp(batch.correction[drawn])
    assert undrawn
    np.testing.assert_allclose(total / rounds, 1, atol=0.12)


def test_the_chance_to_be_drawn_grows_with_popularity():
    # To the power 3/4: 27, 8, 8, 1. The first is certain, the others share what is left.
    chances = inclusion_chances(np.array([81, 16, 16, 1]), 2)
    np.testing.assert_allclose(chances, [1, 8 / 17, 8 / 17, 1 / 17], rtol=1e-9)
    np.testing.assert_array_equal(inclusion_chances(np.array([81, 0, 16]), 3), 1)
    assert inclusion_chances(np.array([0, 5]), 1)[0] > 0


def test_codes_are_masked_in_training():
    examples = make_examples(candidates=BOOKS, unknown_rate=0.3)
    unknown = np.mean([(batch.isbn == 0).mean() for _ in range(200) for batch in examples.epoch()])
    assert unknown == pytest.approx(0.3, abs=0.05)
