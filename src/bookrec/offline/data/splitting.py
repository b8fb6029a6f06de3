"""Random splits of interactions: hold-out, leave-one-out, folds, and targets of the ranker."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.data.interactions import Interactions
from bookrec.ragged import row_starts

MIN_INTERACTIONS: Final = 5
"""Fewest interactions of a reader from whom any is held out."""


def hold_out(
    interactions: Interactions,
    share: float,
    rng: np.random.Generator,
    at_most: int | None = None,
) -> NDArray[np.bool_]:
    """[interactions] True for a random ``share`` of the interactions of readers with at least 5.

    Args:
        interactions: sorted by reader.
        share: probability of an interaction to be held out, 0–1.
        rng: source of the random draws.
        at_most: hold out from at most so many readers, chosen at random; None = from all.
    """
    sizes = np.bincount(interactions.reader_idx)
    eligible = sizes >= MIN_INTERACTIONS
    if at_most is not None:
        chosen = rng.permutation(np.flatnonzero(eligible))[:at_most]
        eligible = np.zeros(len(sizes), dtype=bool)
        eligible[chosen] = True
    held: NDArray[np.bool_] = eligible[interactions.reader_idx] & (
        rng.random(len(interactions)) < share
    )
    return held


def leave_one_out(interactions: Interactions, rng: np.random.Generator) -> NDArray[np.bool_]:
    """[interactions] True for one random interaction of each reader with at least 5."""
    place, sizes = _random_places(interactions, rng)
    first: NDArray[np.bool_] = (sizes >= MIN_INTERACTIONS) & (place == 0)
    return first


def deal_folds(
    interactions: Interactions, folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """[interactions] fold of each, 0 to ``folds`` - 1; -1 for readers with fewer than 5.

    The interactions of a reader are dealt at random into folds of about equal size.
    """
    place, sizes = _random_places(interactions, rng)
    # The first fold of a reader is random, else fold 0 would have most interactions of everyone.
    offset = rng.integers(0, folds, int(interactions.reader_idx.max(initial=0)) + 1)
    dealt = (place + offset[interactions.reader_idx]) % folds
    return np.where(sizes >= MIN_INTERACTIONS, dealt, -1)


def ranker_targets(
    interactions: Interactions, share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """[interactions] True for those that the ranker predicts from the rest of the reader's books.

    About ``share`` of the interactions of each reader, at least one, and never all: a reader with a
    single interaction has none.
    """
    place, sizes = _random_places(interactions, rng)
    quota = np.maximum(np.round(sizes * share), 1).astype(np.int64)
    return place < np.minimum(quota, sizes - 1)


def _random_places(
    interactions: Interactions, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """[interactions] place of each in a random order of its reader's, and how many that reader has."""
    readers = interactions.reader_idx
    sizes = np.bincount(readers)
    order = np.lexsort((rng.random(len(readers)), readers))
    place = np.empty(len(readers), dtype=np.int64)
    place[order] = np.arange(len(readers)) - row_starts(sizes)[readers[order]]
    return place, sizes[readers]
