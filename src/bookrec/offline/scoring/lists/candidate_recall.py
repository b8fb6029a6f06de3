"""How much of the exact lists does two-stage scoring keep?

Ranking a number of candidates instead of the whole catalogue saves time and may lose books that the
ranker would have listed. The share it keeps, over a sample of readers, is what the number of
candidates should be chosen by.
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
"""Readers who are asked, at most."""

KeptTask = tuple[Histories, int, tuple[int, ...]]
"""Whose lists, how long, and the numbers of candidates to try."""


def sample_of(histories: Histories, size: int = SAMPLE, seed: int = 1) -> Histories:
    """Some of the readers, at random; all where there are no more."""
    if len(histories) <= size:
        return histories
    chosen = np.random.default_rng(seed).choice(len(histories), size, replace=False)
    return histories.some(np.sort(chosen))


def kept_of_exact(recommender: Recommender, task: KeptTask) -> dict[str, NDArray[np.int64]]:
    """What a worker counts: books of the exact lists, and those of them in the two-stage lists.

    Returns:
        ``exact`` [readers] and ``kept`` [readers, numbers of candidates].
    """
    histories, top, numbers = task
    readers = list(histories.readers())
    exact = [found.books for found in replace(recommender, candidates=None).top_lists(readers, top)]
    kept = [
        [
            len(np.intersect1d(books, found.books))
            for books, found in zip(
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
class KeptShare:
    """Share of the exact lists that two-stage lists keep."""

    readers: int
    shares: tuple[float, ...]
    """For each number of candidates."""


def candidate_recall(parts: Iterable[dict[str, NDArray[np.int64]]]) -> KeptShare:
    """The share over all readers of some `kept_of_exact`: each reader's, averaged."""
    found = list(parts)
    exact = np.concatenate([part["exact"] for part in found])
    kept = np.concatenate([part["kept"] for part in found])
    listed = exact > 0
    shares = kept[listed] / exact[listed, None]
    return KeptShare(int(listed.sum()), tuple(float(share) for share in shares.mean(axis=0)))
