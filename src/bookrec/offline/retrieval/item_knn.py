"""Item-kNN: the similarity of two books is the dot product of their BM25-weighted reader vectors.

BM25 (Robertson et al., TREC-3, 1994) takes books as documents and readers as terms: a reader of
thousands of books weighs less than a reader of five (idf), and popular books are damped (length
normalisation ``b``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy import sparse
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.retriever_fit import RetrieverData, RetrieverFit
from bookrec.ragged import row_starts

_NEIGHBOURS: Final = 200


def bm25_weights(histories: sparse.csr_matrix, k1: float, b: float) -> sparse.csr_matrix:
    """CSR [B, rows] of BM25 weights of histories, CSR [rows, B] of x: 0 and 1, or other weights.

    ``w(i, u) = x_ui idf(u) (k1 + 1) / (k1 (1 - b + b n_i / mean n) + 1)``, with
    ``idf(u) = log(B) - log(1 + books of u)`` and ``n_i`` the sum of squares of x, which is the number
    of readers where x is 0 and 1.
    """
    n_books = histories.shape[1]
    entries = histories.tocoo()
    readers_of_book = np.asarray(histories.power(2).sum(axis=0), dtype=np.float64).ravel()
    idf = np.log(n_books) - np.log1p(np.diff(histories.indptr))
    length = 1 - b + b * readers_of_book / max(readers_of_book.mean(), 1e-9)
    weights = entries.data * (idf[entries.row] * (k1 + 1) / (k1 * length[entries.col] + 1))
    return sparse.csr_matrix(
        (weights.astype(np.float32), (entries.col, entries.row)), shape=histories.shape[::-1]
    )


def item_knn_table(
    histories: sparse.csr_matrix,
    *,
    neighbours: int = 100,
    k1: float = 1.2,
    b: float = 0.2,
    label: str | None = None,
) -> SimilarityTable:
    """Fit a table of the ``neighbours`` most similar books of each book.

    Args:
        histories: CSR [rows, B] of 0 and 1, or of weights (see `retrieval.time_windows`).
        neighbours: Most similar books per book; the book itself is left out.
        k1: See `bm25_weights`.
        b: See `bm25_weights`.
        label: Label of a progress bar; None = no bar.
    """
    weighted = bm25_weights(histories, k1, b)
    return strongest_products(weighted, weighted.T.tocsr(), neighbours, label)


def strongest_products(
    left: sparse.csr_matrix,
    right: sparse.csr_matrix,
    neighbours: int,
    label: str | None = None,
    rescale: Callable[[sparse.csr_matrix, int], None] | None = None,
) -> SimilarityTable:
    """The largest positive entries of each row of ``left @ right``, without the diagonal.

    Args:
        left: CSR [books, readers].
        right: CSR [readers, books].
        neighbours: Most entries per row.
        label: Label of a progress bar; None = no bar.
        rescale: Function that changes the values of some rows of the product in place; it takes the
            rows, CSR, and the number of the first.
    """
    n_books = left.shape[0]
    counts = np.zeros(n_books, dtype=np.int64)
    books: list[Ints] = []
    weights: list[Floats] = []
    # Books are sorted by ISBN, not by popularity, so blocks of equal size take about equal time.
    starts = range(0, n_books, 1024)
    for start in tqdm(starts, desc=label, disable=None if label else True, leave=False):
        block = (left[start : start + 1024] @ right).tocsr()
        if rescale is not None:
            rescale(block, start)
        for row in range(block.shape[0]):
            entries = slice(block.indptr[row], block.indptr[row + 1])
            book, weight = _strongest(
                block.indices[entries], block.data[entries], start + row, neighbours
            )
            counts[start + row] = len(book)
            books.append(book)
            weights.append(weight)
    weight = np.concatenate([np.empty(0, np.float32), *weights]).astype(np.float32)
    return SimilarityTable(
        row_starts(counts),
        np.concatenate([np.empty(0, np.int32), *books]).astype(np.int32),
        weight,
        usual_weight(weight),
    )


def cosine(columns: sparse.csr_matrix, shrink: float) -> Callable[[sparse.csr_matrix, int], None]:
    """Make a `rescale` that turns products of ``columns`` [B, rows] into cosines with shrinkage.

    ``dot / (|i| |j| + shrink)`` (Ferrari Dacrema et al., "Are we really making much progress?",
    RecSys 2019).
    """
    length = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=1)).ravel())

    def rescale(block: sparse.csr_matrix, start: int) -> None:
        row_length = np.repeat(length[start : start + block.shape[0]], np.diff(block.indptr))
        block.data /= np.maximum(row_length * length[block.indices] + shrink, 1e-12).astype(
            np.float32
        )

    return rescale


def usual_weight(weights: Floats) -> float:
    """Mean positive weight, by which scores are divided; 1 if there is none."""
    positive = weights[weights > 0]
    return float(positive.mean(dtype=np.float64)) if len(positive) else 1.0


def _strongest(books: Ints, weights: Floats, row: int, count: int) -> tuple[Ints, Floats]:
    """The ``count`` largest weights of a row without the book itself, descending, ties by position."""
    keep = (books != row) & (weights > 0)
    books, weights = books[keep], weights[keep]
    if len(books) > count:
        edge = np.partition(weights, len(weights) - count)[len(weights) - count]
        keep = weights >= edge
        books, weights = books[keep], weights[keep]
    order = np.lexsort((books, -weights))[:count]
    return books[order], weights[order]


def _fit(data: RetrieverData) -> SimilarityTable:
    label = f"{data.label}: item-kNN"
    return item_knn_table(data.histories, neighbours=_NEIGHBOURS, label=label)


ITEM_KNN: Final = RetrieverFit(_fit, evidence="item-kNN lists")
