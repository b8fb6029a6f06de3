"""Tuning: finds what is best on the validation part, knows no test part, keeps to its time."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.evaluation.baselines.baseline import Baseline
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, make_held_out_set
from bookrec.offline.evaluation.holdout.splits import Split, split_by
from bookrec.offline.evaluation.measure.tuning import tune
from small_fit_data import N_BOOKS, N_READERS, GivenScores, fit_data_of, random_interactions


@pytest.fixture
def split() -> Split:
    everything = random_interactions(seed=1, share=0.5)
    rng = np.random.default_rng(0)
    return split_by(everything, "x", rng.random(len(everything)) < 0.25, "hold-out", rng)


def held_out_set_of(split: Split, rating: int = 9) -> HeldOutSet:
    """The validation part, with one rating for all."""
    rng = np.random.default_rng(0)
    ratings = np.full(len(split.validation), rating, np.int8)
    held_out = replace(split.validation, rating=ratings)
    return make_held_out_set(split.train, held_out, N_READERS, N_BOOKS, None, rng)


def oracle(split: Split) -> Baseline:
    """Knows the answers: ``good`` gives the share of the validation part, ``test`` of the test part.

    Its grid has a setting that is best on the validation part, and another, best on the test part.
    """
    rng = np.random.default_rng(3)

    def fit(fit_data, settings):
        table = rng.random((N_READERS, N_BOOKS)) * 0.01
        table[split.validation.reader_idx, split.validation.book_idx] += settings["validation"]
        table[split.test.reader_idx, split.test.book_idx] += settings["test"]
        return GivenScores(table, fit_data.interactions)

    grid = {"validation": (0.0, 1.0, 0.5), "test": (0.7, 5.0, 0.0)}
    return Baseline("oracle", "none", grid, fit)


def test_settings_are_chosen_by_the_validation_part(split):
    found = tune(oracle(split), fit_data_of(split.train), held_out_set_of(split), budget_s=60)
    assert found.best["validation"] > found.best["test"]
    assert found.ndcg == max(trial.ndcg for trial in found.trials)
    assert found.ndcg > 0.9
    assert found.complete


def test_settings_are_chosen_by_liked_books_and_by_all_where_none_was_liked(split):
    liked = split.validation.rating >= 7
    assert 0 < liked.sum() < len(liked) / 2, "more is held out that was not liked"

    def fit(fit_data, settings):
        table = np.zeros((N_READERS, N_BOOKS))
        rows = split.validation[liked if settings["finds"] == "liked" else ~liked]
        table[rows.reader_idx, rows.book_idx] = 1
        return GivenScores(table, fit_data.interactions)

    baseline = Baseline("half", "none", {"finds": ("others", "liked")}, fit)
    rng = np.random.default_rng(0)
    as_rated = make_held_out_set(split.train, split.validation, N_READERS, N_BOOKS, None, rng)
    found = tune(baseline, fit_data_of(split.train), as_rated, budget_s=60)
    assert (found.best, found.metric) == ({"finds": "liked"}, "ndcg@20_liked")
    assert found.ndcg == 1
    unrated = held_out_set_of(split, rating=0)
    found = tune(baseline, fit_data_of(split.train), unrated, budget_s=60)
    assert (found.best, found.metric) == ({"finds": "others"}, "ndcg@20")


def test_tuning_is_never_shown_the_test_part(split):
    seen = []

    def fit(fit_data, settings):
        seen.append(fit_data.interactions)
        return GivenScores(np.zeros((N_READERS, N_BOOKS)), fit_data.interactions)

    spy = Baseline("spy", "none", {"a": (1, 2), "b": (1, 2, 3)}, fit)
    held_out_set = held_out_set_of(split)
    tune(spy, fit_data_of(split.train), held_out_set, budget_s=60)
    hidden = set(zip(split.test.reader_idx.tolist(), split.test.book_idx.tolist(), strict=True))
    for part in [*seen, held_out_set.held_out, held_out_set.seen, held_out_set.known]:
        shown = set(zip(part.reader_idx.tolist(), part.book_idx.tolist(), strict=True))
        assert not shown & hidden
    assert "test" not in inspect.signature(tune).parameters
    # Nothing is better than the first, so each setting is tried once around it.
    assert len(seen) == 1 + 1 + 2


def test_coordinate_search_goes_round_until_nothing_improves(split):
    """The best corner of a ridge is two steps away, the second only good after the first."""
    tried = []

    def fit(fit_data, settings):
        tried.append(tuple(settings.values()))
        table = np.zeros((N_READERS, N_BOOKS))
        rows = split.validation
        # Worth more the larger the sum, and b = 2 is worth something with a = 2 only.
        share = (settings["a"] + (settings["b"] if settings["a"] == 2 else -settings["b"])) / 4
        keep = np.arange(len(rows)) < share * len(rows)
        table[rows.reader_idx[keep], rows.book_idx[keep]] = 1
        return GivenScores(table, fit_data.interactions)

    baseline = Baseline("ridge", "none", {"b": (0, 2), "a": (0, 1, 2)}, fit)
    found = tune(baseline, fit_data_of(split.train), held_out_set_of(split), budget_s=60)
    assert found.best == {"b": 2, "a": 2}
    assert len(tried) == len(set(tried)), "none is tried twice"


def test_without_time_the_first_trial_still_runs(split):
    found = tune(oracle(split), fit_data_of(split.train), held_out_set_of(split), budget_s=0)
    assert len(found.trials) == 1
    assert found.best == {"validation": 0.0, "test": 0.7}
    assert not found.complete
