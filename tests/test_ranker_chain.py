"""The fast pass over a whole catalogue beside the plain one, and what it must not depend on."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from bookrec import ranker_chain
from bookrec.arrays import Floats
from bookrec.ranker import ReaderTerms, SplitRanker
from bookrec.ranker_chain import Chain
from bookrec.ranker_layers import Layer, Sum
from small_recommender import normal

BANDS, FEATURES, PAIRS = 3, 5, 4
N_READERS = 19  # a full group of readers at a time, and a part of one
N_BOOKS = 1300  # whole tiles and a part of one


def chain(widths: tuple[int, ...], *, books: int = N_BOOKS, pairs: int = PAIRS) -> SplitRanker:
    rng = np.random.default_rng(8)

    def kernel(width: int) -> Floats | None:
        return normal(rng, pairs, width) if pairs else None

    first = Sum(
        normal(rng, BANDS, widths[0]), normal(rng, FEATURES, widths[0]),
        normal(rng, books, widths[0]), kernel(widths[0]),
    )  # fmt: skip
    layers = [Layer("relu", (first,))]
    for number, (before, width) in enumerate(itertools.pairwise(widths)):
        inputs = ((number, normal(rng, before, width) / np.float32(before**0.5)),)
        layers.append(Layer("relu", (Sum(normal(rng, BANDS, width), inputs=inputs),)))
    inputs = ((len(widths) - 1, normal(rng, widths[-1], 1)),)
    last = Sum(normal(rng, BANDS, 1), None, normal(rng, books, 1), kernel(1), inputs)
    return SplitRanker(tuple(layers), last, books, FEATURES, pairs, "sigmoid")


def some_readers(ranker: SplitRanker) -> list[ReaderTerms]:
    rng = np.random.default_rng(9)
    features = normal(rng, N_READERS, FEATURES)
    return [ranker.reader_terms(place % BANDS, row) for place, row in enumerate(features)]


def one_by_one(
    ranker: SplitRanker, terms: list[ReaderTerms], dense: tuple[int, Floats] | None
) -> Floats:
    """[R, B] what `SplitRanker.logits` says, which knows nothing of chains."""
    rows = []
    for reader, own in enumerate(terms):
        pairs = np.zeros((ranker.n_books, ranker.pair_width), dtype=np.float32)
        if dense is not None:
            pairs[:, dense[0]] = dense[1][reader]
        rows.append(ranker.logits(own, slice(None), pairs if ranker.pair_width else None))
    return np.stack(rows)


@pytest.mark.parametrize("widths", [(128, 64, 32), (128, 64), (40,), (6, 100, 3)])
@pytest.mark.parametrize("column", [None, 2])
def test_the_fast_pass_equals_the_plain_one(widths: tuple[int, ...], column: int | None):
    ranker = chain(widths)
    assert Chain.fits(ranker.layers, ranker.last)
    terms = some_readers(ranker)
    values = normal(np.random.default_rng(10), N_READERS, N_BOOKS)
    dense = None if column is None else (column, values)
    out = np.full((N_READERS, N_BOOKS), np.nan, dtype=np.float32)
    ranker.catalogue_logits(terms, dense, out)
    expected = one_by_one(ranker, terms, dense)
    assert np.ptp(expected, axis=1).min() > 1.0  # books are told apart
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("widths", [(128, 64, 32), (6, 100, 3)])
@pytest.mark.parametrize("pairs", [0, PAIRS])
@pytest.mark.parametrize("books", [1, 256, 257, N_BOOKS])
def test_a_reader_alone_has_the_same_logits_to_the_last_bit(
    books: int, pairs: int, widths: tuple[int, ...]
):
    ranker = chain(widths, books=books, pairs=pairs)
    terms = some_readers(ranker)
    values = normal(np.random.default_rng(11), N_READERS, books)
    together = np.empty((N_READERS, books), dtype=np.float32)
    ranker.catalogue_logits(terms, (1, values) if pairs else None, together)
    for reader, own in enumerate(terms):
        alone = np.empty((1, books), dtype=np.float32)
        ranker.catalogue_logits([own], (1, values[[reader]]) if pairs else None, alone)
        np.testing.assert_array_equal(alone[0], together[reader])


def test_a_feature_that_only_the_last_sum_takes_is_counted():
    ranker = chain((16, 8))
    first = ranker.layers[0].operands[0]
    layers = (Layer("relu", (replace(first, pairs=None),)), *ranker.layers[1:])
    ranker = replace(ranker, layers=layers)
    terms = some_readers(ranker)
    dense = (3, normal(np.random.default_rng(12), N_READERS, N_BOOKS))
    out = np.empty((N_READERS, N_BOOKS), dtype=np.float32)
    ranker.catalogue_logits(terms, dense, out)
    np.testing.assert_allclose(out, one_by_one(ranker, terms, dense), rtol=1e-5, atol=1e-5)


def test_other_programs_are_no_chain():
    ranker = chain((16, 8))
    first, second = ranker.layers
    books = normal(np.random.default_rng(13), N_BOOKS, 8)
    with_books = Layer("relu", (replace(second.operands[0], books=books),))
    past_a_layer = replace(ranker.last, inputs=((0, normal(np.random.default_rng(14), 16, 1)),))
    as_it_is = replace(ranker.last, inputs=((1, None),))
    without_books = Layer("relu", (replace(first.operands[0], books=None),))
    assert not Chain.fits((), ranker.last)
    assert not Chain.fits((first, with_books), ranker.last)
    assert not Chain.fits((first, Layer("tanh", second.operands)), ranker.last)
    assert not Chain.fits((first, Layer("relu", second.operands, {"max": 6.0})), ranker.last)
    assert not Chain.fits((without_books, second), ranker.last)
    assert not Chain.fits(ranker.layers, past_a_layer)
    assert not Chain.fits(ranker.layers, as_it_is)


@pytest.mark.parametrize("width", [1, 3, 32, 100, 128, 20_000])
def test_a_run_is_whole_rows_that_fill_a_tile(width: int):
    run = ranker_chain._run(width)
    assert run % width == 0
    assert ranker_chain._TILE % (run // width) == 0
    assert run >= min(ranker_chain._RUN, ranker_chain._TILE * width)
