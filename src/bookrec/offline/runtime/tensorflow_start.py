"""Starts TensorFlow without its start-up messages: an operator wants to read what bookrec says."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


def start_tensorflow() -> None:
    """Import TensorFlow, silently; what goes wrong is still raised. Call before importing Keras."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with silenced_stderr():
        import tensorflow as tf
    # Not warnings to act on: each one-sided branch is a small model that is traced once.
    tf.get_logger().setLevel("ERROR")


@contextlib.contextmanager
def silenced_stderr() -> Iterator[None]:
    """Some messages are written by C++ before any log level is read: close the door below them."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
