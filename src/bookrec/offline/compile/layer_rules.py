"""Rules that apply Keras layers to linear forms; a layer with a rule can be split."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import keras
import numpy as np

from bookrec.offline.compile.keras_activations import (
    OPERATIONS,
    Activation,
    activation_function,
    activation_of,
)
from bookrec.offline.compile.keras_graph import Tensor, unit_length
from bookrec.offline.compile.linear_forms import Doubles, Form, side_by_side
from bookrec.offline.compile.splitter import Rule, Splitter
from bookrec.offline.runtime.untyped import KerasLayer, KerasValue

RULES: Final[dict[str, Rule]] = {}
"""Rule by class name of the Keras layer or operation."""


def _rule(*kinds: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, rule))
        return rule

    return register


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(1 if size is None else size for size in tensor.shape)


def _array(weights: KerasValue) -> Doubles:
    return np.asarray(keras.ops.convert_to_numpy(weights), dtype=np.float64)


def _only_operand(splitter: Splitter, tensor: Tensor) -> Form:
    """The form of the only tensor that a layer takes."""
    if len(tensor.inputs) != 1:
        raise splitter.refusal(tensor, f"is given {len(tensor.inputs)} tensors instead of one")
    return splitter.form(tensor.inputs[0])


# Layers that leave numbers as they are -----------------------------------------------------------


@_rule(
    "Dropout",
    "SpatialDropout1D",
    "GaussianDropout",
    "GaussianNoise",
    "AlphaDropout",
    "ActivityRegularization",
    "Identity",
)
def _identity(splitter: Splitter, tensor: Tensor) -> Form:
    if tensor.keywords.get("training"):
        raise splitter.refusal(tensor, "is always in training mode")
    return _only_operand(splitter, tensor)


@_rule("Flatten", "Reshape", "Squeeze", "ExpandDims")
def _reshape(splitter: Splitter, tensor: Tensor) -> Form:
    form, shape = _only_operand(splitter, tensor), _shape(tensor)
    if math.prod(shape) != form.width:
        raise splitter.refusal(tensor, "mixes the rows of a batch")
    return form.reshaped(shape)


@_rule("Cast")
def _cast(splitter: Splitter, tensor: Tensor) -> Form:
    if not tensor.dtype.startswith("float"):
        raise splitter.refusal(tensor, f"rounds to {tensor.dtype}")
    return _only_operand(splitter, tensor)


@_rule("GetItem", "Permute", "RepeatVector", "Cropping1D", "Split")
def _selection(splitter: Splitter, tensor: Tensor) -> Form:
    """Select columns; the layer itself, run on column numbers, shows the order."""
    form, shape = _only_operand(splitter, tensor), _shape(tensor)
    numbers = np.arange(form.width, dtype=np.int32).reshape(1, *form.shape)
    arguments = keras.tree.map_structure(
        lambda leaf: keras.ops.convert_to_tensor(numbers) if isinstance(leaf, Tensor) else leaf,
        tensor.arguments,
    )
    moved = keras.tree.flatten(tensor.operation(*arguments, **tensor.keywords))[tensor.index]
    columns = keras.ops.convert_to_numpy(moved)
    if columns.shape != (1, *shape):
        raise splitter.refusal(tensor, "mixes the rows of a batch")
    return form.selected(columns.ravel(), shape)


@_rule("Concatenate")
def _concatenate(splitter: Splitter, tensor: Tensor) -> Form:
    forms, shape = [splitter.form(t) for t in tensor.inputs], _shape(tensor)
    axis = tensor.operation.axis
    axis = axis - 1 if axis > 0 else len(shape) + axis
    if not 0 <= axis < len(shape):
        raise splitter.refusal(tensor, "mixes the rows of a batch")
    together = side_by_side(forms, shape)
    starts = np.cumsum([0, *(form.width for form in forms)])
    columns = [
        start + np.arange(form.width).reshape(form.shape)
        for start, form in zip(starts, forms, strict=False)
    ]
    return together.selected(np.concatenate(columns, axis=axis).ravel(), shape)


# Linear layers -----------------------------------------------------------------------------------


@_rule("LinearPart")
def _linear_part(splitter: Splitter, tensor: Tensor) -> Form:
    return _product_with_kernel(splitter, tensor, tensor.operation.layer)


def _product_with_kernel(splitter: Splitter, tensor: Tensor, layer: KerasLayer) -> Form:
    form, kernel = _only_operand(splitter, tensor), _array(layer.kernel)
    repeats = math.prod(form.shape[:-1])  # the kernel multiplies each row of a matrix
    if repeats > 1:
        kernel = np.kron(np.eye(repeats), kernel).astype(np.float64)
    product = splitter.times(form, kernel, _shape(tensor))
    return product if layer.bias is None else product.shifted(np.tile(_array(layer.bias), repeats))


@_rule("Dense")
def _dense(splitter: Splitter, tensor: Tensor) -> Form:
    activation = activation_function(tensor.operation.activation)
    form = _product_with_kernel(splitter, tensor, tensor.operation)
    return _activated(splitter, tensor, form, activation)


@_rule("BatchNormalization")
def _batch_normalization(splitter: Splitter, tensor: Tensor) -> Form:
    form, layer = _only_operand(splitter, tensor), tensor.operation
    if layer.axis not in (-1, len(form.shape)):
        raise splitter.refusal(tensor, f"normalises axis {layer.axis}, not the last")
    gamma = _array(layer.gamma) if layer.scale else 1.0
    beta = _array(layer.beta) if layer.center else 0.0
    factors = gamma / np.sqrt(_array(layer.moving_variance) + layer.epsilon)
    shift = beta - _array(layer.moving_mean) * factors
    repeats = form.width // len(factors)
    return form.scaled(np.tile(factors, repeats)).shifted(np.tile(shift, repeats))


@_rule("Rescaling")
def _rescaling(splitter: Splitter, tensor: Tensor) -> Form:
    form, layer = _only_operand(splitter, tensor), tensor.operation
    scale, offset = (
        np.broadcast_to(np.asarray(value, dtype=np.float64), (1, *form.shape)).ravel()
        for value in (layer.scale, layer.offset)
    )
    return form.scaled(scale).shifted(offset)


@_rule("Normalization")
def _normalization(splitter: Splitter, tensor: Tensor) -> Form:
    form, layer = _only_operand(splitter, tensor), tensor.operation
    if layer.invert:
        raise splitter.refusal(tensor, "is inverted")
    mean, variance = (
        np.broadcast_to(_array(value), (1, *form.shape)).ravel()
        for value in (layer.mean, layer.variance)
    )
    factors = 1.0 / np.maximum(np.sqrt(variance), keras.config.epsilon())
    return form.scaled(factors).shifted(-mean * factors)


@_rule("Negative")
def _negative(splitter: Splitter, tensor: Tensor) -> Form:
    return _only_operand(splitter, tensor).scaled(-1.0)


@_rule("Sum", "Mean")
def _reduce(splitter: Splitter, tensor: Tensor) -> Form:
    form, axis = _only_operand(splitter, tensor), tensor.operation.axis
    rank = len(form.shape) + 1
    axes = (0,) if axis is None else tuple(int(number) % rank for number in np.atleast_1d(axis))
    if 0 in axes:
        raise splitter.refusal(tensor, "mixes the rows of a batch")
    ones = np.eye(form.width).reshape(form.width, *form.shape)
    reduced = (np.sum if tensor.kind == "Sum" else np.mean)(ones, axis=axes)
    return splitter.times(form, reduced.reshape(form.width, -1), _shape(tensor))


# Arithmetic of two or more tensors ---------------------------------------------------------------


def _operands(splitter: Splitter, tensor: Tensor) -> list[Form]:
    """The forms of all operands, constants included, broadcast to one shape."""
    shape, forms = _shape(tensor), []
    for value in keras.tree.flatten(tensor.arguments):
        if isinstance(value, Tensor):
            form = splitter.form(value)
        else:
            constant = _array(value)
            rows = np.broadcast_to(constant, (1, *shape)) if constant.ndim <= len(shape) else None
            if rows is None and constant.shape[0] == 1:
                rows = np.broadcast_to(constant, (1, *shape))
            if rows is None:
                raise splitter.refusal(tensor, "has a constant for each row of a batch")
            form = Form(shape, rows.ravel().copy(), {})
        if len(form.shape) != len(shape):
            raise splitter.refusal(tensor, "has operands of different ranks")
        forms.append(form.broadcast(shape))
    return forms


@_rule("Add", "Average")
def _add(splitter: Splitter, tensor: Tensor) -> Form:
    first, *others = _operands(splitter, tensor)
    for other in others:
        first = first.plus(other)
    return first.scaled(1 / (1 + len(others))) if tensor.kind == "Average" else first


@_rule("Subtract")
def _subtract(splitter: Splitter, tensor: Tensor) -> Form:
    left, right = _operands(splitter, tensor)
    return left.plus(right.scaled(-1.0))


@_rule("Divide", "TrueDivide")
def _divide(splitter: Splitter, tensor: Tensor) -> Form:
    left, right = _operands(splitter, tensor)
    if not right.is_constant:
        raise splitter.refusal(tensor, "divides by what is not a constant")
    return left.scaled(1 / right.bias)


@_rule("Multiply")
def _multiply(splitter: Splitter, tensor: Tensor) -> Form:
    first, *others = _operands(splitter, tensor)
    for other in others:
        first = _product(splitter, first, other)
    return first


@_rule("Square")
def _square(splitter: Splitter, tensor: Tensor) -> Form:
    form = _only_operand(splitter, tensor)
    return _product(splitter, form, form)


def _product(splitter: Splitter, left: Form, right: Form) -> Form:
    if left.is_constant:
        return right.scaled(left.bias)
    if right.is_constant:
        return left.scaled(right.bias)
    return splitter.layer("multiply", (left, right), {}, left.shape)


@_rule("Dot")
def _dot(splitter: Splitter, tensor: Tensor) -> Form:
    if not isinstance(tensor.operation, keras.layers.Layer):
        raise splitter.refusal(tensor, "is a product of matrices")
    axes = tensor.operation.axes
    axes = (axes, axes) if isinstance(axes, int) else tuple(axes)
    operands = tensor.inputs
    if tensor.operation.normalize:
        operands = [unit_length(t, axis) for t, axis in zip(operands, axes, strict=True)]
    forms = [splitter.form(t) for t in operands]
    for form, axis in zip(forms, axes, strict=True):
        if form.shape[axis - 1 if axis > 0 else axis] != form.width:
            raise splitter.refusal(tensor, "is a product of matrices")
    return splitter.layer("dot", (forms[0], forms[1]), {}, _shape(tensor))


# Non-linear layers -------------------------------------------------------------------------------


def _activated(
    splitter: Splitter, tensor: Tensor, form: Form, activation: Activation | None
) -> Form:
    if activation is None:
        raise splitter.refusal(tensor, "has an activation that is not one of Keras's usual ones")
    kind, parameters = activation
    if kind == "linear":
        return form
    if kind == "softmax" and math.prod(form.shape[:-1]) > 1:
        raise splitter.refusal(tensor, "is a softmax of several rows")
    if kind == "prelu":
        alpha = np.broadcast_to(parameters["alpha"], form.shape).ravel()
        parameters = {"alpha": alpha.astype(np.float32)}
    return splitter.layer(kind, (form,), parameters, form.shape)


@_rule(*OPERATIONS)
def _activation(splitter: Splitter, tensor: Tensor) -> Form:
    form = _only_operand(splitter, tensor)
    return _activated(splitter, tensor, form, activation_of(tensor.operation))


@_rule("LayerNormalization")
def _layer_normalization(splitter: Splitter, tensor: Tensor) -> Form:
    form, layer = _only_operand(splitter, tensor), tensor.operation
    axes = [axis % (len(form.shape) + 1) for axis in np.atleast_1d(layer.axis)]
    if axes != [len(form.shape)] or form.shape[-1] != form.width or layer.rms_scaling:
        raise splitter.refusal(tensor, "normalises otherwise than one row at a time")
    parameters = {"epsilon": float(layer.epsilon)}
    form = splitter.layer("standardise", (form,), parameters, form.shape)
    if layer.gamma is not None:
        form = form.scaled(_array(layer.gamma))
    return form if layer.beta is None else form.shifted(_array(layer.beta))


@_rule("UnitNormalization", "UnitLength")
def _unit_normalization(splitter: Splitter, tensor: Tensor) -> Form:
    form, axis = _only_operand(splitter, tensor), tensor.operation.axis
    epsilon = 1e-12 if tensor.kind == "UnitNormalization" else float(keras.config.epsilon())
    if axis not in (-1, len(form.shape)) or form.shape[-1] != form.width:
        raise splitter.refusal(tensor, "normalises otherwise than one row at a time")
    return splitter.layer("unit", (form,), {"epsilon": epsilon}, form.shape)
