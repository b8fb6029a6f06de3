"""Names for objects of libraries without types: Keras, TensorFlow, gensim, XGBoost, pyarrow."""

from __future__ import annotations

from typing import Any, TypeAlias

KerasModel: TypeAlias = Any
"""A `keras.Model`."""

KerasLayer: TypeAlias = Any
"""A `keras.layers.Layer`."""

KerasTensor: TypeAlias = Any
"""A symbolic tensor of a Keras graph."""

KerasOperation: TypeAlias = Any
"""A `keras.Operation`: a layer or a function in a Keras graph."""

KerasOptimizer: TypeAlias = Any
"""A `keras.optimizers.Optimizer`."""

KerasActivation: TypeAlias = Any
"""An activation of a Keras layer: a function, a `keras.layers.Layer` or None."""

KerasValue: TypeAlias = Any
"""An array that Keras computes with: a weight, a constant or a result."""

KerasArgument: TypeAlias = Any
"""An argument of a Keras call: tensors and plain values, nested in lists, tuples and dicts."""

Tensor: TypeAlias = Any
"""A `tf.Tensor`."""

TensorFlowFunction: TypeAlias = Any
"""A `tf.function`."""

TensorFlowModule: TypeAlias = Any
"""A `tf.Module` or a function traced by ``tf.function``."""

ProgressBar: TypeAlias = Any
"""A `tqdm.tqdm`."""
