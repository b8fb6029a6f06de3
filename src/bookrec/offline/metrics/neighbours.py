"""Quality of similar books: overlap with the most co-liked books, and the share of bestsellers.

The share of co-readings among similar books rewards popular neighbours: everyone goes on to a
bestseller. The overlap does not, since a cosine divides by popularity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Array, Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.interactions import Interactions, interaction_matrix
from bookrec.offline.metrics.ranking import Values

SHRINKAGE: Final = 10.0
"""Added to the denominator of the cosine, so that two books of few readers are not the most similar."""
MIN_CO_LIKES: Final = 2
"""Readers who liked both books, below which a pair is left out of the reference."""
MIN_REFERENCE: Final = 5
"""Books of a reference list, below which its book is left out of the overlap."""
BESTSELLERS: Final = 20
"""Number of the most popular books whose share is measured."""
_BLOCK: Final = 512
"""Books whose co-likes are counted at once, which bounds memory."""


@dataclass(frozen=True)
class NeighbourLists:
    """Similar books of ``n`` books."""

    books: Ints
    """[n] positions, ascending."""
    lists: Ints
    """[n, k] similar books of each, best first, -1 where there are no more."""

    def matrix(self, n_books: int) -> sparse.csr_matrix:
        """CSR [B, B] with a 1 where the column is a similar book of the row."""
        rows, places = np.nonzero(self.lists >= 0)
        entries = np.ones(len(rows), np.float32), (self.books[rows], self.lists[rows, places])
        return sparse.csr_matrix(entries, shape=(n_books, n_books))


def strongest(similarities: sparse.csr_matrix, books: Ints, count: int) -> NeighbourLists:
    """Find the ``count`` largest entries of some rows of a CSR matrix, ties by column.

    Args:
        similarities: [B, B].
        books: [n] rows, ascending.
        count: length of the lists.
    """
    return NeighbourLists(books, _largest(similarities.tocsr()[books], count))


def _largest(rows: sparse.csr_matrix, count: int) -> Ints:
    """[n, count] columns of the largest entries of each row, ties by column, -1 after the last."""
    entries = rows.tocoo()
    order = np.lexsort((entries.col, -entries.data, entries.row))
    row, column = entries.row[order], entries.col[order]
    place = np.arange(len(row)) - np.searchsorted(row, row, side="left")
    keep = place < count
    lists = np.full((rows.shape[0], count), -1, dtype=np.int32)
    lists[row[keep], place[keep]] = column[keep]
    return lists


def most_popular(readers: NDArray[np.integer], books: Ints, count: int) -> NeighbourLists:
    """List the ``count`` most read books for every book, without the book itself; ties by position.

    Args:
        readers: [B] numbers of readers.
        books: [n] positions, ascending.
        count: length of the lists.
    """
    order = np.argsort(-readers, kind="stable")[: count + 1].astype(np.int32)
    lists = np.full((len(books), count), -1, dtype=np.int32)
    for row, book in zip(lists, books.tolist(), strict=True):
        others = order[order != book][:count]
        row[: len(others)] = others
    return NeighbourLists(books, lists)


def most_co_liked(
    known: Interactions, held_out: Interactions, shape: tuple[int, int], books: Ints, count: int
) -> NeighbourLists:
    """Find the books most co-liked with some books, by shrunken cosine of held-out evidence.

    ``s_ij = c_ij / (sqrt(l_i l_j) + 10)``. ``c_ij`` counts the readers who rated both books at least 7
    and at least one of the two ratings is held out, so no recommender fitted to the known part has seen
    that this reader liked both. ``l_i`` counts all readers who rated i at least 7, known or held out.
    Pairs of fewer than 2 such readers are left out (shrinkage as in Ferrari Dacrema et al., "Are we
    really making much progress?", RecSys 2019).

    Args:
        known: interactions that the recommenders are fitted to.
        held_out: all held-out interactions.
        shape: numbers of readers and of books.
        books: [n] positions, ascending.
        count: length of the lists.
    """
    liked_known = _liked(known, shape)
    liked = (liked_known + _liked(held_out, shape)).tocsr()
    parts = [np.empty((0, count), dtype=np.int32)]
    parts += [_largest(rows, count) for rows in co_liked_cosines(liked, books, liked_known)]
    return NeighbourLists(books, np.concatenate(parts))


def co_liked_cosines(
    liked: sparse.csr_matrix, books: Ints, left_out: sparse.csr_matrix | None = None
) -> Iterator[sparse.csr_matrix]:
    """Yield the shrunken cosines of some books with all, in blocks of rows [at most 512, B].

    ``s_ij = c_ij / (sqrt(l_i l_j) + 10)`` for pairs of at least 2 co-likes.
    A book is not its own neighbour.

    Args:
        liked: [readers, B] with a 1 for each liked book.
        books: [n] positions of the rows, in their order.
        left_out: [readers, B] likes whose pairs do not count among the co-likes; None = all count.
    """
    likes = np.asarray(liked.sum(axis=0), dtype=np.float64).ravel()
    both = liked.T.tocsr()
    out = None if left_out is None else (left_out.T.tocsr(), left_out)
    for start in range(0, len(books), _BLOCK):
        some = books[start : start + _BLOCK]
        products = both[some] @ liked
        if out is not None:
            products = products - out[0][some] @ out[1]
        pairs = products.tocoo()
        keep = (pairs.data >= MIN_CO_LIKES) & (pairs.col != some[pairs.row])
        row, column, co_likes = pairs.row[keep], pairs.col[keep], pairs.data[keep]
        cosine = co_likes / (np.sqrt(likes[some[row]] * likes[column]) + SHRINKAGE)
        yield _matrix(cosine, row, column, (len(some), liked.shape[1]))


def overlap(neighbours: NeighbourLists, reference: NeighbourLists) -> Values:
    """[n] share of each book's reference that is among its similar books.

    ``books in both / books of the reference``, so a list that has the whole reference has 1 (overlap of
    top-k lists: Fagin, Kumar and Sivakumar, "Comparing top k lists", SODA 2003). NaN for a book whose
    reference has fewer than 5 books.

    Args:
        neighbours: [n, k] similar books.
        reference: [n, k] most co-liked books of the same books.
    """
    size = (reference.lists >= 0).sum(axis=1)
    width = int(max(neighbours.lists.max(initial=-1), reference.lists.max(initial=-1))) + 1
    listed = np.isin(_keys(reference.lists, width), _keys(neighbours.lists, width))
    common = (listed & (reference.lists >= 0)).sum(axis=1)
    return np.where(size >= MIN_REFERENCE, common / np.maximum(size, 1), np.nan)


def bestsellers_share(
    neighbours: NeighbourLists, readers: NDArray[np.integer], first: int
) -> float:
    """Return the share of the first places that the twenty most read books take; NaN without a place.

    Args:
        neighbours: [n, k] similar books.
        readers: [B] numbers of readers; ties by position.
        first: number of places of each list that count.
    """
    top = np.argsort(-readers, kind="stable")[:BESTSELLERS]
    listed = neighbours.lists[:, :first]
    listed = listed[listed >= 0]
    return float(np.isin(listed, top).mean()) if len(listed) else float("nan")


def _liked(interactions: Interactions, shape: tuple[int, int]) -> sparse.csr_matrix:
    """CSR [readers, B] with a 1 for each liked book."""
    return interaction_matrix(interactions[interactions.rating >= POSITIVE_RATING], *shape)


def _matrix(values: Array, row: Array, column: Array, shape: tuple[int, int]) -> sparse.csr_matrix:
    return sparse.csr_matrix((values, (row, column)), shape=shape)


def _keys(lists: Ints, width: int) -> NDArray[np.int64]:
    """[n, k] one number for each (row, book), negative for no book."""
    rows = np.arange(len(lists), dtype=np.int64)[:, None]
    return np.where(lists >= 0, rows * width + lists, -1 - rows)
