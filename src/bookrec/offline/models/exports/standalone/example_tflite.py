"""Run ``ranker.tflite``; needs NumPy, and ai-edge-litert or TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Array = Any
"""A NumPy array."""


def load(directory: Path) -> Callable[[Mapping[str, Array]], dict[str, Array]]:
    """Open the ranker as a function from inputs, [pairs, width] by name, to scores [pairs]."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter

    run = Interpreter(model_path=str(directory / "ranker.tflite")).get_signature_runner()

    def predict(inputs: Mapping[str, Array]) -> dict[str, Array]:
        (scores,) = run(**inputs).values()
        return {"score": np.asarray(scores)[:, 0]}

    return predict
