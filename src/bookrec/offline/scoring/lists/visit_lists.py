"""Books that visits go to from each book, for lists that react to a visit (`inference.reacting`)."""

from __future__ import annotations

from typing import Final

import numpy as np

from bookrec.arrays import Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.retrieval.visit_trees.choice import neighbours_of_visits
from bookrec.offline.retrieval.visits import make_visits
from bookrec.offline.scoring.lists.table_lists import table_lists
from bookrec.offline.scoring.lists.top_n import Lists

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
    lists = table_lists(table, work_of_book, top)
    first = np.repeat(lists.start[:-1], np.diff(lists.start))
    return Lists(lists.start, lists.book, lists.score / lists.score[first])
