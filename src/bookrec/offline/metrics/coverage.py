"""Coverage of the catalogue by lists, concentration, evenness, novelty and diversity.

``lists`` is [R, k]: positions of books, best first, -1 after the end of a shorter list.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions, interaction_matrix


def times_listed(lists: Ints, n_books: int) -> NDArray[np.int64]:
    """[B] number of lists that contain each book."""
    return np.bincount(lists[lists >= 0], minlength=n_books)


def coverage(lists: Ints, n_books: int) -> float:
    """Return the share of the catalogue that is in at least one list.

    Also known as aggregate diversity (Adomavicius and Kwon, "Improving aggregate recommendation
    diversity", IEEE TKDE 2012).
    """
    return float((times_listed(lists, n_books) > 0).mean())


def distinct_books(lists: Ints) -> int:
    """Return the number of books in at least one list.

    It grows with the number of lists: compare lists of the same readers (Herlocker et al., ACM TOIS
    2004, 5.2, catalogue coverage).
    """
    return len(np.unique(lists[lists >= 0]))


def commonest_share(lists: Ints) -> float:
    """Return the share of the lists that contain the commonest book; NaN without a list.

    ``max_i x_i / R`` with ``x_i`` of the ``R`` lists containing book i, lists without a book left out.
    With lists of one place it is the share of readers who all have the same book first. It is the
    concentration ratio CR1 of markets, of readers reached instead of sales.
    """
    filled = int((lists >= 0).any(axis=1).sum())
    if not filled:
        return float("nan")
    return int(np.bincount(lists[lists >= 0]).max()) / filled


def gini(lists: Ints, n_books: int) -> float:
    """Return the Gini index of the lists per book: 0 if all are equal, near 1 if few dominate.

    ``sum_i (2 i - B - 1) x_i / (B sum x)``, x ascending, i from 1, over the whole catalogue (Shani and
    Gunawardana, "Evaluating recommendation systems", 2011, 8.3.6.2).
    """
    counts = np.sort(times_listed(lists, n_books)).astype(np.float64)
    if not counts.sum():
        return float("nan")
    places = 2 * np.arange(1, n_books + 1) - n_books - 1
    return float((places * counts).sum() / (n_books * counts.sum()))


def novelty(lists: Ints, train: Interactions, n_books: int) -> float:
    """Return the mean self-information of the listed books in bits, ``-log2((n_i + 1) / (N + 1))``.

    ``n_i`` of the ``N`` readers of the training part have read book i; adding 1 keeps the figure of
    unread books finite (Zhou et al., "Solving the apparent diversity-accuracy dilemma", PNAS 2010).
    """
    readers = np.bincount(train.book_idx, minlength=n_books)
    total = len(np.unique(train.reader_idx))
    information = -np.log2((readers + 1) / (total + 1))
    listed = lists[lists >= 0]
    return float(information[listed].mean()) if len(listed) else float("nan")


def intra_list_diversity(lists: Ints, train: Interactions, n_readers: int, n_books: int) -> float:
    """Return the mean distance of two books of a list, averaged over lists of at least two books.

    The distance is ``1 - cos`` of the books' binary reader vectors in the training part, and 1 for a
    book without readers (Ziegler et al., "Improving recommendation lists through topic
    diversification", WWW 2005). The norm of the sum of the vectors gives the sum over pairs.
    """
    vectors = _unit_rows(train, n_readers, n_books)
    rows, columns = np.nonzero(lists >= 0)
    listed = lists[rows, columns]
    member = sparse.csr_matrix(
        (np.ones(len(listed), np.float32), (rows, listed)), shape=(len(lists), n_books)
    )
    sums = member @ vectors
    squared = np.asarray(sums.multiply(sums).sum(axis=1)).ravel().astype(np.float64)
    with_readers = np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel()
    n_read = member @ with_readers
    size = (lists >= 0).sum(axis=1).astype(np.float64)
    several = size > 1
    if not several.any():
        return float("nan")
    pairs = (size * (size - 1))[several]
    return float((1 - (squared - n_read)[several] / pairs).mean())


def _unit_rows(train: Interactions, n_readers: int, n_books: int) -> sparse.csr_matrix:
    """[B, readers] binary reader vectors, scaled to length 1; zeros for a book without readers."""
    count = np.bincount(train.book_idx, minlength=n_books)
    values = (1 / np.sqrt(count[train.book_idx])).astype(np.float32)
    return interaction_matrix(train, n_readers, n_books, values).T.tocsr()
