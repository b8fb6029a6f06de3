"""Splits: disjoint, complete, of the right readers, and the same for the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.errors import DataError
from bookrec.offline.data.interactions import Interactions, all_interactions
from bookrec.offline.evaluation.holdout.splits import (
    SPLIT_KINDS,
    known_dataset,
    make_splits,
    named_rows,
    split_by,
    temporal_split,
)
from small_dataset import small_dataset
from split_datasets import dataset_of

SIZES = [3, 5, 6, 12, 40, 0, 25]


def pairs(part: Interactions) -> set[tuple[int, int]]:
    return set(zip(part.reader_idx.tolist(), part.book_idx.tolist(), strict=True))


RANDOM_KINDS = [kind for kind in SPLIT_KINDS if kind != "temporal"]


@pytest.mark.parametrize("kind", RANDOM_KINDS)
def test_the_parts_are_disjoint_and_complete(kind):
    dataset = dataset_of(SIZES)
    everything = pairs(all_interactions(dataset))
    for split in make_splits(dataset, kind, seed=3):
        parts = [pairs(split.train), pairs(split.validation), pairs(split.test)]
        assert all(parts)
        assert sum(map(len, parts)) == len(everything)
        assert set.union(*parts) == everything
        assert pairs(split.known) == parts[0] | parts[1]
        assert pairs(all_interactions(known_dataset(dataset, split))) == pairs(split.known)
        # Readers of three interactions are never held out from.
        assert 0 not in split.test.reader_idx
        assert 0 not in split.validation.reader_idx


@pytest.mark.parametrize("kind", RANDOM_KINDS)
def test_the_seed_decides(kind):
    dataset = dataset_of(SIZES)

    def test_parts(seed: int) -> list[set[tuple[int, int]]]:
        return [pairs(split.test) for split in make_splits(dataset, kind, seed)]

    assert test_parts(1) == test_parts(1) != test_parts(2)


def test_leave_one_out_takes_one_of_each():
    (split,) = make_splits(dataset_of(SIZES), "leave-one-out", seed=0)
    assert np.bincount(split.test.reader_idx, minlength=7).tolist() == [0, 1, 1, 1, 1, 0, 1]
    # A reader of five has four left, and nothing more is held out from them.
    assert np.bincount(split.validation.reader_idx, minlength=7).tolist() == [0, 0, 1, 1, 1, 0, 1]


def test_folds_test_every_interaction_once_in_about_equal_parts():
    dataset = dataset_of(SIZES)
    splits = make_splits(dataset, "k-fold", seed=0, folds=4)
    assert [split.label for split in splits] == ["fold 1", "fold 2", "fold 3", "fold 4"]
    tested = [pairs(split.test) for split in splits]
    able = {pair for pair in pairs(all_interactions(dataset)) if pair[0] != 0}
    assert sum(map(len, tested)) == len(able)
    assert set.union(*tested) == able
    for split in splits:
        of_reader = np.bincount(split.test.reader_idx, minlength=7)
        assert of_reader[4] == 10
        assert 6 <= of_reader[6] <= 7
    assert make_splits(dataset, "k-fold", seed=0, folds=4)[2].test.book_idx.tolist() == (
        splits[2].test.book_idx.tolist()
    )


def test_the_known_data_set_is_another_one():
    dataset = dataset_of(SIZES)
    (split,) = make_splits(dataset, "hold-out", seed=1)
    known = known_dataset(dataset, split)
    assert known.digest != dataset.digest
    assert known.readers.equals(dataset.readers)
    assert known.books.equals(dataset.books)


def test_too_small_a_data_set_is_refused():
    with pytest.raises(DataError, match="has 9 interactions, too few"):
        make_splits(small_dataset(), "hold-out", seed=0)


def test_a_published_test_part_is_found_by_its_names():
    dataset = dataset_of(SIZES)
    rows = named_rows(dataset, [("14", "x:007"), ("11", "x:002")])
    split = split_by(all_interactions(dataset), "u1", rows, "hold-out", np.random.default_rng(0))
    assert pairs(split.test) == {(4, 7), (1, 2)}
    with pytest.raises(DataError, match="Reader '10' has no interaction with 'x:004'"):
        named_rows(dataset, [("10", "x:004")])


def timed_interactions() -> Interactions:
    """Reader 0: times 0–9; reader 1: 4 early, 3 late; reader 2: late only; reader 3: no times."""
    rows = [
        *((0, book, book) for book in range(10)),
        *((1, book, time) for book, time in enumerate([1, 2, 3, 3, 20, 21, 22])),
        *((2, book, 30 + book) for book in range(2)),
        *((3, book, -1) for book in range(3)),
        *((4, book, time) for book, time in enumerate([0, 1, 2, 3, 4, 6, 6, 25, 26])),
    ]
    reader, book, time = (np.array(column) for column in zip(*rows, strict=True))
    return Interactions(
        reader.astype(np.int32),
        book.astype(np.int32),
        np.zeros(len(rows), dtype=np.int8),
        time.astype(np.int64),
    )


def test_a_temporal_split_trains_on_the_past_and_tests_on_the_future():
    interactions = timed_interactions()
    split = temporal_split(interactions)
    # A fifth of 28 timed ones: from time 21 on, of reader 4 alone, who has 7 earlier ones; reader 1
    # has 5 earlier ones, the last at 20.
    assert split.test.reader_idx.tolist() == [1, 1, 4, 4]
    assert split.test.timestamp.tolist() == [21, 22, 25, 26]
    assert split.known.timestamp.max() < split.test.timestamp.min()
    assert split.known.timestamp.min() == 0  # none without a time
    assert len(split.known) == split.known_rows.sum() == 22
    assert split.train.timestamp.max() < split.validation.timestamp.min()
    assert set(split.validation.reader_idx.tolist()) <= {0, 4}


def test_a_temporal_split_needs_times():
    with pytest.raises(DataError, match="has no times, so it has no temporal split"):
        temporal_split(replace(timed_interactions(), timestamp=None))
    with pytest.raises(DataError, match="No reader has 5 interactions before"):
        temporal_split(timed_interactions()[np.arange(3)])
