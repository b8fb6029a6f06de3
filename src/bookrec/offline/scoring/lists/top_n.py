"""Top-N lists of many readers and books, computed in shards."""

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
    """[n + 1] row starts."""
    book: Ints
    """[entries] positions."""
    score: NDArray[np.float64]
    """[entries] probabilities."""
    pairs: int = 0
    """Pairs of reader and book scored for the lists."""


def lists_from(
    books: Sequence[NDArray[np.integer]], scores: Sequence[NDArray[np.float64]], pairs: int = 0
) -> Lists:
    """Join single lists.

    Args:
        books: positions of each list, best first.
        scores: scores of each list, in the same order.
        pairs: pairs scored for all lists.
    """
    return Lists(
        row_starts(np.array([len(row) for row in books], dtype=np.int64)),
        np.concatenate([np.empty(0, np.int32), *books]).astype(np.int32),
        np.concatenate([np.empty(0), *scores]),
        pairs,
    )


Task = tuple[Histories, int, int | None]
"""Histories, length of the lists, candidates a list (None = the whole catalogue)."""


def shard_lists(recommender: Recommender, task: Task) -> Lists:
    """Make the lists of one shard: work of an engine."""
    histories, top, candidates = task
    recommender = replace(recommender, candidates=candidates)
    lists = list(recommender.top_lists(list(histories.readers()), top))
    return lists_from(
        [top_n.books for top_n in lists],
        [top_n.scores for top_n in lists],
        sum(top_n.pairs for top_n in lists),
    )
