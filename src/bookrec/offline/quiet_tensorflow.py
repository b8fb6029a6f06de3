"""TensorFlow speaks much at start-up; an operator wants to read what bookrec says."""

from __future__ import annotations

import os


def quiet() -> None:
    """Silence TensorFlow's start-up messages; call before the first import of it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
