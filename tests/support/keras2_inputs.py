"""Inputs of the models that `make_keras2` writes."""

from __future__ import annotations

from typing import Final

VALUES: Final[dict[str, list[list[float]]]] = {
    "user": [[1], [3], [4], [0]],
    "book": [[6], [1], [2], [5]],
    "numbers": [[0.5, -1.0], [2.0, 0.25], [-0.75, 3.0], [1.5, 1.0]],
    "pair": [[1, 6], [3, 1], [4, 2], [0, 5]],
}
"""Input → its values for four pairs."""
