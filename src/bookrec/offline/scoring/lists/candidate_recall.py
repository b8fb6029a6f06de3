"""Candidate recall: the share of the exact lists that two-stage scoring keeps.

Ranking candidates instead of the whole catalogue saves time and may lose books that the ranker would
list. Candidate recall over a sample of readers is the figure to choose the number of candidates by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import Histories

SAMPLE: Final = 256
"""Readers in the sample, at most."""

RecallTask = tuple[Histories, int, tuple[int, ...]]
"""Histories, length of the lists, numbers of candidates to measure."""


def sample_of(histories: Histories, size: int = SAMPLE, seed: int = 1) -> Histories:
    """Sample ``size`` of the readers; all where there are no more."""
    if len(histories) <= size:
        return histories
    chosen = np.random.default_rng(seed).choice(len(histories), size, replace=False)
    return histories.some(np.sort(chosen))


def kept_of_exact(recommender: Recommender, task: RecallTask) -> dict[str, NDArray[np.int64]]:
    """Count books of the exact lists, and those of them in the two-stage lists: work of a shard.

    Returns:
        ``exact`` [readers] and ``kept`` [readers, numbers of candidates].
    """
    histories, top, numbers = task
    readers = list(histories.readers())
    exact_lists = replace(recommender, candidates=None).top_lists(readers, top)
    exact = [top_n.books for top_n in exact_lists]
    kept = [
        [
            len(np.intersect1d(books, top_n.books))
            for books, top_n in zip(
                exact, replace(recommender, candidates=number).top_lists(readers, top), strict=True
            )
        ]
        for number in numbers
    ]
    return {
        "exact": np.array([len(books) for books in exact]),
        "kept": np.array(kept, dtype=np.int64).reshape(len(numbers), len(readers)).T,
    }


@dataclass(frozen=True)
class CandidateRecall:
    """Candidate recall at some numbers of candidates."""

    readers: int
    """Readers with a list."""
    shares: tuple[float, ...]
    """Mean share of the exact list that is kept, for each number of candidates, 0–1."""


def candidate_recall(parts: Iterable[dict[str, NDArray[np.int64]]]) -> CandidateRecall:
    """Average the share of each reader over the results of `kept_of_exact`."""
    shards = list(parts)
    exact = np.concatenate([shard["exact"] for shard in shards])
    kept = np.concatenate([shard["kept"] for shard in shards])
    listed = exact > 0
    shares = kept[listed] / exact[listed, None]
    return CandidateRecall(int(listed.sum()), tuple(float(share) for share in shares.mean(axis=0)))
