"""A planted leak changes the figures, and is caught."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.baselines.popularity import Popularity
from bookrec.offline.evaluation.baselines.registry import baseline_named
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, make_held_out_set
from bookrec.offline.evaluation.holdout.leaks import Evidence, check
from bookrec.offline.evaluation.holdout.splits import Split, make_splits
from bookrec.offline.evaluation.measure.measure import measure
from small_fit_data import N_BOOKS, N_READERS, fit_data_of, random_interactions
from split_datasets import dataset_of

EVERYTHING = random_interactions(seed=4, share=0.45)


@pytest.fixture
def split() -> Split:
    from bookrec.offline.evaluation.holdout.splits import split_by

    rng = np.random.default_rng(2)
    test = rng.random(len(EVERYTHING)) < 0.25
    return split_by(EVERYTHING, "test", test, "hold-out", rng)


def held_out_set_of(split: Split) -> HeldOutSet:
    return make_held_out_set(
        split.known, split.test, N_READERS, N_BOOKS, None, np.random.default_rng(0)
    )


def both(*parts: Interactions) -> Interactions:
    return Interactions(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("reader_idx", "book_idx", "rating")
        )
    )


@pytest.mark.parametrize("name", ["popularity", "item-knn-bm25", "rp3beta", "ials", "ease"])
def test_fitting_to_the_test_part_pays_and_is_caught(name, split):
    baseline = baseline_named(name)
    settings = baseline.start | ({"factors": 8} if "factors" in baseline.start else {})
    honest = baseline.fit(fit_data_of(split.known), settings)
    check(name, honest.evidence(), split.known, split.test)

    leaking = baseline.fit(fit_data_of(both(split.known, split.test)), settings)
    with pytest.raises(ModelError, match=f"A leak: the .* of '{name}' has seen"):
        check(name, leaking.evidence(), split.known, split.test)
    figures = [
        measure(name, scorer, held_out_set_of(split), seed=1).mean("ndcg@10")
        for scorer in (honest, leaking)
    ]
    assert figures[1] > figures[0]


def test_a_leak_into_the_counts_alone_is_caught(split):
    counts = fit_data_of(split.known).counts.copy()
    counts[split.test.book_idx[0]] += 1
    with pytest.raises(ModelError, match="count of readers of 'popularity' has seen 1 readings"):
        check("popularity", Popularity(counts).evidence(), split.known, split.test)


def test_a_leak_into_the_neighbours_alone_is_caught(split):
    baseline = baseline_named("item-knn-cosine")
    leaking = baseline.fit(fit_data_of(both(split.known, split.test)), baseline.start)
    honest = baseline.fit(fit_data_of(split.known), baseline.start)
    check("knn", [Evidence("lists", neighbours=honest.similarities)], split.known, split.test)
    with pytest.raises(ModelError, match=r"pairs of books with a common reader"):
        check("knn", [Evidence("lists", neighbours=leaking.similarities)], split.known, split.test)


def test_how_many_of_the_test_part_were_seen_is_said(split):
    one = both(split.known, split.test[np.array([3])])
    matrix = fit_data_of(one).binary
    said = r"has seen 1 interactions .* \(1 of them of the test part\)"
    with pytest.raises(ModelError, match=said):
        check("kNN", [Evidence("matrix", interactions=matrix)], split.known, split.test)


def test_a_scorer_that_shows_nothing_is_not_measured(split):
    with pytest.raises(ModelError, match="shows nothing of what it was fitted to"):
        check("closed", [], split.known, split.test)


def test_the_splits_themselves_leak_nothing():
    for split in make_splits(dataset_of([9, 30, 14, 6]), "k-fold", seed=0):
        known = set(zip(split.known.reader_idx, split.known.book_idx, strict=True))
        assert not known & set(zip(split.test.reader_idx, split.test.book_idx, strict=True))
