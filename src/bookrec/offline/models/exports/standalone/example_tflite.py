"""How to run ``ranker.tflite``: needs NumPy, and ai-edge-litert or TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np


def load(directory: Path) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A function from the inputs of some pairs, [pairs, width] by name, to their scores."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter

    run = Interpreter(model_path=str(directory / "ranker.tflite")).get_signature_runner()

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        (scores,) = run(**inputs).values()
        return {"score": np.asarray(scores)[:, 0]}

    return predict
