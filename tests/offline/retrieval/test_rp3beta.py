"""Random walks beside the formula in plain loops."""

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
    found = np.zeros((5, 5))
    for book in range(5):
        neighbours, weights, _ = table.of(np.array([book]))
        found[book, neighbours] = weights
        assert weights.tolist() == sorted(weights.tolist(), reverse=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found[0, 2] > 0, "no reader has both, their author has"
    assert not found[3].any(), "nobody's book"
    assert table.scale == np.float32(expected[expected > 0].mean())
    assert np.diff(rp3beta_table(groups, 2, ALPHA, BETA).start).max() == 2


def test_large_groups_and_the_unknown_are_no_groups():
    codes = np.array([0, 0, 1, 1, 2] + [3] * 301, dtype=np.int32)
    groups = groups_of(codes)
    assert groups.shape == (1, 306)
    assert groups.indices.tolist() == [2, 3]
