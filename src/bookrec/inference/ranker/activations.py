"""Activation functions of Keras 3 in NumPy, for models that run outside Keras.

Each takes an array of float32, which it may overwrite, and the parameters that Keras gives it, and
returns float32 of the same shape. The last three look at a whole row (the last axis); all others
work number by number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import NDArray

from bookrec.arrays import Floats

_SELU_SCALE: Final = 1.0507009873554804934193349852946
_SELU_ALPHA: Final = 1.6732632423543772848170429916717
_ERF_END: Final = 5.0
"""Argument beyond which the error function is 1 to the last bit of a float32."""


def relu(
    x: Floats, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Floats:
    """General ReLU of Keras: a slope below the threshold and a maximum."""
    if not negative_slope:
        if not threshold:
            rectified = np.maximum(x, np.float32(0), out=x)
        else:
            rectified = np.where(x > threshold, x, np.float32(0))
    else:
        below = np.float32(negative_slope) * (x - np.float32(threshold))
        rectified = np.where(x > threshold, x, below)
    if max_value is None:
        return rectified
    lowest = np.float32(0) if not negative_slope else np.float32(-np.inf)
    return np.clip(rectified, lowest, np.float32(max_value))


def leaky_relu(x: Floats, negative_slope: float = 0.2) -> Floats:
    """Line with a smaller slope below 0."""
    return np.where(x > 0, x, np.float32(negative_slope) * x)


def prelu(x: Floats, alpha: Floats) -> Floats:
    """Leaky ReLU with a slope for each unit: ``alpha`` has the row's width."""
    return np.where(x > 0, x, alpha * x)


def relu6(x: Floats) -> Floats:
    """Values clipped to 0–6."""
    return np.clip(x, np.float32(0), np.float32(6), out=x)


def elu(x: Floats, alpha: float = 1.0) -> Floats:
    """Exponential linear unit (Clevert et al., arXiv 1511.07289)."""
    return np.where(x > 0, x, np.float32(alpha) * np.expm1(np.minimum(x, 0)))


def selu(x: Floats) -> Floats:
    """Scaled exponential linear unit (Klambauer et al., arXiv 1706.02515)."""
    return np.float32(_SELU_SCALE) * elu(x, _SELU_ALPHA)


def sigmoid(x: Floats) -> Floats:
    """Logistic function, by way of tanh, which neither overflows nor cancels."""
    x *= np.float32(0.5)
    np.tanh(x, out=x)
    x += 1
    x *= np.float32(0.5)
    return x


def tanh(x: Floats) -> Floats:
    """Hyperbolic tangent."""
    return np.tanh(x, out=x)


def softplus(x: Floats) -> Floats:
    """Smooth ReLU: ``log(1 + exp(x))``."""
    return np.logaddexp(x, np.float32(0))


def softsign(x: Floats) -> Floats:
    """Sigmoid of polynomial tails: ``x / (1 + |x|)``."""
    return np.asarray(x / (1 + np.abs(x)))


def silu(x: Floats) -> Floats:
    """Swish: ``x * sigmoid(x)``."""
    return x * sigmoid(x.copy())


def gelu(x: Floats, approximate: bool = False) -> Floats:
    """Gaussian error linear unit (Hendrycks, Gimpel, arXiv 1606.08415); ``approximate``: with tanh."""
    if approximate:
        inner = np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x**3)
        return np.asarray(np.float32(0.5) * x * (1 + np.tanh(inner)))
    return (0.5 * x * (1 + _erf(x.astype(np.float64) * math.sqrt(0.5)))).astype(np.float32)


def hard_sigmoid(x: Floats) -> Floats:
    """Piecewise linear sigmoid: ``x / 6 + 1 / 2``, clipped to 0–1."""
    return np.clip(x / 6 + np.float32(0.5), np.float32(0), np.float32(1))


def hard_silu(x: Floats) -> Floats:
    """Piecewise SiLU: ``x * hard_sigmoid(x)``."""
    return x * hard_sigmoid(x)


def exponential(x: Floats) -> Floats:
    """Exponential function."""
    return np.exp(x, out=x)


def mish(x: Floats) -> Floats:
    """Mish: ``x * tanh(softplus(x))`` (Misra, arXiv 1908.08681)."""
    return x * np.tanh(softplus(x))


def softmax(x: Floats) -> Floats:
    """Exponentials of each row, scaled to sum 1."""
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(x / x.sum(axis=-1, keepdims=True))


def standardise(x: Floats, epsilon: float) -> Floats:
    """Rows of mean 0 and variance 1: layer normalisation (Ba et al., arXiv 1607.06450)."""
    x = x - x.mean(axis=-1, keepdims=True)
    return np.asarray(x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + np.float32(epsilon)))


def unit(x: Floats, epsilon: float) -> Floats:
    """Rows divided by their lengths, or by ``epsilon`` where these are shorter."""
    length = np.sqrt(np.square(x).sum(axis=-1, keepdims=True))
    return np.asarray(x / np.maximum(length, np.float32(epsilon)))


@cache
def _erf_series() -> Chebyshev:
    """Series of the error function divided by its argument, in the square of the argument."""
    ratio = np.frompyfunc(lambda t: math.erf(math.sqrt(t)) / math.sqrt(t), 1, 1)
    nodes = np.polynomial.chebyshev.chebpts1(200)
    squares = (nodes + 1) * _ERF_END**2 / 2
    return Chebyshev.fit(squares, ratio(squares).astype(np.float64), 40, domain=[0, _ERF_END**2])


def _erf(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the error function within 1e-9."""
    x = np.clip(x, -_ERF_END, _ERF_END)
    return np.asarray(x * _erf_series()(x * x), dtype=np.float64)


ACTIVATIONS: Final[dict[str, Callable[..., Floats]]] = {
    function.__name__: function
    for function in (
        relu,
        leaky_relu,
        prelu,
        relu6,
        elu,
        selu,
        sigmoid,
        tanh,
        softplus,
        softsign,
        silu,
        gelu,
        hard_sigmoid,
        hard_silu,
        exponential,
        mish,
        softmax,
        standardise,
        unit,
    )
}
"""Function of each activation, by Keras's name."""

Parameter: TypeAlias = Any
"""A number, or an array with a number per unit."""

Parameters: TypeAlias = dict[str, Parameter]
"""Arguments of an activation by name."""
