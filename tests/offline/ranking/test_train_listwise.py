"""Listwise batches and calibration of the default ranker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

from bookrec.offline.ranking.listwise_groups import Groups  # noqa: E402
from bookrec.offline.ranking.platt import fit_platt  # noqa: E402
from bookrec.offline.ranking.ranker_settings import RankerSettings  # noqa: E402
from bookrec.offline.ranking.train_listwise import (  # noqa: E402
    Batches,
    ListwiseFold,
    listwise_loss,
    multi_positive_loss,
    scaling_of,
)
from listwise_folds import make_features  # noqa: E402

BOOKS = 9


def make_listwise_fold(seed: int, groups: int) -> ListwiseFold:
    """A fold with groups of 3 books; the popularity of every book is ``seed``, which tells the fold."""
    rng = np.random.default_rng(seed)
    features = make_features(rng, rng.normal(seed, 2, (BOOKS, 4)), popularity=seed)
    data = Groups(
        rng.integers(0, BOOKS, (groups, 3)).astype(np.int32),
        rng.normal(3, 2, (groups, 3, 5)).astype(np.float32),
        rng.normal(-1, 3, (groups, 2)).astype(np.float32),
        rng.integers(0, 8, groups).astype(np.int32),
        (np.arange(3) < 1 + np.arange(groups)[:, None] % 2).astype(np.float32),
        np.zeros((groups, 3), dtype=np.int8),
    )
    data.pair_features[..., 4] = 6.0
    return ListwiseFold(data, features)


def test_inputs_are_scaled_by_the_pairs_of_all_folds():
    listwise_folds = [make_listwise_fold(1, 20), make_listwise_fold(2, 7)]
    scaling = scaling_of(listwise_folds)
    pairs = np.concatenate([x.groups.pair_features.reshape(-1, 5) for x in listwise_folds])
    numbers = np.concatenate([x.features.numbers[x.groups.books.ravel()] for x in listwise_folds])
    readers = np.concatenate([x.groups.reader_features for x in listwise_folds])
    for (mean, variance), rows in zip(
        (scaling.pair, scaling.numbers, scaling.reader), (pairs, numbers, readers), strict=True
    ):
        np.testing.assert_allclose(mean, rows.mean(axis=0), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(variance, np.maximum(rows.var(axis=0), 1e-4), rtol=1e-3)
    assert scaling.pair[1][4] == np.float32(1e-4), "a constant is not inflated"


def test_batches_mix_the_folds_and_keep_each_folds_features():
    listwise_folds = [make_listwise_fold(1, 20), make_listwise_fold(2, 12)]
    settings = RankerSettings(batch_size=8, unknown_rate=0.0)
    batches = Batches(listwise_folds, settings, np.random.default_rng(0))
    assert len(batches) == 4
    seen, mixed = [], 0
    for number in range(len(batches)):
        inputs, labels = batches[number]
        fold = inputs["popularity"].reshape(8, 3)
        assert (fold == fold[:, :1]).all(), "a group belongs to one fold"
        mixed += len(np.unique(fold)) > 1
        for group in range(8):
            rows = slice(group * 3, group * 3 + 3)
            listwise_fold = listwise_folds[int(fold[group, 0]) - 1]
            books = inputs["isbn_encoded"][rows, 0] - 1
            pairs = inputs["pair_features"][rows]
            match = np.flatnonzero((listwise_fold.groups.pair_features == pairs).all(axis=(1, 2)))
            assert len(match) == 1
            targets = int((listwise_fold.groups.weights[match[0]] > 0).sum())
            assert labels[rows, 0].tolist() == [1] * targets + [0] * (3 - targets)
            assert listwise_fold.groups.books[match[0]].tolist() == books.tolist()
            np.testing.assert_array_equal(
                inputs["book_numbers"][rows], listwise_fold.features.numbers[books]
            )
            seen.append((int(fold[group, 0]), int(match[0])))
    assert mixed
    assert len(set(seen)) == 32, "every group once an epoch"


def test_targets_of_a_group_do_not_compete():
    odds = np.array([[2, 5, 3, 4], [6, 1, 1, 2]])
    targets = np.array([[1, 1, 0, 0], [1, 0, 0, 0]], dtype=np.float32)
    # Against 3 + 4 the first two, against 1 + 1 + 2 the third.
    expected = -(np.log(2 / 9) + np.log(5 / 12) + np.log(6 / 10)) / 3
    loss = multi_positive_loss(targets, np.log(odds).astype(np.float32))
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_targets_of_a_group_count_by_their_weights():
    odds = np.array([[2, 5, 3, 4]])
    weights = np.array([[2, 0.5, 0, 0]], dtype=np.float32)
    expected = -(2 * np.log(2 / 9) + 0.5 * np.log(5 / 12)) / 2.5
    loss = multi_positive_loss(weights, np.log(odds).astype(np.float32))
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_the_listwise_loss_of_a_group_counts_by_its_weight():
    odds = np.array([[2, 1, 5], [1, 6, 3]])
    labels = np.array([[2, 0, 0], [0.5, 0.25, 0.25]], dtype=np.float32)
    losses = listwise_loss(labels, np.log(odds).astype(np.float32))
    second = -(0.5 * np.log(1 / 10) + 0.25 * np.log(6 / 10) + 0.25 * np.log(3 / 10))
    np.testing.assert_allclose(losses, [-2 * np.log(2 / 8), second], rtol=1e-5)


def test_soft_labels_sum_to_the_weight_of_the_target():
    listwise_fold = make_listwise_fold(1, 2)
    listwise_fold.groups.weights[:] = [[2, 0, 0], [1, 0, 0]]
    assert listwise_fold.labels(np.array([1, 0])).tolist() == [[1, 0, 0], [2, 0, 0]]
    soft = replace(listwise_fold, soft_labels=np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]))
    assert soft.labels(np.array([0, 1])).tolist() == [[1, 0.5, 0.5], [0.25, 0.5, 0.25]]


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (2.5, -3.0), (0.4, 1.5)])
def test_platt_scaling_finds_the_line_behind_the_labels(scale: float, shift: float):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 200_000)
    labels = rng.random(len(logits)) < 1 / (1 + np.exp(-(scale * logits + shift)))
    line = fit_platt(logits, labels)
    assert line == pytest.approx((scale, shift), abs=0.05)


def test_platt_scaling_fits_the_mean():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1, 5000)
    labels = rng.random(5000) < 0.03
    scale, shift = fit_platt(logits, labels)
    predicted = 1 / (1 + np.exp(-(scale * logits + shift)))
    assert predicted.mean() == pytest.approx(labels.mean(), rel=0.15)
    assert scale > 0


@pytest.mark.parametrize(
    "labels", [np.zeros(6, bool), np.ones(6, bool), np.arange(6) > 2, np.arange(6) < 3]
)
def test_platt_scaling_stays_finite_and_keeps_the_order(labels: np.ndarray):
    scale, shift = fit_platt(np.linspace(-3, 3, 6), labels)
    assert np.isfinite([scale, shift]).all()
    assert scale > 0
