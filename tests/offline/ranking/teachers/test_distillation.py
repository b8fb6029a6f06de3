"""Distillation from trees: their loss, cross-fitting and the calibration of the soft labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

from bookrec.offline.ranking.ranker_settings import RankerSettings  # noqa: E402
from bookrec.offline.ranking.teachers.distillation import (  # noqa: E402
    distil,
    listwise_objective,
)
from bookrec.offline.ranking.train_listwise import Batches, ListwiseFold  # noqa: E402
from listwise_folds import SIZE, make_listwise_fold  # noqa: E402


def other_targets(listwise_fold: ListwiseFold) -> ListwiseFold:
    """Change the targets of the first 60 groups: too few to change the early stopping."""
    books, pairs = listwise_fold.groups.books.copy(), listwise_fold.groups.pair_features.copy()
    books[:60], pairs[:60] = np.roll(books[:60], 2, axis=1), np.roll(pairs[:60], 2, axis=1)
    return replace(
        listwise_fold, groups=replace(listwise_fold.groups, books=books, pair_features=pairs)
    )


def soft_labels_of(listwise_fold: ListwiseFold) -> np.ndarray:
    assert listwise_fold.soft_labels is not None
    assert listwise_fold.soft_labels.dtype == np.float32
    np.testing.assert_allclose(listwise_fold.soft_labels.sum(axis=1), 1, rtol=1e-5)
    return listwise_fold.soft_labels


def test_the_objective_is_the_slope_of_the_listwise_loss():
    odds = np.array([[2, 1, 5], [1, 6, 3]])
    logits = np.log(odds).astype(np.float32).ravel()
    weights = np.array([1, 3], dtype=np.float32)
    gradient, curvature = listwise_objective(3, weights)(logits, None)
    # Odds sum to 8 and to 10; the first book of each group is the target.
    expected = np.array([2 / 8 - 1, 1 / 8, 5 / 8, 3 * (1 / 10 - 1), 3 * 6 / 10, 3 * 3 / 10])
    np.testing.assert_allclose(gradient, expected, rtol=1e-5)
    parts = np.array([2 / 8, 1 / 8, 5 / 8, 1 / 10, 6 / 10, 3 / 10])
    np.testing.assert_allclose(curvature, parts * (1 - parts) * [1, 1, 1, 3, 3, 3], rtol=1e-5)


def test_trees_fit_a_non_linear_rule_with_calibrated_probabilities():
    listwise_folds = [make_listwise_fold(seed, 700) for seed in (1, 2, 3)]
    for listwise_fold in distil(listwise_folds, 3, 60, seed=1):
        soft_labels = soft_labels_of(listwise_fold)
        assert (soft_labels.argmax(axis=1) == 0).mean() > 0.8, "of 6 books"
        # Mean confidence equals accuracy.
        assert soft_labels.max(axis=1).mean() == pytest.approx(
            (soft_labels.argmax(axis=1) == 0).mean(), abs=0.1
        )


def test_labels_are_uniform_without_a_signal():
    for listwise_fold in distil(
        [make_listwise_fold(seed, 700, informative=False) for seed in (1, 2, 3)], 3, 60, seed=1
    ):
        assert np.abs(soft_labels_of(listwise_fold) - 1 / SIZE).max() < 0.08


def test_labels_of_a_fold_do_not_depend_on_its_targets():
    listwise_folds = [
        make_listwise_fold(seed, groups) for seed, groups in ((1, 300), (2, 400), (3, 500))
    ]
    before = distil(listwise_folds, 3, 20, seed=1)
    after = distil(
        [listwise_folds[0], other_targets(listwise_folds[1]), listwise_folds[2]], 3, 20, seed=1
    )
    # The second fold's targets affect only the temperature of its labels.
    was, now = (np.log(soft_labels_of(x)) for x in (before[1], after[1]))
    was[:60] = np.roll(was[:60], 2, axis=1)
    was, now = (x - x.mean(axis=1, keepdims=True) for x in (was, now))
    factor = (was * now).sum() / (was * was).sum()
    np.testing.assert_allclose(now, factor * was, atol=1e-4)
    others = [np.log(soft_labels_of(x)) for x in (before[0], after[0])]
    assert np.abs(others[0] - others[1]).max() > 0.1, "the other folds were fitted to those targets"


def test_folds_labelled_together_do_not_affect_each_other():
    listwise_folds = [make_listwise_fold(seed, 300) for seed in range(1, 5)]
    changed = [*listwise_folds[:2], other_targets(listwise_folds[2]), listwise_folds[3]]
    before, after = (distil(part, 2, 20, seed=1) for part in (listwise_folds, changed))
    was, now = (np.log(soft_labels_of(part[0])) for part in (before, after))
    was, now = (x - x.mean(axis=1, keepdims=True) for x in (was, now))
    np.testing.assert_allclose(now, (was * now).sum() / (was * was).sum() * was, atol=1e-4)


def test_equal_seeds_give_equal_labels():
    listwise_folds = [make_listwise_fold(seed, 300) for seed in (1, 2)]
    first, again, other = (distil(listwise_folds, 2, 15, seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(soft_labels_of(first[1]), soft_labels_of(again[1]))
    assert (soft_labels_of(first[1]) != soft_labels_of(other[1])).any()


@pytest.mark.parametrize("counts", [[200], [200, 0], [0, 200, 150]])
def test_a_single_fold_and_an_empty_one_get_labels(counts: list[int]):
    listwise_folds = distil(
        [make_listwise_fold(seed, n) for seed, n in enumerate(counts)], 3, 40, seed=1
    )
    assert [soft_labels_of(listwise_fold).shape for listwise_fold in listwise_folds] == [
        (n, SIZE) for n in counts
    ]
    first = np.concatenate(
        [soft_labels_of(listwise_fold)[:, 0] for listwise_fold in listwise_folds]
    )
    assert np.median(first) > 1.5 / SIZE, "unfitted trees would give 1 / SIZE"


def test_batches_carry_the_soft_labels():
    listwise_folds = distil([make_listwise_fold(seed, 40) for seed in (1, 2)], 2, 10, seed=1)
    batches = Batches(listwise_folds, RankerSettings(batch_size=16), np.random.default_rng(0))
    inputs, labels = batches[0]
    pairs = inputs["pair_features"].reshape(16, SIZE, 4)
    for group, wanted in zip(pairs, labels.reshape(16, SIZE), strict=True):
        matches = [
            soft_labels_of(listwise_fold)[place]
            for listwise_fold in listwise_folds
            for place in np.flatnonzero(
                (listwise_fold.groups.pair_features == group).all(axis=(1, 2))
            )
        ]
        assert len(matches) == 1
        np.testing.assert_array_equal(wanted, matches[0])


def rated(listwise_fold: ListwiseFold, seed: int) -> ListwiseFold:
    """Rate two books of each group: liked where the third number of the pair is above 0."""
    groups = listwise_fold.groups
    liked = np.zeros(groups.books.shape, dtype=np.int8)
    liked[:, :2] = np.where(groups.pair_features[:, :2, 2] > 0, 1, -1)
    noise = np.random.default_rng(seed).random((len(liked), 2)) < 0.1
    liked[:, :2] = np.where(noise, -liked[:, :2], liked[:, :2])
    return replace(listwise_fold, groups=replace(groups, liked=liked))


def test_labels_are_the_product_of_taking_up_and_liking():
    folds = [rated(make_listwise_fold(seed, 700), seed) for seed in (1, 2, 3)]
    plain = distil(folds, 3, 40, seed=1)
    for fold, before, after in zip(folds, plain, distil(folds, 3, 40, 1, liking=1.0), strict=True):
        ratio = np.log(soft_labels_of(after) / soft_labels_of(before))
        ratio -= ratio.max(axis=1, keepdims=True)
        likeable = fold.groups.pair_features[:, :, 2] > 0
        # P(liked) is .9 for one kind and .1 for the other, and both count alike in every group.
        both = likeable.any(axis=1) & ~likeable.all(axis=1)
        odds = (ratio * ~likeable).sum(axis=1)[both] / (~likeable).sum(axis=1)[both]
        assert np.median(odds) == pytest.approx(np.log(0.1 / 0.9), abs=0.5)
    for before, after in zip(distil(folds, 3, 40, 1, liking=0.0), plain, strict=True):
        np.testing.assert_array_equal(soft_labels_of(before), soft_labels_of(after))
