"""Questions, answers and figures of a scorer, beside plain loops."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, make_held_out_set
from bookrec.offline.evaluation.measure.figures import per_reader_figures
from bookrec.offline.evaluation.measure.measure import measure
from bookrec.offline.evaluation.measure.measurement import pooled
from bookrec.offline.evaluation.measure.predictions import hits_of, predict
from bookrec.offline.metrics.bins import binned
from bookrec.offline.metrics.book_facts import book_facts
from bookrec.offline.metrics.calibration import calibration_bins, cross_calibrated
from bookrec.offline.metrics.prediction import auc, log_loss
from small_dataset import interactions_of
from small_fit_data import (
    N_BOOKS,
    N_READERS,
    GivenScores,
    dense,
    fit_data_of,
    random_interactions,
)

EVERYTHING = random_interactions(seed=6, share=0.5)
HELD = np.random.default_rng(5).random(len(EVERYTHING)) < 0.3
KNOWN, TEST = EVERYTHING[~HELD], EVERYTHING[HELD]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def held_out_set() -> HeldOutSet:
    return make_held_out_set(KNOWN, TEST, N_READERS, N_BOOKS, None, rng())


@pytest.fixture
def scorer() -> GivenScores:
    table = np.round(np.random.default_rng(8).random((N_READERS, N_BOOKS)), 1)  # many ties
    table[3, 5:] = -np.inf
    return GivenScores(table, KNOWN)


def test_lists_by_a_plain_loop(held_out_set, scorer):
    said = predict(scorer, held_out_set, {}, length=6)
    own = dense(KNOWN) > 0
    for row, reader in enumerate(held_out_set.readers):
        for lists, removed in (
            (said.lists, own[reader]),
            (said.lists_with_seen, own[reader] & False),
        ):
            able = [
                book
                for book in range(N_BOOKS)
                if not removed[book] and scorer.table[reader, book] > -np.inf
            ]
            best = sorted(able, key=lambda book: (-scorer.table[reader, book], book))[:6]
            assert lists[row].tolist() == best + [-1] * (6 - len(best))
    real = said.lists >= 0
    expected = scorer.table[held_out_set.readers[:, None], said.lists].astype(np.float32)
    assert (said.scores[real] == expected[real]).all()
    assert (said.scores[~real] == -np.inf).all()


def test_batches_do_not_matter(monkeypatch, held_out_set, scorer):
    pairs = {"uniform": held_out_set.pairs("uniform", 1)}
    whole = predict(scorer, held_out_set, pairs)
    monkeypatch.setattr("bookrec.offline.evaluation.measure.predictions._BATCH", 4)
    parts = predict(scorer, held_out_set, pairs)
    np.testing.assert_array_equal(whole.lists, parts.lists)
    np.testing.assert_array_equal(whole.pairs["uniform"], parts.pairs["uniform"])


def test_scores_of_pairs_are_those_of_their_reader_and_book(held_out_set, scorer):
    pairs = held_out_set.pairs("uniform", 1)
    said = predict(scorer, held_out_set, {"uniform": pairs}).pairs["uniform"]
    expected = scorer.table[held_out_set.readers[pairs.row], pairs.book].astype(np.float32)
    np.testing.assert_array_equal(said, expected)


@pytest.mark.parametrize("kind", ["uniform", "popularity-matched"])
def test_negatives_are_of_the_same_reader_and_new_to_them(held_out_set, kind):
    pairs = held_out_set.pairs(kind, seed=3)
    taken = dense(EVERYTHING) > 0
    half = len(pairs.label) // 2
    assert pairs.label.tolist() == [True] * half + [False] * half
    assert (pairs.row[:half] == pairs.row[half:]).all()
    assert taken[held_out_set.readers[pairs.row[:half]], pairs.book[:half]].all()
    assert not taken[held_out_set.readers[pairs.row[half:]], pairs.book[half:]].any()
    assert half == len(TEST)
    again = held_out_set.pairs(kind, seed=3)
    assert (again.book == pairs.book).all()
    assert (held_out_set.pairs(kind, seed=4).book != pairs.book).any()


def test_popularity_matched_negatives_are_as_popular_as_what_is_read():
    """Popularity alone tells read from unread with uniform negatives, and not with matched ones."""
    everything = random_interactions(seed=2, n_readers=400, n_books=300, share=0.06)
    held = np.random.default_rng(0).random(len(everything)) < 0.2
    known, test = everything[~held], everything[held]
    held_out_set = make_held_out_set(known, test, 400, 300, None, rng())
    counts = np.bincount(known.book_idx, minlength=300)
    found = {}
    for kind in ("uniform", "popularity-matched"):
        pairs = held_out_set.pairs(kind, 1)
        found[kind] = auc(pairs.label, counts[pairs.book].astype(float))
    assert found["uniform"] > 0.62
    assert abs(found["popularity-matched"] - 0.5) < 0.05


def test_a_reader_of_everything_has_no_negatives():
    known = interactions_of((0, 0, 0), (0, 1, 0), (1, 0, 0))
    test = interactions_of((0, 2, 0), (1, 2, 0))
    pairs = make_held_out_set(known, test, 2, 3, None, rng()).pairs("uniform", 1)
    assert pairs.row.tolist() == [1, 1]
    assert pairs.book.tolist() == [2, 1]


def test_figures_of_readers_by_hand():
    known = interactions_of((4, 9, 0), (7, 9, 0))
    test = interactions_of((4, 0, 8), (4, 2, 3), (7, 5, 10))
    held_out_set = make_held_out_set(known, test, 8, 10, None, rng())
    lists = np.full((2, 100), -1, dtype=np.int32)
    lists[0, :3], lists[1, :3] = [1, 0, 2], [1, 2, 3]
    facts = book_facts(known, 10)
    found = per_reader_figures(lists, held_out_set, facts)
    gain = (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3))
    assert found["ndcg@20"] == pytest.approx([gain, 0])
    assert found["recall@20"].tolist() == [1, 0]
    assert found["precision@10"].tolist() == [0.2, 0]
    assert found["mrr@20"].tolist() == [0.5, 0]
    assert found["ndcg@20_liked"] == pytest.approx([1 / math.log2(3), 0])
    nothing_liked = make_held_out_set(
        known, interactions_of((4, 0, 2), (7, 5, 0)), 8, 10, None, rng()
    )
    assert np.isnan(per_reader_figures(lists, nothing_liked, facts)["recall@20_liked"]).all()


def test_strata_and_propensities_are_of_the_known_part():
    known = interactions_of(*((reader, 9, 0) for reader in range(8)), (4, 0, 0), (7, 0, 0))
    test = interactions_of((5, 0, 8), (5, 2, 3), (6, 9, 10))
    held_out_set = make_held_out_set(known, test, 8, 10, None, rng())
    lists = np.full((2, 100), -1, dtype=np.int32)
    lists[0, :3], lists[1, :2] = [1, 0, 2], [1, 9]
    found = per_reader_figures(lists, held_out_set, book_facts(known, 10))
    # Known readers of the held-out books: 2 of book 0, none of book 2, 8 of book 9.
    for stratum, gains in (
        ("tail", [1 / 2, np.nan]),
        ("middle", [1 / math.log2(3), np.nan]),
        ("head", [np.nan, 1 / math.log2(3)]),
    ):
        np.testing.assert_allclose(found[f"ndcg@20_{stratum}"], gains)
    weight = 3**-1.25  # of book 0, beside 1 for book 2
    corrected = (weight / math.log2(3) + 1 / 2) / (1 + weight / math.log2(3))
    assert found["ndcg@20_propensity"] == pytest.approx([corrected, 1 / math.log2(3)])


def test_an_oracle_is_perfect_and_its_opposite_worthless(held_out_set):
    truth = np.random.default_rng(1).random((N_READERS, N_BOOKS)) * 0.1
    truth[TEST.reader_idx, TEST.book_idx] += 1
    good = measure("oracle", GivenScores(truth, KNOWN), held_out_set, seed=1)
    bad = measure("opposite", GivenScores(-truth, KNOWN), held_out_set, seed=1)
    for metric in (
        "ndcg@20",
        "recall@20",
        "mrr@10",
        "recall@20_liked",
        "auc, uniform",
        "auc, popularity-matched",
        "top-100, seen removed",
    ):
        assert good.mean(metric) == 1, metric
    assert bad.mean("auc, uniform") == 0
    assert bad.mean("mrr@10") < 0.35
    assert good.mean("top-1, seen kept") == good.mean("top-1, seen removed")


def test_seen_books_take_places_where_they_are_kept(held_out_set):
    table = np.random.default_rng(1).random((N_READERS, N_BOOKS)) * 0.1
    table[TEST.reader_idx, TEST.book_idx] += 1
    table[KNOWN.reader_idx, KNOWN.book_idx] += 2
    found = measure("readers of their own", GivenScores(table, KNOWN), held_out_set, seed=1)
    assert found.mean("top-10, seen removed") > found.mean("top-10, seen kept") + 0.1


def test_a_sample_of_readers_is_asked_alike():
    one, two = (make_held_out_set(KNOWN, TEST, N_READERS, N_BOOKS, 7, rng()) for _ in range(2))
    assert len(one.readers) == 7
    assert (one.readers == two.readers).all()
    assert set(one.held_out.reader_idx) == set(one.readers.tolist())
    assert set(one.seen.reader_idx) <= set(one.readers.tolist())
    assert len(one.known) == len(KNOWN)


def test_hits_of_liked_books_only(held_out_set):
    lists = np.tile(np.arange(N_BOOKS, dtype=np.int32), (len(held_out_set.readers), 1))
    liked = replace(held_out_set, held_out=held_out_set.held_out[held_out_set.held_out.rating >= 7])
    hits, relevant = hits_of(lists, liked)
    assert hits.sum() == relevant.sum() == (TEST.rating >= 7).sum()


def test_bins_by_hand():
    found = binned(np.array([1.0, 2, 3, 10]), np.array([0, 4, 5, 70]), (5, 10))
    assert found.count.tolist() == [2, 1, 1]
    assert found.mean.tolist() == [1.5, 3, 10]
    twice = found + found
    assert twice.count.tolist() == [4, 2, 2]
    assert twice.mean.tolist() == [1.5, 3, 10]


def test_cross_calibration_gives_honest_probabilities_to_any_scale():
    random = np.random.default_rng(0)
    chance = random.random(6000)
    labels = random.random(6000) < chance
    half = np.arange(6000) % 2 == 0
    found = cross_calibrated(np.exp(9 * chance), labels, half)
    best = log_loss(labels, chance)
    assert best < log_loss(labels, found) < best + 0.02
    np.testing.assert_array_equal(cross_calibrated(chance, labels, half), found)
    # A scorer that knows nothing is told so.
    assert log_loss(labels, cross_calibrated(random.random(6000), labels, half)) > 0.68
    assert np.isfinite(cross_calibrated(np.full(6000, -np.inf), labels, half)).all()


def test_calibration_bins_by_hand():
    given = np.array([0.012, 0.018, 0.6])
    predicted, observed = calibration_bins(given, np.array([True, False, True]))
    place = predicted.count.tolist().index(2)
    assert predicted.mean[place] == pytest.approx(0.015)
    assert observed.mean[place] == 0.5
    assert predicted.mean[-1] == pytest.approx(0.6)
    assert observed.mean[-1] == 1


def test_folds_are_averaged_reader_by_reader(held_out_set, scorer):
    one = measure("x", scorer, held_out_set, seed=1)
    other = Interactions(TEST.reader_idx, (TEST.book_idx + 1) % N_BOOKS, TEST.rating)
    few = make_held_out_set(KNOWN, other[other.reader_idx < 4], N_READERS, N_BOOKS, None, rng())
    two = measure("x", scorer, few, seed=1)
    found = pooled([one, two])
    assert found.readers.tolist() == one.readers.tolist()
    reader = int(two.readers[0])
    place = one.readers.tolist().index(reader)
    expected = (one.per_reader["ndcg@20"][place] + two.per_reader["ndcg@20"][0]) / 2
    assert found.per_reader["ndcg@20"][place] == pytest.approx(expected)
    assert found.per_reader["ndcg@20"][-1] == one.per_reader["ndcg@20"][-1]
    for metric, value in found.scalars.items():
        values = [part.scalars[metric] for part in (one, two)]
        assert value == pytest.approx(np.nanmean(values)), metric
    assert found.by_reader_size.count.sum() == len(one.readers) + len(two.readers)
    assert fit_data_of(KNOWN).counts.sum() == len(KNOWN)
