"""Splits of interactions: what is held out to measure, and what the ranker learns to predict."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.data.interactions import Interactions

MIN_INTERACTIONS = 5
"""Readers with fewer are never held out from."""


def hold_out(
    interactions: Interactions,
    share: float,
    rng: np.random.Generator,
    at_most: int | None = None,
) -> NDArray[np.bool_]:
    """[interactions] True for a random ``share`` of the interactions of readers with at least 5.

    Args:
        at_most: from no more than so many readers, chosen at random; None = from all.
    """
    sizes = np.bincount(interactions.reader_idx)
    asked = sizes >= MIN_INTERACTIONS
    if at_most is not None:
        chosen = rng.permutation(np.flatnonzero(asked))[:at_most]
        asked = np.zeros(len(sizes), dtype=bool)
        asked[chosen] = True
    return asked[interactions.reader_idx] & (rng.random(len(interactions)) < share)


def ranker_targets(
    interactions: Interactions, share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """[interactions] True for what the ranker is to predict from the rest of the reader's books.

    About ``share`` of each reader's interactions, at least one, and never all: readers with a
    single interaction give none.
    """
    readers = interactions.reader_idx
    sizes = np.bincount(readers) if len(readers) else np.zeros(0, np.int64)
    quota = np.maximum(np.round(sizes * share), 1).astype(np.int64)
    quota = np.minimum(quota, np.maximum(sizes - 1, 0))
    # A random order within each reader: the first `quota` of it are targets.
    order = np.lexsort((rng.random(len(readers)), readers))
    start = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    place = np.arange(len(readers)) - start[readers[order]]
    targets = np.zeros(len(readers), dtype=bool)
    targets[order] = place < quota[readers[order]]
    return targets
