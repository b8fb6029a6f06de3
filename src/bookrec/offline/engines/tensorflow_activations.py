"""The activation functions of `ranker.activations` in TensorFlow, under the same names.

Each takes a tensor and the same parameters, and returns a tensor of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import tensorflow as tf

Tensor = Any


def _relu(
    x: Tensor, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Tensor:
    below = negative_slope * (x - threshold) if negative_slope else tf.zeros_like(x)
    rectified = tf.where(x > threshold, x, below)
    if max_value is None:
        return rectified
    capped = tf.minimum(rectified, max_value)
    return capped if negative_slope else tf.maximum(capped, 0.0)


def _leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    return tf.where(x > 0, x, negative_slope * x)


def _prelu(x: Tensor, alpha: Any) -> Tensor:
    return tf.where(x > 0, x, alpha * x)


def _elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    return tf.where(x > 0, x, alpha * tf.math.expm1(tf.minimum(x, 0.0)))


def _gelu(x: Tensor, approximate: bool = False) -> Tensor:
    return tf.nn.gelu(x, approximate=approximate)


def _hard_sigmoid(x: Tensor) -> Tensor:
    return tf.clip_by_value(x / 6 + 0.5, 0.0, 1.0)


def _hard_silu(x: Tensor) -> Tensor:
    return x * _hard_sigmoid(x)


def _mish(x: Tensor) -> Tensor:
    return x * tf.tanh(tf.nn.softplus(x))


def _softmax(x: Tensor) -> Tensor:
    return tf.nn.softmax(x, axis=-1)


def _standardise(x: Tensor, epsilon: float) -> Tensor:
    x = x - tf.reduce_mean(x, axis=-1, keepdims=True)
    return x / tf.sqrt(tf.reduce_mean(tf.square(x), axis=-1, keepdims=True) + epsilon)


def _unit(x: Tensor, epsilon: float) -> Tensor:
    length = tf.sqrt(tf.reduce_sum(tf.square(x), axis=-1, keepdims=True))
    return x / tf.maximum(length, epsilon)


TENSORFLOW_ACTIVATIONS: Final[dict[str, Callable[..., Tensor]]] = {
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "prelu": _prelu,
    "relu6": tf.nn.relu6,
    "elu": _elu,
    "selu": tf.nn.selu,
    "sigmoid": tf.sigmoid,
    "tanh": tf.tanh,
    "softplus": tf.nn.softplus,
    "softsign": tf.nn.softsign,
    "silu": tf.nn.silu,
    "gelu": _gelu,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "exponential": tf.exp,
    "mish": _mish,
    "softmax": _softmax,
    "standardise": _standardise,
    "unit": _unit,
}
"""By the name that Keras gives them."""
