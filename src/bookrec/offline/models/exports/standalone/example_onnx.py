"""Run ``ranker.onnx``; needs NumPy and onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import onnxruntime

Array = Any
"""A NumPy array."""


def load(directory: Path) -> Callable[[Mapping[str, Array]], dict[str, Array]]:
    """Open the ranker as a function from inputs, [pairs, width] by name, to scores [pairs]."""
    session = onnxruntime.InferenceSession(directory / "ranker.onnx")

    def predict(inputs: Mapping[str, Array]) -> dict[str, Array]:
        (scores,) = session.run(["score"], dict(inputs))
        return {"score": scores}

    return predict
