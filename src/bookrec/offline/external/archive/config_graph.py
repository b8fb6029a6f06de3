"""Shapes of models that cannot rank, seen in their configuration before Keras is loaded.

A ranker gives one score for one reader and one book. A model that gives several numbers for a pair, or
that is given a list of ids, is another kind of model, whatever its layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bookrec.json_types import JsonObject, JsonValue

_PLAIN: Final = frozenset(
    {"Activation", "Dropout", "Softmax", "Flatten", "Reshape", "Masking", "SpatialDropout1D"}
)
"""Layers that keep how many numbers there are."""
_BOOK: Final = re.compile(r"book|isbn|item|title|movie|product")
"""Words in the name of an input of the book."""
_PAIRS_ONLY: Final = (
    "an imported model gives one score for the numbers of one reader and one book "
    "(docs/importing-models.md)"
)


@dataclass(frozen=True)
class _Node:
    """A layer with the names of those before it."""

    name: str
    kind: str
    settings: JsonObject
    before: tuple[str, ...]


def unsuitable_shape(config: JsonObject, split: Iterable[str] = ()) -> tuple[str, str] | None:
    """Describe what makes a model no ranker; None if nothing does.

    Args:
        config: checked configuration (`keras_config.checked_config`).
        split: inputs of several ids that the mapping file states column by column.

    Returns:
        Predicate of a sentence that starts with the file's name, and the advice that follows it.
    """
    nodes = _nodes(config)
    inputs = [node for node in nodes.values() if node.kind == "InputLayer"]
    for node in inputs:
        if node.name not in split and (length := _list_of_ids(node, nodes)):
            what = f"is not supported: it has an input of a list of ids, {node.name!r} ({length})"
            return what, _PAIRS_ONLY
    for name in _outputs(config, nodes):
        softmax, units = _units(nodes, name)
        if units is None or units < 2:
            continue
        if softmax and not any(_is_of_book(node.name) for node in inputs):
            continue  # over all books, perhaps: `external.graphs` makes a score of one book of it
        if softmax:
            what = (
                f"is not supported: its output is a softmax over {units:,} classes, not one score"
            )
        else:
            what = (
                f"is not supported: its output is {units:,} numbers, not one score and no softmax "
                "over all books"
            )
        return what, _PAIRS_ONLY
    return None


def _is_of_book(name: str) -> bool:
    """Whether the name of an input says that it is of the book that is scored."""
    return bool(_BOOK.search(name.lower()))


def _nodes(config: JsonObject) -> dict[str, _Node]:
    nodes: dict[str, _Node] = {}
    before: tuple[str, ...] = ()
    for layer in config["config"].get("layers", []):
        settings = layer.get("config", {})
        name = str(layer.get("name") or settings.get("name"))
        if config["class_name"] != "Sequential":
            before = tuple(dict.fromkeys(_references(layer.get("inbound_nodes", []))))
        nodes[name] = _Node(name, layer["class_name"], settings, before)
        before = (name,)
    return nodes


def _references(value: JsonValue) -> Iterator[str]:
    """Yield the names of the layers that calls refer to, as Keras 2 and Keras 3 write them."""
    if isinstance(value, dict):
        history = value.get("keras_history")
        if isinstance(history, list) and history:
            yield str(history[0])
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int):
            yield value[0]
        else:
            for item in value:
                yield from _references(item)


def _outputs(config: JsonObject, nodes: dict[str, _Node]) -> list[str]:
    if config["class_name"] == "Sequential":
        return list(nodes)[-1:]
    return [
        name for name in _references(config["config"].get("output_layers", [])) if name in nodes
    ]


def _units(nodes: dict[str, _Node], name: str) -> tuple[bool, int | None]:
    """Return whether an output is a softmax, and how many numbers it has; None if not known."""
    softmax = False
    for _ in range(len(nodes)):
        node = nodes[name]
        softmax |= node.kind == "Softmax" or node.settings.get("activation") == "softmax"
        if node.kind == "Dense":
            units = node.settings.get("units")
            return softmax, units if isinstance(units, int) else None
        if node.kind not in _PLAIN or len(node.before) != 1 or node.before[0] not in nodes:
            break
        (name,) = node.before
    return softmax, None


def _list_of_ids(source: _Node, nodes: dict[str, _Node]) -> str | None:
    """Return the length of an input that is a list of ids, as text; None if it is none."""
    shape = source.settings.get("batch_shape")
    if not isinstance(shape, list) or len(shape) != 2 or shape[1] == 1:
        return None
    for table in _after(nodes, source.name):
        if table.kind != "Embedding":
            continue
        if shape[1] is None:
            return "of any length"
    return None


def _after(nodes: dict[str, _Node], name: str) -> list[_Node]:
    return [node for node in nodes.values() if name in node.before]
