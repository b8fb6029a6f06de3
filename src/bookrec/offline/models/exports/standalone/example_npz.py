"""Run ``ranker.npz``; needs only NumPy."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from activations import ACTIVATIONS

Array = Any
"""A NumPy array."""
Json = Any
"""A value of ``ranker.json``."""


def load(directory: Path) -> Callable[[Mapping[str, Array]], dict[str, Array]]:
    """Open the ranker as a function from pairs of reader and book to logits and scores [pairs]."""
    with np.load(directory / "ranker.npz") as file:
        arrays = dict(file)
    program = json.loads((directory / "ranker.json").read_text(encoding="utf-8"))

    def array(value: Json) -> Array:
        return arrays[value] if isinstance(value, str) else value

    def total(part: dict[str, Json], inputs: Mapping[str, Array], layers: list[Array]) -> Array:
        """Sum the terms of the age band, the reader, the book, the pair and earlier layers."""
        result = array(part["constant"])[inputs["age_band"]]
        if part["features"] is not None:
            result = result + inputs["reader_features"] @ array(part["features"])
        if part["books"] is not None:
            result = result + array(part["books"])[inputs["book"]]
        if part["pairs"] is not None:
            result = result + inputs["pair_features"] @ array(part["pairs"])
        for number, kernel in part["inputs"]:
            result = result + (layers[number] if kernel is None else layers[number] @ array(kernel))
        return result

    def predict(inputs: Mapping[str, Array]) -> dict[str, Array]:
        layers: list[Array] = []
        for layer in program["layers"]:
            operands = [total(part, inputs, layers) for part in layer["operands"]]
            if layer["kind"] == "multiply":
                layers.append(operands[0] * operands[1])
            elif layer["kind"] == "dot":
                layers.append((operands[0] * operands[1]).sum(axis=1, keepdims=True))
            elif layer["kind"] == "linear":
                layers.append(operands[0])
            else:
                parameters = {name: array(value) for name, value in layer["parameters"].items()}
                layers.append(ACTIVATIONS[layer["kind"]](operands[0], **parameters))
        logit = total(program["last"], inputs, layers)[:, 0].astype(np.float64)
        sigmoid = program["output"] == "sigmoid"
        return {"logit": logit, "score": 1 / (1 + np.exp(-logit)) if sigmoid else logit}

    return predict
