"""Books most co-liked with each book, by shrunken cosine: collaborative filtering without a model."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import Interactions, interaction_matrix
from bookrec.offline.metrics.neighbours import MIN_CO_LIKES, co_liked_cosines
from bookrec.offline.retrieval.visit_neighbours import strongest
from bookrec.offline.scoring.lists.table_lists import table_lists
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.ragged import row_starts

COSINE_TOP: Final = 20
"""Books of a list, at most."""


def cosine_lists(
    interactions: Interactions, n_readers: int, work_of_book: Ints, top: int = COSINE_TOP
) -> Lists:
    """Make [B] lists of the books most co-liked with each book, one edition a work, with cosines.

    A reader likes what they rated at least 7. Where a data set has no rating at all, they like every
    book they have. A pair needs two readers who liked both (`metrics.neighbours`).

    Args:
        interactions: Interactions of the data set.
        n_readers: Number of its readers.
        work_of_book: [B] work of each book; a list names no edition of its own book's work.
        top: Length of a list, at most.
    """
    n_books = len(work_of_book)
    if interactions.rating.any():
        interactions = interactions[interactions.rating >= POSITIVE_RATING]
    liked = interaction_matrix(interactions, n_readers, n_books)
    likes = np.bincount(interactions.book_idx, minlength=n_books)
    books = np.flatnonzero(likes >= MIN_CO_LIKES).astype(np.int32)
    return table_lists(_table(liked[:, books], books, n_books, 2 * top), work_of_book, top)


def _table(liked: sparse.csr_matrix, books: Ints, n_books: int, keep: int) -> SimilarityTable:
    """Cosines of all books, from the likes [readers, n] of the ``n`` books that can have any."""
    lengths = np.zeros(n_books, dtype=np.int64)
    neighbours, weights = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
    start = 0
    for cosines in co_liked_cosines(liked, np.arange(len(books), dtype=np.int32)):
        rows, entries = cosines.shape[0], cosines.tocoo()
        largest = strongest(entries.row, entries.col, entries.data, rows, keep)
        lengths[books[start : start + rows]] = np.diff(largest.start)
        neighbours.append(books[largest.neighbour])
        weights.append(largest.weight)
        start += rows
    return SimilarityTable(row_starts(lengths), np.concatenate(neighbours), np.concatenate(weights))
