"""Start of TensorFlow without its start-up messages."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


def start_tensorflow() -> None:
    """Import TensorFlow without its messages. Call this before importing Keras; errors are raised."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # For XGBoost, imported later: beside other work, its threads would spin while they wait for one
    # another, and take many times the time of the work itself.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    with silenced_stderr(), _without_scikit_learn():
        import tensorflow as tf
    # Retracing warnings need no action: each one-sided branch is a small model, traced once.
    tf.get_logger().setLevel("ERROR")


@contextlib.contextmanager
def _without_scikit_learn() -> Iterator[None]:
    """Make Keras skip its wrappers for scikit-learn, whose import takes a second."""
    if "sklearn" in sys.modules:
        yield
        return
    sys.modules["sklearn"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["sklearn"]


@contextlib.contextmanager
def silenced_stderr() -> Iterator[None]:
    """Discard what C++ code writes to stderr, which no log level controls, during the block."""
    sys.stderr.flush()
    stderr = os.dup(2)
    try:
        with open(os.devnull, "w") as devnull:  # noqa: PTH123
            os.dup2(devnull.fileno(), 2)
            yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
