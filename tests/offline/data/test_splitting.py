"""Splits: eligible readers, shares, and that no reader loses all interactions."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.offline.data.splitting import hold_out, ranker_targets
from small_dataset import interactions_of


def of_sizes(sizes: list[int]) -> Interactions:
    """Readers with that many interactions each, sorted by reader."""
    readers = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
    books = np.concatenate([np.arange(size) for size in [*sizes, 0]]).astype(np.int32)
    return Interactions(readers, books, np.zeros(len(readers), dtype=np.int8))


def test_only_readers_of_at_least_five_are_held_out_from():
    interactions = of_sizes([4, 5, 1, 2000])
    held = hold_out(interactions, 1.0, np.random.default_rng(0))
    assert np.bincount(interactions.reader_idx, held).tolist() == [0, 5, 0, 2000]
    share = hold_out(interactions, 0.2, np.random.default_rng(0)).sum() / 2005
    assert 0.15 < share < 0.25
    assert not hold_out(interactions, 0.0, np.random.default_rng(0)).any()


def test_at_most_so_many_readers_are_held_out_from():
    interactions = of_sizes([6, 3, 9, 5, 7])
    held = hold_out(interactions, 1.0, np.random.default_rng(4), at_most=2)
    counts = np.bincount(interactions.reader_idx, held, minlength=5)
    assert (counts > 0).sum() == 2
    assert counts[1] == 0
    everyone = hold_out(interactions, 1.0, np.random.default_rng(4), at_most=9)
    assert np.bincount(interactions.reader_idx, everyone).tolist() == [6, 0, 9, 5, 7]


def test_the_same_generator_holds_out_the_same():
    interactions = of_sizes([50, 7])
    first, two, other = (
        hold_out(interactions, 0.5, np.random.default_rng(seed)).tolist() for seed in (1, 1, 2)
    )
    assert first == two != other


@example([2], 1.0, 0)
@given(st.lists(st.integers(0, 40), max_size=12), st.floats(0, 1), st.integers(0, 99))
def test_targets_are_a_few_of_each_reader_and_never_all(sizes, share, seed):
    interactions = of_sizes(sizes)
    targets = ranker_targets(interactions, share, np.random.default_rng(seed))
    counts = np.bincount(interactions.reader_idx, targets, minlength=len(sizes)).astype(int)
    for size, count in zip(sizes, counts, strict=True):
        assert count == (0 if size < 2 else min(max(1, round(size * share)), size - 1))


def test_targets_are_drawn_at_random_within_a_reader():
    interactions = of_sizes([10, 10])
    chosen = sum(
        ranker_targets(interactions, 0.2, np.random.default_rng(seed)).astype(int)
        for seed in range(300)
    )
    assert chosen.sum() == 300 * 4
    assert chosen.min() > 30  # 60 expected for each


def test_where_each_readers_interactions_start():
    interactions = interactions_of((1, 0, 0), (1, 5, 0), (3, 2, 0))
    assert by_reader(interactions, 5).tolist() == [0, 0, 2, 2, 3, 3]
