"""Activations of `ranker.activations` in TensorFlow: Keras's own, and three that Keras lacks.

Each takes a tensor and the parameters of its NumPy counterpart, and returns a tensor of equal shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import keras
import tensorflow as tf

from bookrec.inference.ranker.activations import ACTIVATIONS
from bookrec.offline.runtime.untyped import Tensor


def _prelu(x: Tensor, alpha: Tensor) -> Tensor:
    return tf.where(x > 0, x, alpha * x)


def _standardise(x: Tensor, epsilon: float) -> Tensor:
    x = x - tf.reduce_mean(x, axis=-1, keepdims=True)
    return x / tf.sqrt(tf.reduce_mean(tf.square(x), axis=-1, keepdims=True) + epsilon)


def _unit(x: Tensor, epsilon: float) -> Tensor:
    length = tf.sqrt(tf.reduce_sum(tf.square(x), axis=-1, keepdims=True))
    return x / tf.maximum(length, epsilon)


_NOT_IN_KERAS: Final = {"prelu": _prelu, "standardise": _standardise, "unit": _unit}

TENSORFLOW_ACTIVATIONS: Final[dict[str, Callable[..., Tensor]]] = {
    name: _NOT_IN_KERAS.get(name) or getattr(keras.activations, name) for name in ACTIVATIONS
}
"""Function of each kind of layer of `ACTIVATIONS`."""
