"""The split forward pass beside an undivided one, in float64."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bookrec.ages import AGE_BANDS
from bookrec.inference.ranker import numpy_backend
from bookrec.inference.ranker.split_ranker import SplitRanker, probabilities
from small_recommender import FIRST, SECOND, normal
from split_rankers import wide_and_deep

BANDS, READER, BOOK, PAIR, BOOKS = len(AGE_BANDS), 4, 6, 3, 13


class Undivided:
    """A Wide & Deep network whose first layer sees [age one-hot; reader; book; pair]."""

    def __init__(self, seed: int, pair: int = PAIR) -> None:
        rng = np.random.default_rng(seed)
        rows = BANDS + READER + BOOK + pair
        self.kernel, self.bias = normal(rng, rows, FIRST), normal(rng, FIRST)
        self.wide, self.wide_bias = normal(rng, rows), 0.3
        self.hidden = (
            (normal(rng, FIRST, SECOND), normal(rng, SECOND)),
            (normal(rng, SECOND, 1), normal(rng, 1)),
        )
        self.output, self.output_bias = (0.8, -1.7), 0.4
        self.books = normal(rng, BOOKS, BOOK)
        self.reader = normal(rng, READER)
        self.pairs = normal(rng, BOOKS, pair)

    def logit(self, age_band: int, book: int) -> float:
        one_hot = np.eye(BANDS)[age_band]
        inputs = np.concatenate([one_hot, self.reader, self.books[book], self.pairs[book]])
        inputs = inputs.astype(np.float64)
        activation = inputs @ self.kernel + self.bias
        for kernel, bias in self.hidden:
            activation = np.maximum(activation, 0) @ kernel + bias
        wide = inputs @ self.wide + self.wide_bias
        return float(self.output[0] * wide + self.output[1] * activation[0] + self.output_bias)

    def split(self) -> SplitRanker:
        age, reader = slice(0, BANDS), slice(BANDS, BANDS + READER)
        book, pair = (
            slice(BANDS + READER, BANDS + READER + BOOK),
            slice(BANDS + READER + BOOK, None),
        )
        return wide_and_deep(
            age_half=self.kernel[age] + self.bias,
            age_wide=self.wide[age],
            reader_kernel=self.kernel[reader],
            reader_wide=self.wide[reader],
            book_half=self.books @ self.kernel[book],
            book_wide=self.books @ self.wide[book],
            pair_kernel=self.kernel[pair],
            pair_wide=self.wide[pair],
            hidden=self.hidden,
            wide_weight=self.output[0],
            deep_weight=self.output[1],
            bias=self.output_bias + self.output[0] * self.wide_bias,
        )


def book_terms(ranker: SplitRanker) -> list[np.ndarray]:
    sums = [*(operand for layer in ranker.layers for operand in layer.operands), ranker.last]
    return [total.books for total in sums if total.books is not None]


@pytest.mark.parametrize("tile", [1024, 5])
@pytest.mark.parametrize("pair", [PAIR, 0])
def test_the_split_equals_the_undivided_network(
    monkeypatch: pytest.MonkeyPatch, tile: int, pair: int
):
    monkeypatch.setattr(numpy_backend, "_TILE", tile)
    network = Undivided(seed=3, pair=pair)
    split = network.split()
    for band in (0, 2, BANDS - 1):
        expected = [network.logit(band, book) for book in range(BOOKS)]
        assert np.ptp(expected) > 0.5  # books are told apart
        logits = split.logits(split.reader_terms(band, network.reader), slice(None), network.pairs)
        assert logits.dtype == np.float32
        np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-5)


def test_some_books_in_any_order_have_the_same_logits():
    network = Undivided(seed=4)
    split = network.split()
    books = np.array([7, 0, 12, 7], dtype=np.int32)
    terms = split.reader_terms(1, network.reader)
    logits = split.logits(terms, books, network.pairs[books])
    everything = split.logits(terms, slice(None), network.pairs)
    np.testing.assert_allclose(logits, everything[books], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "part", [slice(3, 9), slice(None, None, 2), slice(None, None, -1), slice(-4, None), slice(5, 2)]
)
def test_a_slice_is_the_positions_it_stands_for(part: slice):
    network = Undivided(seed=7)
    split = network.split()
    terms = split.reader_terms(2, network.reader)
    expected = [network.logit(2, book) for book in range(BOOKS)[part]]
    found = split.logits(terms, part, network.pairs[part])
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_ranking_changes_no_array():
    network = Undivided(seed=5)
    split = network.split()
    before = [array.copy() for array in book_terms(split)]
    terms = split.reader_terms(1, network.reader)
    split.logits(terms, slice(None), network.pairs)
    split.logits(terms, np.array([3, 1], dtype=np.int32), network.pairs[:2])
    split.catalogue_logits([terms], None, np.empty((1, BOOKS), dtype=np.float32))
    assert len(before) == 2
    for array, unchanged in zip(book_terms(split), before, strict=True):
        np.testing.assert_array_equal(array, unchanged)


def test_saved_and_loaded_it_is_the_same(tmp_path: Path):
    network = Undivided(seed=6)
    split = network.split()
    split.save(tmp_path)
    loaded = SplitRanker.load(tmp_path)
    assert all(isinstance(array.base, np.memmap) for array in book_terms(loaded))
    found, expected = (
        ranker.logits(ranker.reader_terms(3, network.reader), slice(None), network.pairs)
        for ranker in (loaded, split)
    )
    np.testing.assert_array_equal(found, expected)


def test_probabilities_are_the_logistic_function_without_overflow():
    logits = np.array([0.0, np.log(3), -np.log(3), 800.0, -800.0, -20.0])
    with np.errstate(all="raise", under="ignore"):
        found = probabilities(logits)
    np.testing.assert_allclose(found, [0.5, 0.75, 0.25, 1.0, 0.0, 1 / (1 + np.exp(20))], atol=1e-16)
    assert found.dtype == np.float64


def test_small_probabilities_keep_the_logit_they_came_from():
    logits = np.array([-40.0, -30.0, -5.0])
    found = probabilities(logits)
    np.testing.assert_allclose(np.log(found) - np.log1p(-found), logits, rtol=1e-12)
