"""Figures of recommendation lists, against the books held out from their readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.metrics.ranking import (
    LIST_METRICS,
    Hits,
    Values,
    hit_rate,
    ndcg,
    recall,
)

LIKED: Final = "_liked"
"""Suffix of the figures over liked books alone."""
LIKED_METRICS: Final = {"ndcg": ndcg, "recall": recall, "hit_rate": hit_rate}
"""Metrics of liked books, and of validation."""

ListMetrics: TypeAlias = Mapping[str, Callable[[Hits, NDArray[np.int64]], Values]]
"""Name of each metric → formula of `metrics.ranking`."""


def hits_of_lists(lists: Ints, held_out: Interactions) -> tuple[Hits, NDArray[np.int64]]:
    """Find the listed books that were held out.

    Args:
        lists: [R, k] books, -1 for none.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.

    Returns:
        [R, k] mask of hits, and [R] number of held-out books.
    """
    n_books = max(int(lists.max(initial=-1)), int(held_out.book_idx.max(initial=-1))) + 1
    keys = held_out.reader_idx.astype(np.int64) * n_books + held_out.book_idx
    listed = np.arange(len(lists), dtype=np.int64)[:, None] * n_books + lists
    hits = np.isin(listed, keys) & (lists >= 0)
    return hits, np.bincount(held_out.reader_idx, minlength=len(lists))


def ranking_figures(
    lists: Ints,
    held_out: Interactions,
    cuts: Iterable[int],
    metrics: ListMetrics = LIST_METRICS,
    suffix: str = "",
) -> dict[str, Values]:
    """Compute metrics of lists at some cuts.

    Args:
        lists: [R, k] unseen books, best first, -1 where there are no more.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.
        cuts: lengths that the lists are cut to.
        metrics: formulas by name.
        suffix: of the figures' names.

    Returns:
        ``metric@cut`` → [R] figures, NaN for a reader without a held-out book.
    """
    hits, relevant = hits_of_lists(lists, held_out)
    some = np.maximum(relevant, 1)
    return {
        f"{name}@{cut}{suffix}": np.where(relevant > 0, formula(hits[:, :cut], some), np.nan)
        for cut in cuts
        for name, formula in metrics.items()
    }


def liked_figures(lists: Ints, held_out: Interactions, cuts: Iterable[int]) -> dict[str, Values]:
    """Compute NDCG, recall and hit rate over the held-out books that their readers rated at least 7.

    Args:
        lists: [R, k] unseen books, best first, -1 where there are no more.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.
        cuts: lengths that the lists are cut to.

    Returns:
        ``metric@cut_liked`` → [R] figures, NaN for a reader without such a book.
    """
    liked = held_out[held_out.rating >= POSITIVE_RATING]
    return ranking_figures(lists, liked, cuts, LIKED_METRICS, LIKED)
