"""Lists of books from a similarity table: one edition of a work, none of the book's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.ragged import row_starts


def table_lists(table: SimilarityTable, work_of_book: Ints, top: int) -> Lists:
    """Make [B] lists of the first neighbours of each book; a score is the weight of the table.

    Args:
        table: of B books; the entries of a row stand best first.
        work_of_book: [B] work of each book; a list names no edition of its own book's work.
        top: Length of a list, at most.
    """
    n_books = len(work_of_book)
    owner = np.repeat(np.arange(n_books), np.diff(table.start))
    first = _first_editions(owner, work_of_book[table.neighbour], work_of_book[owner])
    owner, book, weight = owner[first], table.neighbour[first], table.weight[first]
    lengths = np.bincount(owner, minlength=n_books)
    kept = np.arange(len(owner)) - np.repeat(row_starts(lengths)[:-1], lengths) < top
    counts = np.bincount(owner[kept], minlength=n_books)
    return Lists(row_starts(counts), book[kept], weight[kept].astype(np.float64))


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
