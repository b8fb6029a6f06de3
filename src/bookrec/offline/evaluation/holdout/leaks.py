"""Leak checks: whether a fitted part has seen the test part.

Scorers do not declare what they were fitted to: they show fitted parts that reveal it. A matrix of
interactions contains test pairs or not; counts of readers exceed those of the known part or not; two
books that no known reader shares are neighbours or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.errors import ModelError
from bookrec.offline.data.interactions import Interactions, interaction_matrix

_SAMPLED_BOOKS = 2000
"""Books whose neighbours are checked."""


@dataclass(frozen=True)
class Evidence:
    """A fitted part that shows the interactions it was fitted to; exactly one field is not None."""

    part: str
    """Name of the part in messages."""
    interactions: sparse.csr_matrix | None = None
    """CSR [readers, B] with an entry per interaction."""
    readers_of_book: NDArray[np.integer] | None = None
    """[B] counted readers."""
    neighbours: sparse.csr_matrix | None = None
    """CSR [B, B] with an entry where two books share a reader."""


def check(name: str, evidence: list[Evidence], known: Interactions, test: Interactions) -> None:
    """Refuse a scorer that was fitted to the test part or to anything else that is not known.

    Raises:
        ModelError: a fitted part shows interactions that are not in the known part, or the scorer
            shows nothing at all.
    """
    if not evidence:
        raise ModelError(
            f"'{name}' shows nothing of what it was fitted to: it cannot be evaluated."
        )
    for part in evidence:
        if strangers := _strangers(part, known):
            seen = "" if part.interactions is None else _of_the_test(part.interactions, test)
            raise ModelError(
                f"A leak: the {part.part} of '{name}' has seen {strangers} that the known part of the "
                f"split does not have{seen}; fit it to the known part only."
            )


def _strangers(part: Evidence, known: Interactions) -> str:
    """Describe what a part shows that the known interactions cannot explain; "" without any."""
    if part.interactions is not None:
        foreign = np.setdiff1d(_keys(part.interactions), _pairs(known, part.interactions.shape[1]))
        return f"{len(foreign):,} interactions" if len(foreign) else ""
    if part.readers_of_book is not None:
        counted = np.asarray(part.readers_of_book).astype(np.int64)
        more = counted - np.bincount(known.book_idx, minlength=len(counted))
        return f"{more[more > 0].sum():,} readings" if (more > 0).any() else ""
    assert part.neighbours is not None
    unexplained = _unexplained(part.neighbours.tocsr(), known)
    return f"{unexplained:,} pairs of books with a common reader" if unexplained else ""


def _of_the_test(interactions: sparse.csr_matrix, test: Interactions) -> str:
    common = np.intersect1d(_keys(interactions), _pairs(test, interactions.shape[1]))
    return f" ({len(common):,} of them of the test part)"


def _keys(matrix: sparse.csr_matrix) -> NDArray[np.int64]:
    entries = matrix.tocoo()
    return np.unique(entries.row.astype(np.int64) * matrix.shape[1] + entries.col)


def _pairs(interactions: Interactions, n_books: int) -> NDArray[np.int64]:
    return interactions.reader_idx.astype(np.int64) * n_books + interactions.book_idx


def _unexplained(neighbours: sparse.csr_matrix, known: Interactions) -> int:
    """Count neighbours, of books at equal steps, with whom they share no known reader."""
    n_books = neighbours.shape[0]
    books = np.arange(0, n_books, max(1, n_books // _SAMPLED_BOOKS))
    n_readers = int(known.reader_idx.max(initial=0)) + 1
    by_reader = interaction_matrix(known, n_readers, n_books)
    readers = by_reader.T.tocsr()
    missing = 0
    for start in range(0, len(books), 256):
        some = books[start : start + 256]
        shared = (readers[some] @ by_reader).tocsr()
        claimed = neighbours[some].tocsr()
        claimed.data = np.ones_like(claimed.data)
        shared.data = np.ones_like(shared.data)
        missing += claimed.nnz - int(claimed.multiply(shared).sum())
    return missing
