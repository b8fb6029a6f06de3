"""RP3beta: random walks from a book over its groups to other books, with popular books damped.

``w(i, j) = sum_g (x_gi / n_i^alpha) (x_gj / n_g^alpha) / n_j^beta`` over all groups g that have both
books, ``n`` being sums of ``x²`` (Paudel et al., "Updatable, accurate, diverse, and scalable
recommendations for interactive applications", ACM TiiS 2017). In the paper a group is a reader. Here
authors and series are groups too, so that walks reach books with few readers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.item_knn import strongest_products
from bookrec.offline.retrieval.retriever_fit import RetrieverData, RetrieverFit

ALPHA: Final = 0.4
BETA: Final = 0.3
LARGEST_GROUP: Final = 300
"""Most books of an author or a series that counts as a group."""
_NEIGHBOURS: Final = 400


def groups_of(codes: Ints) -> sparse.csr_matrix:
    """CSR [groups, B] of ``codes`` [B] that 2 to `LARGEST_GROUP` books share; code 0 is no group."""
    n_books = len(codes)
    members = sparse.csr_matrix(
        (np.ones(n_books, dtype=np.float32), (codes, np.arange(n_books))),
        shape=(int(codes.max(initial=0)) + 1, n_books),
    )
    size = np.diff(members.indptr)
    usable = (size > 1) & (size <= LARGEST_GROUP)
    usable[0] = False
    return members[np.flatnonzero(usable)]


def rp3beta_table(
    groups: sparse.csr_matrix,
    neighbours: int,
    alpha: float = ALPHA,
    beta: float = BETA,
    label: str | None = None,
) -> SimilarityTable:
    """Fit a table of the most probable ends of walks from each book, without the book itself.

    Args:
        groups: CSR [groups, B] of x: readers' histories (0 and 1, or weights, see
            `retrieval.time_windows`), then further groups such as authors.
        neighbours: Most similar books per book.
        alpha: Exponent of the formula above.
        beta: Exponent of the formula above.
        label: Label of a progress bar; None = no bar.
    """
    entries = groups.tocoo()
    squares = groups.power(2)
    of_group = np.asarray(squares.sum(axis=1), dtype=np.float64).ravel()[entries.row]
    of_book = np.asarray(squares.sum(axis=0), dtype=np.float64).ravel()[entries.col]
    to_group = entries.data * of_book**-alpha
    to_book = entries.data * of_group**-alpha * of_book**-beta
    return strongest_products(
        _matrix(to_group, entries.col, entries.row, groups.shape[::-1]),
        _matrix(to_book, entries.row, entries.col, groups.shape),
        neighbours,
        label,
    )


def _matrix(
    values: NDArray[np.floating], row: Ints, column: Ints, shape: tuple[int, int]
) -> sparse.csr_matrix:
    return sparse.csr_matrix((values.astype(np.float32), (row, column)), shape=shape)


def _fit(data: RetrieverData) -> SimilarityTable:
    groups = [groups_of(data.metadata.author), groups_of(data.metadata.series)]
    return rp3beta_table(
        sparse.vstack([data.histories, *groups]).tocsr(),
        _NEIGHBOURS,
        label=f"{data.label}: walks",
    )


def _read_together(rows: Ints, columns: Ints, metadata: BookMetadata) -> NDArray[np.bool_]:
    """Mask of entries whose two books share neither an author nor a series."""
    alike = np.zeros(len(rows), dtype=bool)
    for codes in (metadata.author, metadata.series):
        alike |= (codes[rows] == codes[columns]) & (codes[rows] > 0)
    return ~alike


RP3BETA: Final = RetrieverFit(_fit, evidence="random walks", read_together=_read_together)
