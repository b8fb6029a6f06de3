"""Which activation of `ranker.activations` a Keras layer, operation or function is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import keras

from bookrec.inference.ranker.activations import Parameters

Activation = tuple[str, Parameters]
"""Name in `ACTIVATIONS` (or ``linear``), and what differs from its defaults."""

_FUNCTIONS: Final = (
    "linear",
    "relu",
    "leaky_relu",
    "relu6",
    "elu",
    "selu",
    "sigmoid",
    "tanh",
    "softplus",
    "softsign",
    "silu",
    "gelu",
    "hard_sigmoid",
    "hard_silu",
    "exponential",
    "mish",
    "softmax",
)

_NAMES: Final = {getattr(keras.activations, name): name for name in _FUNCTIONS}


def _relu(it: Any) -> Parameters:
    found = {
        "negative_slope": float(it.negative_slope),
        "max_value": it.max_value,
        "threshold": float(it.threshold),
    }
    plain = {"negative_slope": 0.0, "max_value": None, "threshold": 0.0}
    return {name: value for name, value in found.items() if value != plain[name]}


def _none(_: Any) -> Parameters:
    return {}


_OPERATIONS: Final[dict[str, tuple[str, Callable[[Any], Parameters]]]] = {
    "ReLU": ("relu", _relu),
    "Relu": ("relu", _none),
    "Relu6": ("relu6", _none),
    "LeakyReLU": ("leaky_relu", lambda it: {"negative_slope": float(it.negative_slope)}),
    "LeakyRelu": ("leaky_relu", lambda it: {"negative_slope": float(it.negative_slope)}),
    "ELU": ("elu", lambda it: {"alpha": float(it.alpha)}),
    "Elu": ("elu", lambda it: {"alpha": float(it.alpha)}),
    "Selu": ("selu", _none),
    "PReLU": ("prelu", lambda it: {"alpha": keras.ops.convert_to_numpy(it.alpha)}),
    "Sigmoid": ("sigmoid", _none),
    "Tanh": ("tanh", _none),
    "Softplus": ("softplus", _none),
    "Softsign": ("softsign", _none),
    "Silu": ("silu", _none),
    "Gelu": ("gelu", lambda it: {"approximate": bool(it.approximate)}),
    "HardSigmoid": ("hard_sigmoid", _none),
    "HardSilu": ("hard_silu", _none),
    "Exp": ("exponential", _none),
    "Mish": ("mish", _none),
}
"""Class of a Keras layer or operation that is an activation → its name and how to read it."""

OPERATIONS: Final = frozenset({*_OPERATIONS, "Activation", "Softmax"})


def activation_of(operation: Any) -> Activation | None:
    """The activation that a layer or operation of the kinds `OPERATIONS` is; None if another."""
    kind = type(operation).__name__
    if kind == "Activation":
        return activation_function(operation.activation)
    if kind == "Softmax":
        return ("softmax", {}) if operation.axis == -1 else None
    name, read = _OPERATIONS[kind]
    return name, read(operation)


def activation_function(function: Any) -> Activation | None:
    """The activation that a Dense layer was given; None if it is not one of Keras's own."""
    if function is None:
        return "linear", {}
    if isinstance(function, keras.layers.Layer):
        known = type(function).__module__.startswith("keras.")
        return activation_of(function) if known and type(function).__name__ in OPERATIONS else None
    return (_NAMES[function], {}) if function in _NAMES else None
