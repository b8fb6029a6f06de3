"""Translates TensorFlow's operations between the layers of a Keras 2 model to operations of Keras 3.

Keras 2 writes ``x[:, 0]`` or ``tf.concat`` as a layer SlicingOpLambda or TFOpLambda with the name of a
function. A function of the tables below becomes the operation of Keras 3 that computes the same; its
arguments are numbers, names and tensors of the file. Any other function is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bookrec.json_types import JsonObject, JsonValue

OPERATIONS_OF_KERAS_2: Final = frozenset({"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"})
"""Classes that Keras 2 writes for operations on tensors outside layers."""

_CASTS: Final = frozenset({"float16", "float32", "float64", "int8", "int16", "int32", "int64"})


class NotTranslated(Exception):
    """The operation, or the way in which it is called, has no translation."""


@dataclass(frozen=True)
class _Operation:
    """Operation of Keras 3 that replaces a function of TensorFlow."""

    kind: str
    settings: Callable[[JsonObject], JsonObject]
    """Settings of the operation for the arguments of the function."""
    takes: str = "one"
    """``one`` tensor, ``two`` tensors or numbers, or a ``list`` of tensors."""


def _plain(arguments: JsonObject) -> JsonObject:  # noqa: ARG001
    return {}


def _axis(default: JsonValue) -> Callable[[JsonObject], JsonObject]:
    """Read the axis, which must not be that of the batch."""

    def settings(arguments: JsonObject) -> JsonObject:
        axis = arguments.get("axis", default)
        axes = axis if isinstance(axis, list) else [axis]
        if not axes or not all(isinstance(a, int) and a != 0 for a in axes):
            raise NotTranslated("over the rows of a batch")
        return {"axis": axis}

    return settings


def _reduction(arguments: JsonObject) -> JsonObject:
    keepdims = bool(arguments.get("keepdims", False))
    return _axis(None)(arguments) | {"keepdims": keepdims}


def _reshape(arguments: JsonObject) -> JsonObject:
    shape = arguments.get("shape")
    if not isinstance(shape, list) or not all(isinstance(n, int) for n in shape) or shape[0] != -1:
        raise NotTranslated("with a shape that is not (-1, …)")
    return {"newshape": shape}


def _cast(arguments: JsonObject) -> JsonObject:
    if arguments.get("dtype") not in _CASTS:
        raise NotTranslated(f"to {arguments.get('dtype')!r}")
    return {"dtype": arguments["dtype"]}


def _softmax(arguments: JsonObject) -> JsonObject:
    return {"axis": -1} if arguments.get("axis") is None else _axis(-1)(arguments)


def _leaky(arguments: JsonObject) -> JsonObject:
    return {"negative_slope": arguments.get("alpha", 0.2)}


def _clip(arguments: JsonObject) -> JsonObject:
    low, high = arguments.get("clip_value_min"), arguments.get("clip_value_max")
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        raise NotTranslated("between tensors")
    return {"x_min": low, "x_max": high}


_TWO: Final = {
    "__operators__.add": "Add",
    "math.add": "Add",
    "add": "Add",
    "math.subtract": "Subtract",
    "subtract": "Subtract",
    "math.multiply": "Multiply",
    "multiply": "Multiply",
    "math.truediv": "TrueDivide",
    "math.divide": "TrueDivide",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
    "math.pow": "Power",
}
_ONE: Final = {
    "math.negative": "Negative",
    "math.square": "Square",
    "math.sqrt": "Sqrt",
    "math.exp": "Exp",
    "math.log": "Log",
    "math.log1p": "Log1p",
    "math.abs": "Abs",
    "math.tanh": "Tanh",
    "math.sigmoid": "Sigmoid",
    "nn.relu": "Relu",
    "nn.relu6": "Relu6",
    "nn.elu": "Elu",
    "nn.selu": "Selu",
    "math.softplus": "Softplus",
}
_REDUCTIONS: Final = {
    "math.reduce_sum": "Sum",
    "math.reduce_mean": "Mean",
    "math.reduce_max": "Max",
    "math.reduce_min": "Min",
}

_FUNCTIONS: Final[dict[str, _Operation]] = {
    **{name: _Operation(kind, _plain, "two") for name, kind in _TWO.items()},
    **{name: _Operation(kind, _plain) for name, kind in _ONE.items()},
    **{name: _Operation(kind, _reduction) for name, kind in _REDUCTIONS.items()},
    "concat": _Operation("Concatenate", _axis(None), "list"),
    "stack": _Operation("Stack", _axis(0), "list"),
    "expand_dims": _Operation("ExpandDims", _axis(None)),
    "squeeze": _Operation("Squeeze", _axis(None)),
    "compat.v1.squeeze": _Operation("Squeeze", _axis(None)),
    "reshape": _Operation("Reshape", _reshape),
    "cast": _Operation("Cast", _cast),
    "nn.softmax": _Operation("Softmax", _softmax),
    "nn.leaky_relu": _Operation("LeakyRelu", _leaky),
    "clip_by_value": _Operation("Clip", _clip),
    "identity": _Operation("Identity", _plain),
}
_ARGUMENTS: Final = frozenset(
    {
        *("name", "y", "axis", "keepdims", "shape", "dtype", "alpha", "slice_spec"),
        *("clip_value_min", "clip_value_max"),
    }
)
_SLICE: Final = "__operators__.getitem"
_CONSTANT: Final = "_CONSTANT_VALUE"


def translated_operation(layer: JsonObject) -> JsonObject:
    """Translate one layer SlicingOpLambda or TFOpLambda.

    Returns:
        ``class_name``, ``config``, ``name`` and ``inbound_nodes`` of the operation of Keras 3; they are
        to be checked like those of any layer.

    Raises:
        NotTranslated: the function is not in the tables, or is called in another way.
    """
    config = layer.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("function"), str):
        raise NotTranslated("")
    function, name = config["function"], str(layer.get("name") or config.get("name"))
    nodes = layer.get("inbound_nodes")
    if not isinstance(nodes, list) or not nodes:
        raise NotTranslated("without a call")
    calls = [_call(node) for node in nodes]
    if function == _SLICE:
        kind, settings, written = "GetItem", {}, [_sliced(*call) for call in calls]
    elif function in _FUNCTIONS:
        operation = _FUNCTIONS[function]
        kind, every = operation.kind, [operation.settings(arguments) for _, arguments in calls]
        settings = every[0]
        if any(other != settings for other in every):
            raise NotTranslated("in several ways")
        written = [_arguments(operation, *call) for call in calls]
    else:
        raise NotTranslated("")
    nodes = [{"args": args, "kwargs": {}} for args in written]
    return {
        "class_name": kind,
        "config": {"name": name, **settings},
        "name": name,
        "inbound_nodes": nodes,
    }


def _call(node: JsonValue) -> tuple[list[JsonValue], JsonObject]:
    """Return the tensors and the other arguments of a call ``[name, call, index, arguments]``."""
    if not isinstance(node, list) or not node:
        raise NotTranslated("in an unusual way")
    entries = node if isinstance(node[0], list) else [node]
    tensors: list[JsonValue] = []
    arguments: JsonObject = {}
    for entry in entries:
        if not isinstance(entry, list) or len(entry) not in (3, 4):
            raise NotTranslated("in an unusual way")
        tensors.append(entry[2] if entry[0] == _CONSTANT else _tensor(entry))
        arguments = entry[3] if len(entry) == 4 else {}
    if not isinstance(arguments, dict):
        raise NotTranslated("in an unusual way")
    arguments = {key: value for key, value in arguments.items() if key != "name"}
    if unknown := arguments.keys() - _ARGUMENTS:
        raise NotTranslated(f"with the argument {min(unknown)!r}")
    return tensors, arguments


def _tensor(entry: JsonValue) -> JsonValue:
    """Write a reference to a tensor as Keras 3 does; its shape is found when the model is built."""
    if not _is_reference(entry):
        raise NotTranslated("in an unusual way")
    settings = {"shape": [None], "dtype": "float32", "keras_history": list(entry[:3])}
    return {"class_name": "__keras_tensor__", "config": settings}


def _is_reference(value: JsonValue) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 3
        and isinstance(value[0], str)
        and all(isinstance(number, int) for number in value[1:3])
    )


def _arguments(
    operation: _Operation, tensors: list[JsonValue], arguments: JsonObject
) -> list[JsonValue]:
    """Return the positional arguments of a call."""
    if operation.takes == "list":
        return [tensors]
    if len(tensors) != 1:
        raise NotTranslated("with several tensors")
    if operation.takes == "one":
        return tensors
    second = arguments.get("y")
    if _is_reference(second):
        second = _tensor(second)
    if not isinstance(second, int | float | dict) or isinstance(second, bool):
        raise NotTranslated("with an array")
    return [tensors[0], second]


def _sliced(tensors: list[JsonValue], arguments: JsonObject) -> list[JsonValue]:
    """Return the arguments of an index that keeps all rows of the batch."""
    spec = arguments.get("slice_spec")
    if len(tensors) != 1 or not isinstance(spec, list) or not spec:
        raise NotTranslated("in an unusual way")
    first = spec[0]
    whole = isinstance(first, dict) and not any(v is not None for v in first.values())
    if not whole:
        raise NotTranslated("over the rows of a batch")
    return [tensors[0], [_index(part) for part in spec]]


def _index(part: JsonValue) -> JsonValue:
    if isinstance(part, int) and not isinstance(part, bool):
        return part
    is_slice = isinstance(part, dict) and part.keys() == {"start", "stop", "step"}
    if is_slice and all(value is None or isinstance(value, int) for value in part.values()):
        return {"class_name": "__slice__", "config": part}
    raise NotTranslated("with an index that is no number or slice")
