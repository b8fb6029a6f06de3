"""Mapping of Keras layers, operations and functions to the activations of `ranker.activations`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import keras

from bookrec.inference.ranker.activations import Parameters
from bookrec.offline.runtime.untyped import KerasActivation, KerasOperation

Activation = tuple[str, Parameters]
"""Name in `ACTIVATIONS` (or ``linear``), and the parameters that differ from its defaults."""

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


def _relu(layer: KerasOperation) -> Parameters:
    parameters = {
        "negative_slope": float(layer.negative_slope),
        "max_value": layer.max_value,
        "threshold": float(layer.threshold),
    }
    defaults = {"negative_slope": 0.0, "max_value": None, "threshold": 0.0}
    return {name: value for name, value in parameters.items() if value != defaults[name]}


def _none(_: KerasOperation) -> Parameters:
    return {}


_OPERATIONS: Final[dict[str, tuple[str, Callable[[KerasOperation], Parameters]]]] = {
    "ReLU": ("relu", _relu),
    "Relu": ("relu", _none),
    "Relu6": ("relu6", _none),
    "LeakyReLU": ("leaky_relu", lambda layer: {"negative_slope": float(layer.negative_slope)}),
    "LeakyRelu": ("leaky_relu", lambda layer: {"negative_slope": float(layer.negative_slope)}),
    "ELU": ("elu", lambda layer: {"alpha": float(layer.alpha)}),
    "Elu": ("elu", lambda layer: {"alpha": float(layer.alpha)}),
    "Selu": ("selu", _none),
    "PReLU": ("prelu", lambda layer: {"alpha": keras.ops.convert_to_numpy(layer.alpha)}),
    "Sigmoid": ("sigmoid", _none),
    "Tanh": ("tanh", _none),
    "Softplus": ("softplus", _none),
    "Softsign": ("softsign", _none),
    "Silu": ("silu", _none),
    "Gelu": ("gelu", lambda layer: {"approximate": bool(layer.approximate)}),
    "HardSigmoid": ("hard_sigmoid", _none),
    "HardSilu": ("hard_silu", _none),
    "Exp": ("exponential", _none),
    "Mish": ("mish", _none),
}
"""Class of a Keras activation layer or operation → name of the activation, reader of its parameters."""

OPERATIONS: Final = frozenset({*_OPERATIONS, "Activation", "Softmax"})
"""Classes of Keras layers and operations that `activation_of` accepts."""


def activation_of(operation: KerasOperation) -> Activation | None:
    """The activation of a layer or operation whose class is in `OPERATIONS`; None if unsupported."""
    kind = type(operation).__name__
    if kind == "Activation":
        return activation_function(operation.activation)
    if kind == "Softmax":
        return ("softmax", {}) if operation.axis == -1 else None
    name, read = _OPERATIONS[kind]
    return name, read(operation)


def activation_function(function: KerasActivation) -> Activation | None:
    """The activation of a Dense layer; None if it is not one of Keras's usual ones."""
    if function is None:
        return "linear", {}
    if isinstance(function, keras.layers.Layer):
        known = type(function).__module__.startswith("keras.")
        return activation_of(function) if known and type(function).__name__ in OPERATIONS else None
    return (_NAMES[function], {}) if function in _NAMES else None
