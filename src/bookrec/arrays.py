"""Names of the array types that nearly every module speaks of, and how arrays are mapped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


def map_array(path: Path) -> NDArray[Any]:
    """Memory-map a ``.npy`` file, read-only; several processes share the pages.

    A plain array over the mapping: every slice of a ``numpy.memmap`` is a ``memmap`` again, which
    costs microseconds each where the scoring slices thousands of times a second.

    Raises:
        OSError, ValueError: it is missing or damaged.
    """
    return np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
