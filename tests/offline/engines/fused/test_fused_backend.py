"""Logits by machine code beside those by NumPy, and what they must not depend on."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bookrec.arrays import Floats
from bookrec.inference.ranker.catalogue_backend import RankerProgram
from bookrec.inference.ranker.layers import Layer
from bookrec.inference.ranker.split_ranker import ReaderTerms, SplitRanker
from bookrec.offline.engines.catalogue_backends import with_backend
from bookrec.offline.engines.fused import fused_backend as backend_module
from bookrec.offline.engines.fused.fused_backend import FusedBackend, fused_backend, is_chain
from relu_chains import chain
from small_recommender import make_recommender, normal

BANDS, FEATURES, PAIRS = 3, 5, 4
N_READERS = 19  # a full group of readers at a time, and a part of one
N_BOOKS = 1300  # whole tiles and a part of one


def some_readers(ranker: SplitRanker) -> list[ReaderTerms]:
    rng = np.random.default_rng(9)
    features = normal(rng, N_READERS, FEATURES)
    return [ranker.reader_terms(place % BANDS, row) for place, row in enumerate(features)]


def fused_of(ranker: SplitRanker) -> SplitRanker:
    return replace(ranker, backend=fused_backend)


def by_numpy(
    ranker: SplitRanker, terms: list[ReaderTerms], dense: tuple[int, Floats] | None
) -> Floats:
    """[R, B] reader by reader."""
    rows = []
    for reader, own in enumerate(terms):
        pairs = np.zeros((ranker.n_books, ranker.pair_width), dtype=np.float32)
        if dense is not None:
            pairs[:, dense[0]] = dense[1][reader]
        rows.append(ranker.logits(own, slice(None), pairs if ranker.pair_width else None))
    return np.stack(rows)


# Below, at and above what is taken at once: 16 numbers of a vector, 64 units.
WIDTHS = [(128, 64, 32), (128, 64), (40,), (1,), (6, 100, 3), (64, 64), (70, 130, 16, 5)]


@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize("column", [None, 2])
def test_a_whole_catalogue_has_the_logits_of_numpy(widths: tuple[int, ...], column: int | None):
    ranker = chain(widths, books=N_BOOKS, pairs=PAIRS)
    terms = some_readers(ranker)
    values = normal(np.random.default_rng(10), N_READERS, N_BOOKS)
    dense = None if column is None else (column, values)
    out = np.full((N_READERS, N_BOOKS), np.nan, dtype=np.float32)
    fused_of(ranker).catalogue_logits(terms, dense, out)
    expected = by_numpy(ranker, terms, dense)
    assert np.ptp(expected, axis=1).min() > 1.0  # books are told apart
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize("pairs", [0, PAIRS])
def test_single_books_have_the_logits_of_numpy(widths: tuple[int, ...], pairs: int):
    ranker = chain(widths, books=N_BOOKS, pairs=pairs)
    fused, rng = fused_of(ranker), np.random.default_rng(15)
    books = rng.integers(0, N_BOOKS, 700).astype(np.int32)
    features = normal(rng, 700, pairs) if pairs else None
    for terms in some_readers(ranker)[:3]:
        found = fused.logits(terms, books, features)
        np.testing.assert_allclose(
            found, ranker.logits(terms, books, features), rtol=1e-5, atol=1e-5
        )
        part = slice(600, 1300)
        found = fused.logits(terms, part, features)
        np.testing.assert_allclose(
            found, ranker.logits(terms, part, features), rtol=1e-5, atol=1e-5
        )


def test_no_book_has_no_logit():
    ranker = fused_of(chain((16, 8), books=20, pairs=0))
    found = ranker.logits(some_readers(ranker)[0], np.empty(0, dtype=np.int32), None)
    assert found.shape == (0,)


@pytest.mark.parametrize("widths", [(128, 64, 32), (6, 100, 3)])
@pytest.mark.parametrize("pairs", [0, PAIRS])
@pytest.mark.parametrize("books", [1, 512, 513, N_BOOKS])
def test_a_reader_alone_has_the_same_logits_to_the_last_bit(
    books: int, pairs: int, widths: tuple[int, ...]
):
    ranker = fused_of(chain(widths, books=books, pairs=pairs))
    terms = some_readers(ranker)
    values = normal(np.random.default_rng(11), N_READERS, books)
    together = np.empty((N_READERS, books), dtype=np.float32)
    ranker.catalogue_logits(terms, (1, values) if pairs else None, together)
    for reader, own in enumerate(terms):
        alone = np.empty((1, books), dtype=np.float32)
        ranker.catalogue_logits([own], (1, values[[reader]]) if pairs else None, alone)
        np.testing.assert_array_equal(alone[0], together[reader])


def test_a_book_alone_has_the_same_logit_to_the_last_bit():
    ranker = fused_of(chain((128, 64, 32), books=N_BOOKS, pairs=PAIRS))
    terms = some_readers(ranker)[0]
    books = np.array([1299, 3, 700, 512], dtype=np.int32)
    pairs = normal(np.random.default_rng(16), 4, PAIRS)
    together = ranker.logits(terms, books, pairs)
    for place, book in enumerate(books):
        alone = ranker.logits(terms, np.array([book], dtype=np.int32), pairs[[place]])
        assert alone[0] == together[place]


@pytest.mark.parametrize("widths", [(128, 64, 32), (6, 100, 3)])
@pytest.mark.parametrize("books", [1, 2, 3, 515])
def test_how_many_books_go_side_by_side_changes_no_bit(
    monkeypatch: pytest.MonkeyPatch, books: int, widths: tuple[int, ...]
):
    ranker = fused_of(chain(widths, books=books, pairs=0))
    terms = some_readers(ranker)
    found = []
    for some in (1, 2, 4):
        monkeypatch.setattr(backend_module, "books_side_by_side", lambda some=some: some)
        found.append(np.full((N_READERS, books), np.nan, dtype=np.float32))
        ranker.catalogue_logits(terms, None, found[-1])
    np.testing.assert_allclose(found[0], by_numpy(ranker, terms, None), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])


def test_weights_begin_where_the_processor_reads_fastest():
    for width in (16, 17, 40, 64):
        ranker = chain((128, width), books=3, pairs=0)
        program = RankerProgram(ranker.layers, ranker.last, ranker.n_books, ranker.pair_width)
        assert FusedBackend(program).weights.ctypes.data % 64 == 0


def test_a_feature_that_only_the_last_sum_takes_is_counted():
    ranker = chain((16, 8), books=N_BOOKS, pairs=PAIRS)
    first = ranker.layers[0].operands[0]
    layers = (Layer("relu", (replace(first, pairs=None),)), *ranker.layers[1:])
    ranker = replace(ranker, layers=layers)
    terms = some_readers(ranker)
    dense = (3, normal(np.random.default_rng(12), N_READERS, N_BOOKS))
    out = np.empty((N_READERS, N_BOOKS), dtype=np.float32)
    fused_of(ranker).catalogue_logits(terms, dense, out)
    np.testing.assert_allclose(out, by_numpy(ranker, terms, dense), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shift", [-100.0, 100.0])
def test_all_units_of_a_layer_may_be_zero_or_none(shift: float):
    ranker = chain((70, 40), books=30, pairs=0)
    first = ranker.layers[0].operands[0]
    moved = replace(first, constant=first.constant + np.float32(shift))
    ranker = replace(ranker, layers=(Layer("relu", (moved,)), *ranker.layers[1:]))
    terms = some_readers(ranker)
    out = np.empty((N_READERS, 30), dtype=np.float32)
    fused_of(ranker).catalogue_logits(terms, None, out)
    np.testing.assert_allclose(out, by_numpy(ranker, terms, None), rtol=1e-5, atol=1e-4)


def test_what_is_not_a_number_is_not_lost():
    ranker = chain((20, 7), books=40, pairs=0)
    books = ranker.layers[0].operands[0].books
    assert books is not None
    books[11, 18] = np.nan
    (terms, *_) = some_readers(ranker)
    found = fused_of(ranker).logits(terms, slice(None), None)
    assert np.flatnonzero(np.isnan(found)).tolist() == [11]


def test_threads_share_a_ranker():
    ranker = fused_of(chain((128, 64, 32), books=N_BOOKS, pairs=0))
    terms = some_readers(ranker)
    alone = [ranker.logits(own, slice(None), None) for own in terms]
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda own: ranker.logits(own, slice(None), None), terms * 4)
        for number, logits in enumerate(found):
            np.testing.assert_array_equal(logits, alone[number % N_READERS])


def test_saved_and_sent_it_stays_what_it_is(tmp_path: Path):
    ranker = fused_of(chain((33, 20), books=50, pairs=0))
    (terms, *_) = some_readers(ranker)
    expected = ranker.logits(terms, slice(None), None)
    ranker.save(tmp_path)
    for again in (pickle.loads(pickle.dumps(ranker)), fused_of(SplitRanker.load(tmp_path))):
        assert again.backend is fused_backend
        np.testing.assert_array_equal(again.logits(terms, slice(None), None), expected)


def test_other_programs_are_no_chain():
    ranker = chain((16, 8), books=N_BOOKS, pairs=PAIRS)
    assert is_chain(ranker.layers, ranker.last)
    first, second = ranker.layers
    books = normal(np.random.default_rng(13), N_BOOKS, 8)
    with_books = Layer("relu", (replace(second.operands[0], books=books),))
    past_a_layer = replace(ranker.last, inputs=((0, normal(np.random.default_rng(14), 16, 1)),))
    as_it_is = replace(ranker.last, inputs=((1, None),))
    without_books = Layer("relu", (replace(first.operands[0], books=None),))
    assert not is_chain((), ranker.last)
    assert not is_chain((first, with_books), ranker.last)
    assert not is_chain((first, Layer("tanh", second.operands)), ranker.last)
    assert not is_chain((first, Layer("relu", second.operands, {"max": 6.0})), ranker.last)
    assert not is_chain((without_books, second), ranker.last)
    assert not is_chain(ranker.layers, past_a_layer)
    assert not is_chain(ranker.layers, as_it_is)


def test_a_ranker_that_is_no_chain_has_the_very_logits_of_numpy():
    recommender = make_recommender()
    ranker = recommender.ranker
    assert isinstance(ranker, SplitRanker)
    tanh = replace(ranker, layers=tuple(replace(layer, kind="tanh") for layer in ranker.layers))
    fused = with_backend(replace(recommender, ranker=tanh), "fused").ranker
    assert isinstance(fused, SplitRanker)
    assert fused.backend is fused_backend
    terms = tanh.reader_terms(1, normal(np.random.default_rng(17), tanh.reader_width))
    pairs = normal(np.random.default_rng(18), tanh.n_books, tanh.pair_width)
    np.testing.assert_array_equal(
        fused.logits(terms, slice(None), pairs), tanh.logits(terms, slice(None), pairs)
    )
    out, expected = np.empty((2, 1, tanh.n_books), dtype=np.float32)
    fused.catalogue_logits([terms], (0, pairs[:, 0][None]), out)
    tanh.catalogue_logits([terms], (0, pairs[:, 0][None]), expected)
    np.testing.assert_array_equal(out, expected)


def test_a_model_without_layers_has_the_logits_of_numpy():
    ranker = replace(chain((16, 8), books=20, pairs=0), layers=())
    ranker = replace(ranker, last=replace(ranker.last, inputs=()))
    terms, out = some_readers(ranker), np.empty((N_READERS, 20), dtype=np.float32)
    fused_of(ranker).catalogue_logits(terms, None, out)
    np.testing.assert_array_equal(out, by_numpy(ranker, terms, None))
