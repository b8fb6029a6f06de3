"""How to run ``ranker.onnx``: needs NumPy and onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import onnxruntime


def load(directory: Path) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A function from the inputs of some pairs, [pairs, width] by name, to their scores."""
    session = onnxruntime.InferenceSession(directory / "ranker.onnx")

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        (scores,) = session.run(["score"], dict(inputs))
        return {"score": scores}

    return predict
