"""Compiled models against ``model.predict``, over randomly drawn architectures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

import keras  # noqa: E402

from model_parity import READERS, assert_equals_keras, draw_weights, make_inputs  # noqa: E402

ACTIVATIONS = (
    "relu",
    "linear",
    "tanh",
    "sigmoid",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "silu",
    "gelu",
    "leaky_relu",
    "relu6",
    "hard_sigmoid",
    "exponential",
    "mish",
    "hard_silu",
    "softmax",
)


@dataclass
class Drawn:
    """A partly drawn model: its inputs, and the tensors that the next layer may take."""

    draw: Callable[..., Any]
    inputs: dict[str, Any]
    tensors: list[Any] = field(default_factory=list)
    shared: dict[tuple[int, int, str], Any] = field(default_factory=dict)

    def any(self) -> Any:
        # The later half is drawn more often: deep models, not wide ones.
        return self.tensors[-1 - self.draw(st.integers(0, len(self.tensors) - 1))]

    def some(self) -> list[Any]:
        return [self.any() for _ in range(self.draw(st.integers(2, 3)))]

    def dense(self, tensor: Any, width: int) -> Any:
        """Draw a Dense layer, sometimes one that is already in use."""
        activation = self.draw(st.sampled_from(ACTIVATIONS))
        key = (tensor.shape[-1], width, activation)
        if key not in self.shared or self.draw(st.booleans()):
            bias = self.draw(st.booleans())
            self.shared[key] = keras.layers.Dense(width, activation=activation, use_bias=bias)
        return self.shared[key](tensor)

    def same_width(self, tensors: list[Any]) -> list[Any]:
        width = tensors[0].shape[-1]
        return [t if t.shape[-1] == width else keras.layers.Dense(width)(t) for t in tensors]

    def step(self) -> Any:
        layers, ops = keras.layers, keras.ops
        kind = self.draw(st.sampled_from(STEPS))
        tensor = self.any()
        match kind:
            case "dense":
                return self.dense(tensor, self.draw(st.integers(1, 7)))
            case "tower":
                both = layers.Concatenate()(self.some())
                return self.dense(self.dense(both, 6), self.draw(st.integers(1, 4)))
            case "concatenate":
                return layers.Concatenate()(self.some())
            case "add":
                return layers.Add()(self.same_width(self.some()))
            case "subtract":
                return layers.Subtract()(self.same_width([tensor, self.any()]))
            case "average":
                return layers.Average()(self.same_width(self.some()))
            case "multiply":
                return layers.Multiply()(self.same_width([tensor, self.any()]))
            case "dot":
                normalize = self.draw(st.booleans())
                both = self.same_width([tensor, self.any()])
                return layers.Dot(axes=1, normalize=normalize)(both)
            case "norm":
                return layers.BatchNormalization()(tensor)
            case "row norm":
                return layers.LayerNormalization(epsilon=0.1)(tensor)
            case "dropout":
                return layers.Dropout(0.4)(tensor)
            case "arithmetic":
                return 0.5 - tensor * 2.0 / (1.0 + np.arange(tensor.shape[-1], dtype="float32"))
            case "reshape":
                deeper = layers.Reshape((1, tensor.shape[-1]))(tensor)
                return layers.Flatten()(layers.Dense(3)(deeper))
            case "sum":
                return ops.sum(tensor, axis=-1, keepdims=True)
            case "part":
                return tensor[:, : max(1, tensor.shape[-1] // 2)]
            case "cross":
                whole = layers.Concatenate()([tensor, self.any()])
                crossed = layers.Multiply()([whole, layers.Dense(whole.shape[-1])(whole)])
                return layers.Add()([crossed, whole])
            case "leaky":
                return layers.LeakyReLU(0.1)(tensor)
            case "prelu":
                return layers.PReLU()(tensor)
            case _:
                return layers.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.2)(tensor)


STEPS = (
    "dense",
    "dense",
    "tower",
    "tower",
    "concatenate",
    "add",
    "subtract",
    "average",
    "multiply",
    "dot",
    "norm",
    "row norm",
    "dropout",
    "arithmetic",
    "reshape",
    "sum",
    "part",
    "cross",
    "leaky",
    "prelu",
    "relu",
)


@st.composite
def models(draw: Callable[..., Any]) -> Any:
    """Draw a model over some inputs of `model_parity`, without its weights."""
    inputs = make_inputs()
    drawn = Drawn(draw, inputs)
    for name, values in (("user", READERS), ("book", 31), ("author", 9), ("band", 8)):
        width = draw(st.integers(1, 5))
        table = keras.layers.Embedding(values, width)(inputs[name])
        drawn.tensors.append(keras.layers.Flatten()(table))
        if draw(st.booleans()):
            drawn.tensors.append(keras.ops.cast(inputs[name], "float32"))
    drawn.tensors += [inputs["numbers"], inputs["pair"], inputs["activity"], inputs["affinity"]]
    draw(st.randoms(use_true_random=False)).shuffle(drawn.tensors)
    for _ in range(draw(st.integers(1, 6))):
        drawn.tensors.append(drawn.step())
    parts = [drawn.tensors[-1], *(drawn.any() for _ in range(draw(st.integers(0, 3))))]
    last = keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    activation = draw(st.sampled_from(["sigmoid", "linear"]))
    output = keras.layers.Dense(1, activation=activation, name="last")(last)
    return keras.Model(inputs, output, name="drawn")


@settings(max_examples=40, suppress_health_check=list(HealthCheck), print_blob=True)
@given(model=models(), seed=st.integers(0, 2**16))
def test_a_model_of_any_shape_equals_keras(model: Any, seed: int):
    note("\n".join(f"{layer.name}: {layer.get_config()}" for layer in model.layers))
    draw_weights(model, seed)
    assert_equals_keras(model, seed)
