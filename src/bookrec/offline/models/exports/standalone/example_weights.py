"""How to read ``weights.npz``: needs NumPy alone. The forward pass is yours to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


def load(directory: Path) -> dict[str, Any]:
    """Every weight of the model by ``layer/weight``; ``weights.json`` says what the layers are."""
    with np.load(directory / "weights.npz") as file:
        return dict(file)
