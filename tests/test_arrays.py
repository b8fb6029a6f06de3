"""Products whose rows do not depend on their neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.arrays import alike_by_row


@pytest.mark.parametrize("shape", [(36, 128), (128, 64), (5, 7), (300, 2), (1, 3)])
@pytest.mark.parametrize("count", [1, 7, 8, 61, 400])
def test_a_row_has_the_same_product_to_the_last_bit_wherever_it_stands(
    shape: tuple[int, int], count: int
):
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(count, shape[0])).astype(np.float32)
    kernel = rng.normal(size=shape).astype(np.float32)

    def product(rows: np.ndarray) -> np.ndarray:
        return alike_by_row(rows, kernel, np.full((len(rows), shape[1]), np.nan, np.float32))

    found = product(matrix)
    np.testing.assert_allclose(found, matrix.astype(np.float64) @ kernel, rtol=1e-3, atol=1e-4)
    order = rng.permutation(count)
    np.testing.assert_array_equal(product(matrix[order]), found[order])
    np.testing.assert_array_equal(product(matrix[count // 2 :]), found[count // 2 :])


def test_a_kernel_may_be_a_transposed_view():
    rng = np.random.default_rng(4)
    matrix, kernel = (rng.normal(size=shape).astype(np.float32) for shape in ((11, 6), (9, 6)))
    found = alike_by_row(matrix, kernel.T, np.empty((11, 9), np.float32))
    np.testing.assert_allclose(found, matrix @ kernel.T, rtol=1e-4, atol=1e-5)
