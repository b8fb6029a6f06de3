"""Discovery: listed books by authors whom the reader has not read.

Novelty to the reader, at the level of authors (Vargas and Castells, "Rank and relevance in novelty and
diversity metrics for recommender systems", RecSys 2011: unexpectedness against the reader's profile).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.metrics.list_figures import hits_of_lists

MANY_BOOKS: Final = 50
"""Seen books from which on a reader is one of many books."""


@dataclass(frozen=True)
class Discovery:
    """Shares of books by authors new to their reader; NaN where there is nothing to share."""

    places: float
    """Among the places whose author is known."""
    hits: float
    """Among the hits whose author is known."""


def new_authors(
    lists: Ints,
    held_out: Interactions,
    seen: Interactions,
    authors: Ints,
    at_least: int = 0,
) -> Discovery:
    """Measure the shares of listed books, and of hits, by authors of none of the reader's seen books.

    Books whose author is unknown are left out of numerator and denominator. All readers together, so a
    list of twenty books weighs twice as much as one of ten.

    Args:
        lists: [R, k] unseen books, -1 where there are no more.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.
        seen: interactions with the seen books; ``reader_idx`` are rows of ``lists``.
        authors: [B] codes of authors, 0 = unknown.
        at_least: seen books below which a reader is left out.
    """
    counted = np.bincount(seen.reader_idx, minlength=len(lists)) >= at_least
    width = int(authors.max(initial=0)) + 1
    read = np.unique(seen.reader_idx.astype(np.int64) * width + authors[seen.book_idx])
    listed = np.where(lists >= 0, authors[lists], 0)
    keys = np.arange(len(lists), dtype=np.int64)[:, None] * width + listed
    new = ~np.isin(keys, read)
    known = (listed > 0) & counted[:, None]
    hits = hits_of_lists(lists, held_out)[0] & known
    return Discovery(_share(new, known), _share(new, hits))


def _share(new: NDArray[np.bool_], counted: NDArray[np.bool_]) -> float:
    return float(new[counted].mean()) if counted.any() else float("nan")
