"""Names of array types, memory-mapped arrays, and products whose rows round alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""An array of any type."""
Floats = NDArray[np.float32]
"""A float32 array."""
Ints = NDArray[np.int32]
"""An int32 array."""


_ROWS: Final = 8
"""Rows per product. The kernels of OpenBLAS (Haswell, SkylakeX, Zen) round each of 8 rows alike; the
Haswell kernel rounds rows differently when there are 12, 24 or thousands."""


def map_array(path: Path) -> Array:
    """Memory-map a ``.npy`` file, read-only; several processes share the pages.

    Returns a plain array over the mapping. Slices of a ``numpy.memmap`` are ``memmap`` objects, which
    take microseconds each to make, and scoring slices thousands of times a second.

    Raises:
        OSError, ValueError: the file is missing or damaged.
    """
    array: Array = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return array


def alike_by_row(matrix: Floats, kernel: Floats, out: Floats) -> Floats:
    """Write ``matrix @ kernel`` to ``out``; the rounding of a row does not depend on its position.

    Args:
        matrix: [C, H].
        kernel: [H, K], K above 1.
        out: [C, K], contiguous rows.

    Returns:
        ``out``.
    """
    whole = len(matrix) // _ROWS * _ROWS
    if whole:
        stacked = out[:whole].reshape(-1, _ROWS, kernel.shape[1])
        assert np.may_share_memory(stacked, out), "the product would go to a copy of out"
        np.matmul(matrix[:whole].reshape(-1, _ROWS, matrix.shape[1]), kernel, out=stacked)
    if rest := len(matrix) - whole:
        last = np.zeros((_ROWS, matrix.shape[1]), dtype=matrix.dtype)
        last[:rest] = matrix[whole:]
        out[whole:] = np.matmul(last, kernel)[:rest]
    return out
