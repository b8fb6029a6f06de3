"""Run the retrieval index; needs NumPy and TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

Array = Any
"""A NumPy array."""


def load(directory: Path) -> Callable[[Mapping[str, Array]], dict[str, Array]]:
    """Open the index as a function from readers to lists.

    Its inputs are ``reader_id`` [readers], ``k`` and, for the approximate lists, ``probes``. Its
    outputs are ``isbn`` and ``score`` [readers, k] and ``known`` [readers].

    The input ``signature`` selects the lists: ``serving_default`` is without seen books, ``with_own``
    with them, ``approximate`` covers only the ``probes`` partitions nearest to the reader.
    """
    index = tf.saved_model.load(str(directory / "1"))

    def predict(inputs: Mapping[str, Array]) -> dict[str, Array]:
        arguments = dict(inputs)
        function = index.signatures[str(arguments.pop("signature", "serving_default"))]
        lists = function(**{name: tf.constant(value) for name, value in arguments.items()})
        return {name: values.numpy() for name, values in lists.items()}

    return predict
