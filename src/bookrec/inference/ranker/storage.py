"""Files of a compiled ranker: ``program.json`` and one ``.npy`` per array."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np

from bookrec.arrays import Array, Floats
from bookrec.inference.ranker.activations import ACTIVATIONS
from bookrec.inference.ranker.layers import LINEAR, PRODUCTS, Layer, Sum
from bookrec.json_types import JsonObject, JsonValue

PROGRAM_NAME: Final = "program.json"


def write_program(
    directory: Path, header: JsonObject, layers: tuple[Layer, ...], last: Sum
) -> None:
    """Write a program.

    Args:
        directory: existing directory.
        header: values that `read_program` returns.
        layers: of the ranker.
        last: sum of the logit.
    """
    described = [
        {
            "kind": layer.kind,
            "parameters": {
                name: _stored(value, directory, f"layer_{number}_{name}")
                for name, value in layer.parameters.items()
            },
            "pairwise": list(layer.pairwise),
            "operands": [
                _describe(operand, directory, f"layer_{number}_{place}")
                for place, operand in enumerate(layer.operands)
            ],
        }
        for number, layer in enumerate(layers)
    ]
    program = {**header, "layers": described, "last": _describe(last, directory, "last")}
    (directory / PROGRAM_NAME).write_text(json.dumps(program, indent=1), encoding="utf-8")


def _describe(total: Sum, directory: Path, name: str) -> JsonObject:
    parts = ("constant", "features", "books", "pairs")
    described: JsonObject = {
        part: _stored(getattr(total, part), directory, f"{name}_{part}") for part in parts
    }
    described["inputs"] = [
        [number, _stored(kernel, directory, f"{name}_kernel_{number}")]
        for number, kernel in total.inputs
    ]
    return described


def _stored(value: JsonValue | Array, directory: Path, name: str) -> JsonValue:
    """Save an array and return the name of its file; return any other value unchanged."""
    if not isinstance(value, np.ndarray):
        return value
    np.save(directory / f"{name}.npy", np.ascontiguousarray(value, dtype=np.float32))
    return f"{name}.npy"


def read_program(directory: Path) -> tuple[JsonObject, tuple[Layer, ...], Sum]:
    """Read the header, the layers and the last sum of a program; the books' terms are memory-mapped.

    Raises:
        OSError, ValueError: something is missing, damaged or does not fit together.
    """
    path = directory / PROGRAM_NAME
    program = json.loads(path.read_text(encoding="utf-8"))
    try:
        layers: list[Layer] = []
        for described in program["layers"]:
            layer = Layer(
                described["kind"],
                tuple(_sum(operand, directory) for operand in described["operands"]),
                {k: _loaded(v, directory) for k, v in described["parameters"].items()},
                tuple(described["pairwise"]),
            )
            if layer.kind not in {*ACTIVATIONS, *PRODUCTS, LINEAR}:
                raise ValueError(f"it has a layer of the unknown kind {layer.kind!r}")
            for operand in layer.operands:
                _check(operand, program, layers)
            layers.append(layer)
        last = _sum(program["last"], directory)
        _check(last, program, layers)
    except (KeyError, TypeError, AttributeError, ValueError, EOFError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    return program, tuple(layers), last


def _sum(described: JsonObject, directory: Path) -> Sum:
    return Sum(
        constant=_loaded(described["constant"], directory),
        features=_loaded(described["features"], directory),
        books=_loaded(described["books"], directory, mapped=True),
        pairs=_loaded(described["pairs"], directory),
        inputs=tuple((number, _loaded(k, directory)) for number, k in described["inputs"]),
    )


def _loaded(value: JsonValue, directory: Path, *, mapped: bool = False) -> JsonValue | Array:
    if not isinstance(value, str):
        return value
    array: Floats = np.load(directory / value, mmap_mode="r" if mapped else None)
    return np.asarray(array)  # slices of a plain array over the map are faster than of np.memmap


def _check(total: Sum, program: JsonObject, layers: list[Layer]) -> None:
    """Raise ValueError unless every array of a sum has the shape that the program needs."""
    expected = {
        "features": (program["reader_width"], total.width),
        "books": (program["books"], total.width),
        "pairs": (program["pair_width"], total.width),
    }
    for part, shape in expected.items():
        array = getattr(total, part)
        if array is not None and array.shape != shape:
            raise ValueError(f"{part} have the shape {array.shape} instead of {shape}")
    for number, kernel in total.inputs:
        if not 0 <= number < len(layers):
            raise ValueError(f"a sum asks for layer {number}, out of range")
        rows = layers[number].width
        shape = (rows, total.width)
        if rows != total.width if kernel is None else kernel.shape != shape:
            raise ValueError(f"layer {number} does not fit a sum of width {total.width}")
