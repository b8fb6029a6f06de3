"""Runs TensorFlow without graphs: building one costs more than a few small steps."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def without_graphs() -> Iterator[None]:
    """Run every ``tf.function`` of this process eagerly, for trainings of a few steps."""
    import tensorflow as tf

    with warnings.catch_warnings():
        # The input pipelines of `Model.predict` keep their graphs.
        warnings.filterwarnings("ignore", "Even though the `tf.config", UserWarning)
        tf.config.run_functions_eagerly(True)
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(False)
