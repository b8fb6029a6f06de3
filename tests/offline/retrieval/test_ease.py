"""EASE's table against a dense solution in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from bookrec.offline.retrieval.ease import ease_table

READERS, BOOKS = 40, 12


@pytest.fixture
def histories() -> np.ndarray:
    rng = np.random.default_rng(5)
    chance = np.linspace(0.8, 0.1, BOOKS)
    seen = (rng.random((READERS, BOOKS)) < chance).astype(np.float32)
    seen[:, 7] = 0
    return seen


def dense(seen: np.ndarray, regularisation: float) -> np.ndarray:
    inverse = np.linalg.inv(seen.T.astype(float) @ seen + regularisation * np.eye(seen.shape[1]))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def test_it_keeps_the_strongest_weights_of_the_most_frequent_columns(histories: np.ndarray):
    table = ease_table(sparse.csr_matrix(histories), covered=9, keep=3, strength=0.25)
    covered = np.sort(np.argsort(-histories.sum(axis=0), kind="stable")[:9])
    readers_each = histories[:, covered].sum() / 9
    expected = dense(histories[:, covered], 0.25 * float(readers_each))
    assert table.size == BOOKS
    for book in range(BOOKS):
        neighbours, weights, _ = table.of(np.array([book]))
        if book not in covered:
            assert len(neighbours) == 0
            continue
        row = expected[np.searchsorted(covered, book)]
        strongest = sorted(range(9), key=lambda j, row=row: -abs(row[j]))[:3]
        assert neighbours.tolist() == covered[strongest].tolist()
        np.testing.assert_allclose(weights, row[strongest], rtol=1e-4)
    assert (table.weight < 0).any(), "weights against a book are kept too"


def test_all_weights_of_few_columns(histories: np.ndarray):
    table = ease_table(sparse.csr_matrix(histories), covered=100, keep=100, strength=0.25)
    assert np.diff(table.start).tolist() == [10 if book != 7 else 0 for book in range(BOOKS)]
    assert not (table.neighbour == 7).any(), "nobody's book has no neighbours and is none"


def test_empty_histories_give_an_empty_table():
    table = ease_table(sparse.csr_matrix((3, 5), dtype=np.float32), covered=4, keep=2)
    assert table.start.tolist() == [0] * 6


def test_duplicated_readers_give_an_equal_table(histories: np.ndarray):
    once, twice = (
        ease_table(sparse.csr_matrix(rows), covered=9, keep=8)
        for rows in (histories, np.concatenate([histories, histories]))
    )
    np.testing.assert_array_equal(once.neighbour, twice.neighbour)
    np.testing.assert_allclose(once.weight, twice.weight, rtol=1e-4)
