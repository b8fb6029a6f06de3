"""Top-N lists of many readers and books, computed in shards by a few processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import Histories
from bookrec.ragged import row_starts


@dataclass(frozen=True)
class Lists:
    """Lists in CSR form, best first within each."""

    start: NDArray[np.int64]
    book: Ints
    score: NDArray[np.float64]
    """Probabilities."""
    pairs: int = 0
    """Pairs of reader and book that were scored for them."""


def lists_from(
    books: Sequence[NDArray[np.integer]], scores: Sequence[NDArray[np.float64]], pairs: int = 0
) -> Lists:
    """`Lists` from one after the other.

    Args:
        books, scores: of each list, best first.
        pairs: that were scored for all of them.
    """
    return Lists(
        row_starts(np.array([len(found) for found in books], dtype=np.int64)),
        np.concatenate([np.empty(0, np.int32), *books]).astype(np.int32),
        np.concatenate([np.empty(0), *scores]),
        pairs,
    )


Task = tuple[Histories, int, int | None]
"""Whose lists, how long, and from how many candidates (None = the whole catalogue)."""


def shard_lists(recommender: Recommender, task: Task) -> Lists:
    """The lists of one shard: what a worker does."""
    histories, top, candidates = task
    recommender = replace(recommender, candidates=candidates)
    made = list(recommender.top_lists(list(histories.readers()), top))
    return lists_from(
        [found.books for found in made],
        [found.scores for found in made],
        sum(found.pairs for found in made),
    )
