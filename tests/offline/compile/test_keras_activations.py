"""Every activation in NumPy against Keras, by layer, operation and function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bookrec.inference.ranker.activations import ACTIVATIONS
from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
from keras import activations, layers, ops  # noqa: E402

from bookrec.offline.compile.keras_activations import activation_function, activation_of  # noqa: E402

# Both sides of every kink, large values, and zero; 7 columns for the functions of a row.
VALUES = (
    np.concatenate(
        [np.linspace(-7, 7, 201), [0.0, 20.0, -20.0, 60.0, -60.0, 1e-4, -1e-4, 0.2, 6.0]]
    )
    .astype(np.float32)
    .reshape(30, 7)
)

FUNCTIONS = (
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
    "linear",
)

LAYERS: list[Callable[[], Any]] = [
    lambda: layers.ReLU(max_value=2.5),
    lambda: layers.ReLU(negative_slope=0.3),
    lambda: layers.ReLU(threshold=0.5),
    lambda: layers.ReLU(max_value=3.0, negative_slope=0.2, threshold=0.5),
    lambda: layers.ReLU(),
    lambda: layers.LeakyReLU(negative_slope=0.15),
    lambda: layers.ELU(alpha=0.7),
    lambda: layers.Activation("tanh"),
    lambda: layers.Softmax(),
]

OPERATIONS: list[Callable[[Any], Any]] = [
    ops.relu,
    ops.relu6,
    ops.elu,
    ops.selu,
    ops.sigmoid,
    ops.tanh,
    ops.softplus,
    ops.softsign,
    ops.silu,
    ops.hard_sigmoid,
    ops.hard_silu,
    ops.exp,
    ops.leaky_relu,
    ops.softmax,
    lambda x: ops.gelu(x, approximate=True),
    lambda x: ops.gelu(x, approximate=False),
    lambda x: ops.elu(x, alpha=1.6),
    lambda x: ops.leaky_relu(x, negative_slope=0.05),
    lambda x: activations.relu(x, negative_slope=0.1, max_value=4.0, threshold=1.0),
]


def assert_same(activation: Any, expected: Any) -> None:
    name, parameters = activation
    result = VALUES if name == "linear" else ACTIVATIONS[name](VALUES.copy(), **parameters)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, np.asarray(expected), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_by_name(name: str):
    function = activations.get(name)
    assert_same(activation_function(function), function(ops.convert_to_tensor(VALUES)))


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_layers(number: int):
    layer = LAYERS[number]()
    assert_same(activation_of(layer), layer(VALUES))
    assert activation_function(layer) == activation_of(layer)  # Dense(activation=a layer)


@pytest.mark.parametrize("number", range(len(OPERATIONS)))
def test_operations(number: int):
    operation = OPERATIONS[number](keras.Input((7,)))._keras_history.operation
    assert_same(activation_of(operation), OPERATIONS[number](ops.convert_to_tensor(VALUES)))


def test_a_slope_for_each_unit():
    layer = layers.PReLU()
    layer.build((None, 7))
    layer.alpha.assign(np.linspace(-0.5, 0.9, 7))
    assert_same(activation_of(layer), layer(VALUES))


def test_rows_are_normalised_as_in_keras():
    layer = layers.LayerNormalization(epsilon=0.01, center=False, scale=False)
    rows = np.random.default_rng(3).normal(1, 2, (30, 7)).astype(np.float32)
    result = ACTIVATIONS["standardise"](rows, 0.01)
    np.testing.assert_allclose(result, np.asarray(layer(rows)), rtol=1e-5, atol=1e-6)
    rows[4] = 0.0
    result = ACTIVATIONS["unit"](rows, 1e-7)
    np.testing.assert_allclose(result, ops.normalize(rows, axis=-1, epsilon=1e-7), rtol=1e-6)


def test_other_activations_are_not_recognised():
    def relu(x: Any) -> Any:
        return x + 1

    for function in (relu, ops.sin, layers.Dense(3), activations.log_softmax):
        assert activation_function(function) is None
    assert activation_of(layers.Softmax(axis=1)) is None
    assert activation_function(None) == ("linear", {})
