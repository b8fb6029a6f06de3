"""Names of the array types that nearly every module speaks of, how arrays are mapped and multiplied."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""An array of any type."""
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


_ROWS: Final = 8
"""Of so many rows all known kernels of OpenBLAS (Haswell, SkylakeX, Zen) round each alike; of 12, 24 or
thousands, Haswell's does not."""


def map_array(path: Path) -> NDArray[Any]:
    """Memory-map a ``.npy`` file, read-only; several processes share the pages.

    A plain array over the mapping: every slice of a ``numpy.memmap`` is a ``memmap`` again, which
    costs microseconds each where the scoring slices thousands of times a second.

    Raises:
        OSError, ValueError: it is missing or damaged.
    """
    return np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)


def alike_by_row(matrix: Floats, kernel: Floats, out: Floats) -> Floats:
    """``matrix @ kernel`` in ``out``, each row rounded alike wherever it stands.

    Args:
        matrix: [C, H], ``kernel`` [H, K] with K above 1.
        out: [C, K] whose rows lie one behind the other.
    """
    whole = len(matrix) // _ROWS * _ROWS
    if whole:
        stacked = out[:whole].reshape(-1, _ROWS, kernel.shape[1])
        assert np.may_share_memory(stacked, out), "a copy would be filled in its place"
        np.matmul(matrix[:whole].reshape(-1, _ROWS, matrix.shape[1]), kernel, out=stacked)
    if left := len(matrix) - whole:
        last = np.zeros((_ROWS, matrix.shape[1]), dtype=matrix.dtype)
        last[:left] = matrix[whole:]
        out[whole:] = np.matmul(last, kernel)[:left]
    return out
