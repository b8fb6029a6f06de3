"""A compiled ranker's layers on disk: ``program.json`` and one ``.npy`` for each array."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from bookrec.arrays import Floats
from bookrec.inference.ranker.activations import ACTIVATIONS
from bookrec.inference.ranker.layers import LINEAR, PRODUCTS, Layer, Sum

PROGRAM_NAME: Final = "program.json"


def write_program(
    directory: Path, header: dict[str, Any], layers: tuple[Layer, ...], last: Sum
) -> None:
    """Write into ``directory`` (which exists); ``header`` comes back from `read_program`."""
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


def _describe(total: Sum, directory: Path, name: str) -> dict[str, Any]:
    parts = ("constant", "features", "books", "pairs")
    described: dict[str, Any] = {
        part: _stored(getattr(total, part), directory, f"{name}_{part}") for part in parts
    }
    described["inputs"] = [
        [number, _stored(kernel, directory, f"{name}_kernel_{number}")]
        for number, kernel in total.inputs
    ]
    return described


def _stored(value: Any, directory: Path, name: str) -> Any:
    """The value itself, or the name of the file that holds the array."""
    if not isinstance(value, np.ndarray):
        return value
    np.save(directory / f"{name}.npy", np.ascontiguousarray(value, dtype=np.float32))
    return f"{name}.npy"


def read_program(directory: Path) -> tuple[dict[str, Any], tuple[Layer, ...], Sum]:
    """Header, layers and last sum that `write_program` wrote; the books' terms are memory-mapped.

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


def _sum(described: dict[str, Any], directory: Path) -> Sum:
    return Sum(
        constant=_loaded(described["constant"], directory),
        features=_loaded(described["features"], directory),
        books=_loaded(described["books"], directory, mapped=True),
        pairs=_loaded(described["pairs"], directory),
        inputs=tuple((number, _loaded(k, directory)) for number, k in described["inputs"]),
    )


def _loaded(value: Any, directory: Path, *, mapped: bool = False) -> Any:
    if not isinstance(value, str):
        return value
    array: Floats = np.load(directory / value, mmap_mode="r" if mapped else None)
    return np.asarray(array)  # a plain array over the map: slices of np.memmap are slow to make


def _check(total: Sum, program: dict[str, Any], layers: list[Layer]) -> None:
    """Raise ValueError unless every array of a sum has the shape that its place asks for."""
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
