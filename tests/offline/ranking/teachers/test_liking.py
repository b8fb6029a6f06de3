"""P(liked | taken up): learnt from rated hidden books of other folds, where there are enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

from bookrec.offline.ranking.teachers import liking  # noqa: E402
from bookrec.offline.ranking.teachers.liking import log_liked_of  # noqa: E402
from bookrec.offline.ranking.train_listwise import ListwiseFold  # noqa: E402
from listwise_folds import make_listwise_fold  # noqa: E402

SHARE = 0.8
"""Share of liked books where the third number of a pair is above 0; else it is one less this."""


def rated(seed: int, groups: int, *, flipped: bool = False) -> ListwiseFold:
    """A fold with a rating of the target and of the second book in each group."""
    fold = make_listwise_fold(seed, groups)
    rng = np.random.default_rng(seed)
    likely = np.where(fold.groups.pair_features[:, :2, 2] > 0, SHARE, 1 - SHARE)
    liked = np.zeros(fold.groups.books.shape, dtype=np.int8)
    liked[:, :2] = np.where((rng.random(likely.shape) < likely) != flipped, 1, -1)
    return replace(fold, groups=replace(fold.groups, liked=liked))


def test_probabilities_are_those_of_the_rule():
    folds = [rated(seed, 900) for seed in (1, 2, 3)]
    scores = log_liked_of(folds, 3, seed=1)
    assert scores is not None
    for fold, values in zip(folds, scores, strict=True):
        assert values.shape == fold.groups.books.shape
        assert values.dtype == np.float32
        likely = fold.groups.pair_features[:, :, 2] > 0
        assert np.exp(values[likely]).mean() == pytest.approx(SHARE, abs=0.08)
        assert np.exp(values[~likely]).mean() == pytest.approx(1 - SHARE, abs=0.08)


def test_a_fold_is_scored_by_trees_of_the_other_folds():
    folds = [rated(seed, 700) for seed in (1, 2, 3)]
    folds[1] = rated(2, 700, flipped=True)
    scores = log_liked_of(folds, 3, seed=1)
    assert scores is not None
    likely = folds[1].groups.pair_features[:, :, 2] > 0
    # Its own ratings say the opposite; they only end the boosting early.
    assert scores[1][likely].mean() > scores[1][~likely].mean()


def test_a_book_in_several_groups_of_its_reader_counts_once():
    fold = rated(1, 500)
    groups = fold.groups
    twice = replace(
        groups,
        **{
            name: np.concatenate([getattr(groups, name), getattr(groups, name)[:200]])
            for name in vars(groups)
        },
    )
    once, again = liking._rated(fold), liking._rated(replace(fold, groups=twice))
    np.testing.assert_array_equal(once.rows, again.rows)
    np.testing.assert_array_equal(once.liked, again.liked)


@pytest.mark.parametrize("missing", [1, -1])
def test_nothing_is_learnt_from_few_ratings_of_one_kind(missing: int):
    folds = [rated(seed, 700) for seed in (1, 2, 3)]
    assert log_liked_of(folds, 3, seed=1) is not None
    for place, fold in enumerate(folds):
        liked = fold.groups.liked.copy()
        rows = np.flatnonzero(liked.ravel() == missing)
        liked.ravel()[rows[liking.LEAST_RATED // 3 :]] = 0
        folds[place] = replace(fold, groups=replace(fold.groups, liked=liked))
    assert log_liked_of(folds, 3, seed=1) is None


def test_a_single_fold_scores_itself_by_nothing():
    assert log_liked_of([rated(1, 700)], 3, seed=1) is None
