"""Translates what Keras 2 writes into a configuration to what Keras 3 reads.

Both versions write the same names of layers and the same order of weights. Keras 3 lacks some settings
of Keras 2 and has other names for others. The translation goes by the settings themselves: a file may
not say which version wrote it, and Keras 3 writes none of them.
"""

from __future__ import annotations

from typing import Final

from bookrec.json_types import JsonObject, JsonValue

MODEL_MODULES: Final = {
    f"keras{source}.engine.{name.lower()}": name
    for source in ("", ".src")
    for name in ("Functional", "Sequential")
} | {"keras.models": "Sequential"}
"""Module that Keras 2 states for a model → class of the model."""


def translated(kind: str, config: JsonObject) -> JsonObject:
    """Return the settings of a layer as Keras 3 reads them.

    Args:
        kind: class of the layer.
        config: its settings, of Keras 2 or 3.
    """
    if kind in ("Functional", "Model"):
        return _renumbered(config)
    settings = dict(config)
    shape = settings.pop("batch_input_shape", None)
    if kind == "InputLayer":
        if shape is not None:
            settings["batch_shape"] = shape
    elif kind == "Embedding":
        settings.pop("input_length", None)
    elif kind == "LeakyReLU" and "alpha" in settings:
        settings["negative_slope"] = settings.pop("alpha")
    elif kind == "BatchNormalization":
        axis = settings.get("axis")
        if isinstance(axis, list) and len(axis) == 1:
            settings["axis"] = axis[0]
    settings["dtype"] = _dtype(settings["dtype"]) if "dtype" in settings else None
    if settings["dtype"] is None:
        del settings["dtype"]
    return settings


def _dtype(dtype: JsonValue) -> JsonValue:
    """Return the name of a policy of Keras 2; other values unchanged."""
    if isinstance(dtype, dict) and dtype.get("class_name") == "Policy":
        config = dtype.get("config")
        return config.get("name") if isinstance(config, dict) else dtype
    return dtype


def _renumbered(config: JsonObject) -> JsonObject:
    """Return a functional model in which the calls of models inside it are numbered from 0.

    Keras 2 numbers them from 1, and its nodes are lists; those of Keras 3 are dicts.
    """
    layers = config.get("layers")
    if not isinstance(layers, list) or not any(_has_lists(layer) for layer in layers):
        return config
    kinds = {layer.get("name"): layer.get("class_name") for layer in layers}
    models = {name for name, kind in kinds.items() if kind in ("Functional", "Sequential")}
    sequential = {name for name in models if kinds[name] == "Sequential"}
    nodes = [
        {**layer, "inbound_nodes": _earlier(layer.get("inbound_nodes", []), models)}
        for layer in layers
    ]
    # Keras 3 counts a functional model that is an output from 1 itself.
    outputs = _earlier(config.get("output_layers", []), sequential)
    return {**config, "layers": nodes, "output_layers": outputs}


def _has_lists(layer: JsonObject) -> bool:
    nodes = layer.get("inbound_nodes")
    return isinstance(nodes, list) and any(isinstance(node, list) for node in nodes)


def _earlier(value: JsonValue, models: set[JsonValue]) -> JsonValue:
    """Return nested lists in which references ``[model, call, …]`` have one call less."""
    if isinstance(value, dict):
        return {key: _earlier(item, models) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int):
        return [value[0], max(value[1] - (value[0] in models), 0), *value[2:]]
    return [_earlier(item, models) for item in value]
