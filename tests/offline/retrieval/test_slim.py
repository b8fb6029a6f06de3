"""SLIM: weights at the minimum of their objective, and the retriever's table of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from bookrec.offline.retrieval.slim import descend, slim_table

N_BOOKS = 11


@pytest.fixture
def histories() -> sparse.csr_matrix:
    """40 readers of 11 books; books 3 and 7 go together, nobody reads book 10."""
    rng = np.random.default_rng(4)
    read = (rng.random((40, N_BOOKS)) < 0.3).astype(np.float32)
    read[:, 7] = np.where(rng.random(40) < 0.9, read[:, 3], read[:, 7])
    read[:, 10] = 0
    return sparse.csr_matrix(read)


def dense(table) -> np.ndarray:
    weights = np.zeros((N_BOOKS, N_BOOKS))
    rows = np.repeat(np.arange(N_BOOKS), np.diff(table.start))
    weights[rows, table.neighbour] = table.weight
    return weights


def test_the_table_is_the_minimum_of_the_objective(histories):
    """Karush-Kuhn-Tucker: no other non-negative weight between books with a common reader is better."""
    x = histories.toarray()
    weights = dense(slim_table(histories))
    gradient = x.T @ (x @ weights - x) + 20.0 * weights + 0.5
    related = (x.T @ x > 0) & ~np.eye(N_BOOKS, dtype=bool)
    assert (weights[~related] == 0).all()
    assert weights[3, 7] == weights[3].max() > 0
    assert np.abs(gradient[weights > 0]).max() < 0.05
    assert gradient[related & (weights == 0)].min() > -0.05


def test_rows_are_sorted_and_a_book_without_readers_is_in_none(histories):
    table = slim_table(histories)
    for book in range(N_BOOKS):
        weights = table.weight[table.start[book] : table.start[book + 1]]
        assert (np.diff(weights) <= 0).all()
    assert table.start[11] == table.start[10]
    assert 10 not in table.neighbour.tolist()
    assert table.scale == pytest.approx(table.weight.mean())


def test_weighted_histories_are_rows_of_that_weight(histories):
    """Weights of the matrix scale its products: a row of weight 2 counts as four rows of weight 1."""
    twice = sparse.vstack([histories] * 4).tocsr()
    np.testing.assert_allclose(
        dense(slim_table(histories * 2.0)), dense(slim_table(twice)), rtol=1e-4, atol=1e-6
    )


def test_an_empty_catalogue_has_an_empty_table():
    table = slim_table(sparse.csr_matrix((5, N_BOOKS), dtype=np.float32))
    assert len(table.neighbour) == 0
    assert table.size == N_BOOKS


def test_descent_by_hand():
    """One column: w = max(0, (b - l1) / (G + l2))."""
    gram = np.array([[[3.0]], [[3.0]]], dtype=np.float32)
    target = np.array([[2.0], [0.2]], dtype=np.float32)
    assert descend(gram, target, l1=0.5, l2=2.0).ravel().tolist() == pytest.approx([0.3, 0.0])
