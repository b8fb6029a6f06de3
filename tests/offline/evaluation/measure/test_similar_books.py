"""Similar books of a recommender: co-readings by a plain loop, makers beside each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.evaluation.baselines.registry import baseline_named
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, make_held_out_set
from bookrec.offline.evaluation.measure.similar_books import (
    SimilarBooks,
    co_readings_found,
    known_books,
    measure_similar,
    neighbours_of,
    similar_books_table,
)
from bookrec.offline.metrics.neighbours import NeighbourLists, most_co_liked
from small_fit_data import N_BOOKS, N_READERS, fit_data_of, random_interactions

EVERYTHING = random_interactions(seed=6, share=0.5)
HELD = np.random.default_rng(5).random(len(EVERYTHING)) < 0.3
KNOWN, TEST = EVERYTHING[~HELD], EVERYTHING[HELD]


@pytest.fixture
def held_out_set() -> HeldOutSet:
    return make_held_out_set(KNOWN, TEST, N_READERS, N_BOOKS, None, np.random.default_rng(0))


def test_co_readings_by_a_plain_loop(held_out_set: HeldOutSet):
    rng = np.random.default_rng(1)
    lists = np.stack([rng.permutation(N_BOOKS)[:4] for _ in range(N_BOOKS)]).astype(np.int32)
    lists[2] = -1
    lists[5, 2:] = -1
    neighbours = NeighbourLists(np.arange(N_BOOKS, dtype=np.int32), lists)
    found = co_readings_found(neighbours, held_out_set)
    for row, reader in enumerate(held_out_set.readers):
        seen = KNOWN.book_idx[KNOWN.reader_idx == reader]
        hidden = TEST.book_idx[TEST.reader_idx == reader]
        hits = [book in lists[own] for own in seen for book in hidden]
        assert np.isnan(found[row]) if not hits else found[row] == pytest.approx(np.mean(hits))


def test_makers_of_similar_books(held_out_set: HeldOutSet):
    fit_data, books = fit_data_of(KNOWN), known_books(held_out_set)
    scorers = {
        name: baseline_named(name).fit(fit_data, baseline_named(name).start)
        for name in ("popularity", "item-knn-cosine", "ease")
    }
    popular = neighbours_of(scorers["popularity"], books)
    assert popular.lists[:, 0].tolist() == [
        max((b for b in range(N_BOOKS) if b != book), key=lambda b: (fit_data.counts[b], -b))
        for book in books
    ]
    similar = neighbours_of(scorers["item-knn-cosine"], books)
    expected = scorers["item-knn-cosine"].similarities.toarray()
    for book, row in zip(books, similar.lists, strict=True):
        listed = row[row >= 0]
        assert (np.diff(expected[book, listed]) <= 0).all()
        assert book not in listed
    assert neighbours_of(scorers["ease"], books) is None
    liked = [replace(part, rating=np.full(len(part), 9, np.int8)) for part in (KNOWN, TEST)]
    reference = most_co_liked(*liked, (N_READERS, N_BOOKS), books, 20)
    figures = measure_similar(reference, reference, held_out_set)
    assert np.nanmin(figures.overlap) == 1
    assert figures.bestsellers == 1, "all of seventeen books are among the twenty most read"


def test_makers_are_compared_with_the_best():
    rng = np.random.default_rng(0)
    good = SimilarBooks(rng.random(300), np.append(rng.random(40), np.nan), 0.25)
    worse = replace(good, co_readings=good.co_readings * 0.9, overlap=np.full(3, np.nan))
    table = similar_books_table({"good": good, "worse": worse, "as good": good}, seed=1)
    assert table["good"]["p_value_to_best"] == table["as good"]["p_value_to_best"] == 1
    assert table["worse"]["p_value_to_best"] < 1e-6
    assert table["good"]["low"] < table["good"]["found"] < table["good"]["high"]
    assert table["good"]["overlap@20"] == pytest.approx(good.overlap[:40].mean())
    assert table["good"]["books with a reference"] == 40
    assert table["good"]["bestsellers@12"] == 0.25
    assert "overlap@20" not in table["worse"]
    assert similar_books_table({}, seed=1) == {}
