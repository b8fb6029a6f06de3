"""Books that visits go to from each book, for lists that react to a visit (`inference.reacting`)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.retrieval.visit_trees.choice import neighbours_of_visits
from bookrec.offline.retrieval.visits import make_visits
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.ragged import row_starts

VISIT_TOP: Final = 50
"""Books of a list, at most."""
_SEED: Final = 1
"""Seed of the order of interactions of equal time, and of the trees."""


def visit_lists(
    interactions: Interactions,
    work_of_book: Ints,
    ease: SimilarityTable,
    top: int = VISIT_TOP,
    seed: int = _SEED,
) -> Lists:
    """Make [B] lists of the neighbours of each book in the order of time, one edition a work.

    All timed interactions of a reader are one visit. Without times the lists are empty.

    Args:
        interactions: Interactions of the data set.
        work_of_book: [B] work of each book; a list names no edition of its own book's work.
        ease: EASE of the same catalogue.
        top: Length of a list, at most.
        seed: Seed of the order of interactions of equal time, and of the trees.
    """
    n_books, times = len(work_of_book), interactions.timestamp
    if times is None:
        nothing = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float64)
        return Lists(np.zeros(n_books + 1, dtype=np.int64), *nothing)
    timed = times >= 0
    visits = make_visits(
        interactions.reader_idx[timed],
        interactions.book_idx[timed],
        times[timed].astype(np.float64),
        n_books,
        np.random.default_rng(seed),
    )
    table = neighbours_of_visits(visits, ease, 2 * top, seed)
    owner = np.repeat(np.arange(n_books), np.diff(table.start))
    first = _first_editions(owner, work_of_book[table.neighbour], work_of_book[owner])
    owner, book, weight = owner[first], table.neighbour[first], table.weight[first]
    lengths = np.bincount(owner, minlength=n_books)
    begin = np.repeat(row_starts(lengths)[:-1], lengths)
    kept = np.arange(len(owner)) - begin < top
    scores = weight.astype(np.float64) / weight[begin]
    counts = np.bincount(owner[kept], minlength=n_books)
    return Lists(row_starts(counts), book[kept], scores[kept])


def _first_editions(owner: NDArray[np.int64], work: Ints, own_work: Ints) -> NDArray[np.int64]:
    """Places of the first entry of each row and work, without the row's work; ascending.

    Args:
        owner: [entries] row of each entry, ascending.
        work: [entries] its work.
        own_work: [entries] work of its row.
    """
    others = np.flatnonzero(work != own_work)
    key = owner[others] * (int(work.max(initial=0)) + 1) + work[others]
    first = np.sort(np.unique(key, return_index=True)[1])
    return np.asarray(others[first])
