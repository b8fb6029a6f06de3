"""Example that runs the retrieval index: needs NumPy and TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf


def load(directory: Path) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Open the index as a function from readers to lists.

    Its inputs are ``reader_id`` [readers], ``k`` and, for the approximate lists, ``probes``. Its
    outputs are ``isbn`` and ``score`` [readers, k] and ``known`` [readers].

    ``signature`` chooses: ``serving_default`` leaves the reader's own books out, ``with_own`` does
    not, ``approximate`` looks only into the ``probes`` partitions nearest to the reader.
    """
    index = tf.saved_model.load(str(directory / "1"))

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        given = dict(inputs)
        lists = index.signatures[str(given.pop("signature", "serving_default"))]
        found = lists(**{name: tf.constant(value) for name, value in given.items()})
        return {name: values.numpy() for name, values in found.items()}

    return predict
