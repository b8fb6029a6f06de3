"""Item-kNN against a dense computation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.item_knn import item_knn_table

READERS, BOOKS = 23, 31


def interactions(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Skewed interactions: popular books, busy readers, book 30 unread."""
    rng = np.random.default_rng(seed)
    chance = np.outer(np.linspace(0.9, 0.1, READERS), np.linspace(0.9, 0.05, BOOKS))
    chance[:, -1] = 0
    readers, books = np.nonzero(rng.random((READERS, BOOKS)) < chance)
    return readers.astype(np.int32), books.astype(np.int32)


def histories(readers: np.ndarray, books: np.ndarray, n_readers: int, n_books: int) -> Any:
    entries = np.ones(len(readers), dtype=np.float32), (readers, books)
    return sparse.csr_matrix(entries, shape=(n_readers, n_books))


def dense(readers: np.ndarray, books: np.ndarray, k1: float, b: float) -> np.ndarray:
    """[books, books] similarities by the formula, in plain loops."""
    seen = np.zeros((BOOKS, READERS))
    seen[books, readers] = 1
    n_book, n_reader = seen.sum(axis=1), seen.sum(axis=0)
    weights = np.zeros_like(seen)
    for i in range(BOOKS):
        for u in range(READERS):
            if seen[i, u]:
                idf = np.log(BOOKS) - np.log(1 + n_reader[u])
                length = 1 - b + b * n_book[i] / n_book.mean()
                weights[i, u] = idf * (k1 + 1) / (k1 * length + 1)
    return weights @ weights.T


def lists(knn: SimilarityTable) -> list[list[tuple[int, float]]]:
    return [
        list(zip(knn.neighbour[a:z].tolist(), knn.weight[a:z].tolist(), strict=True))
        for a, z in zip(knn.start[:-1], knn.start[1:], strict=True)
    ]


@pytest.mark.parametrize("neighbours", [4, 100])
@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.2), (0.5, 0.9)])
def test_it_equals_the_dense_computation(neighbours: int, k1: float, b: float):
    readers, books = interactions()
    expected = dense(readers, books, k1, b)
    knn = item_knn_table(
        histories(readers, books, READERS, BOOKS), neighbours=neighbours, k1=k1, b=b
    )
    rows = lists(knn)
    assert len(rows) == BOOKS
    for book in range(BOOKS):
        others = [i for i in range(BOOKS) if i != book and expected[book, i] > 1e-9]
        best = sorted(others, key=lambda i, book=book: -expected[book, i])[:neighbours]
        assert [weight for _, weight in rows[book]] == pytest.approx(
            [expected[book, i] for i in best], rel=1e-5
        )
        for other, weight in rows[book]:
            assert weight == pytest.approx(expected[book, other], rel=1e-5)
            assert other != book
    assert rows[-1] == []


def test_ties_go_to_the_lower_position():
    # One reader of books 4, 2 and 0; two more readers make the idf positive and touch nothing else.
    readers, books = np.array([0, 0, 0, 1, 2]), np.array([0, 2, 4, 1, 3])
    knn = item_knn_table(histories(readers, books, 3, 9), neighbours=1)
    assert [[book for book, _ in row] for row in lists(knn)][:5] == [[2], [], [0], [], [0]]


def test_without_interactions_every_list_is_empty():
    nothing = np.empty(0, dtype=np.int32)
    knn = item_knn_table(histories(nothing, nothing, 2, 3))
    assert knn.start.tolist() == [0, 0, 0, 0]
    assert len(knn.neighbour) == len(knn.weight) == 0
