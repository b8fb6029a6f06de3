"""RP3beta against its formula in plain loops."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from bookrec.offline.retrieval.rp3beta import groups_of, rp3beta_table

ALPHA, BETA = 0.7, 0.2


def test_walks_over_readers_and_authors_equal_the_formula():
    readers = np.array([[1, 1, 0, 0, 1], [0, 1, 1, 0, 0], [1, 0, 0, 0, 1]], dtype=np.float32)
    authors = np.array([4, 0, 4, 0, 2], dtype=np.int32)  # 0 is unknown, and 2 has one book
    groups = sparse.vstack([sparse.csr_matrix(readers), groups_of(authors)]).tocsr()
    x = np.vstack([readers, [1, 0, 1, 0, 0]])
    np.testing.assert_array_equal(groups.toarray(), x)
    of_book, of_group = x.sum(axis=0), x.sum(axis=1)
    expected = np.zeros((5, 5))
    for i in range(5):
        for j in range(5):
            for g in range(4):
                if i != j and x[g, i] and x[g, j]:
                    step = of_book[i] ** -ALPHA * of_group[g] ** -ALPHA
                    expected[i, j] += step / of_book[j] ** BETA
    table = rp3beta_table(groups, 10, ALPHA, BETA)
    fitted = np.zeros((5, 5))
    for book in range(5):
        neighbours, weights, _ = table.of(np.array([book]))
        fitted[book, neighbours] = weights
        assert weights.tolist() == sorted(weights.tolist(), reverse=True)
    np.testing.assert_allclose(fitted, expected, rtol=1e-5)
    assert fitted[0, 2] > 0, "the author joins them, no reader does"
    assert not fitted[3].any(), "a book of no group"
    assert table.scale == np.float32(expected[expected > 0].mean())
    assert np.diff(rp3beta_table(groups, 2, ALPHA, BETA).start).max() == 2


def test_large_groups_and_the_unknown_code_are_left_out():
    codes = np.array([0, 0, 1, 1, 2] + [3] * 301, dtype=np.int32)
    groups = groups_of(codes)
    assert groups.shape == (1, 306)
    assert groups.indices.tolist() == [2, 3]
