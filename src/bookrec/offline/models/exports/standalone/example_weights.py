"""Read ``weights.npz``; needs only NumPy. The forward pass is not included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

Array = Any
"""A NumPy array."""


def load(directory: Path) -> dict[str, Array]:
    """Read every weight of the model by ``layer/weight``; ``weights.json`` describes the layers."""
    with np.load(directory / "weights.npz") as file:
        return dict(file)
