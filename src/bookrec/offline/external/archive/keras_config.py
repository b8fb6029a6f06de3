"""Reads the configuration of a Keras model before Keras does: nothing but what is on the list passes.

A configuration is JSON in which every object says its class. Each class is looked up in
`archive.allowed_layers`, and what Keras is then given is written anew: the module
of each class is the list's, never the file's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from bookrec.offline.external.archive.allowed_layers import (
    ADVICE,
    LAYERS,
    MARKS,
    MODELS,
    OPERATIONS,
    SETTINGS,
)

LARGEST_NUMBER: Final = 2**31
DEEPEST: Final = 64
CASTS: Final = frozenset({"float32", "float64", "int32", "int64"})
"""What a Lambda may be declared to cast to."""


class RefusedConfig(Exception):
    """The configuration names something that is not on the list.

    Args:
        what: "names …", to follow the file's name.
        advice: what to do, as an imperative.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}; {advice}")
        self.what, self.advice = what, advice


def checked_config(text: str | bytes, casts: Mapping[str, str]) -> dict[str, Any]:
    """The configuration of a functional or sequential model, written anew for Keras 3.

    Args:
        text: JSON.
        casts: Lambda layer → the type it is declared to cast to.

    Raises:
        RefusedConfig: it is no configuration, or names something that is not on the list.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedConfig(
            f"has a damaged configuration ({error})", "save the model again"
        ) from error
    if not isinstance(content, dict) or content.get("class_name") not in (*MODELS, "Model"):
        kind = content.get("class_name") if isinstance(content, dict) else None
        raise RefusedConfig(
            f"holds a {_quoted(kind)}, not a functional or sequential Keras model", ADVICE["Model"]
        )
    writer = _Writer(casts)
    made: dict[str, Any] = writer.value(content, 0)
    if unused := sorted(casts.keys() - writer.used):
        raise RefusedConfig(
            f"has no Lambda layer named {_quoted(unused[0])}",
            f"it has {', '.join(writer.lambdas) or 'none'}; mend [lambda] of the mapping",
        )
    return made


class _Writer:
    """Writes a configuration anew."""

    def __init__(self, casts: Mapping[str, str]) -> None:
        self.casts = casts
        self.used: set[str] = set()
        self.lambdas: list[str] = []

    def value(self, value: Any, depth: int) -> Any:
        if depth > DEEPEST:
            raise RefusedConfig(f"is nested more than {DEEPEST} deep", "save the model again")
        if isinstance(value, list):
            return [self.value(item, depth + 1) for item in value]
        if isinstance(value, dict):
            if "class_name" in value:
                return self._object(value, depth)
            return {key: self.value(item, depth + 1) for key, item in value.items()}
        if isinstance(value, int | float) and abs(value) >= LARGEST_NUMBER:
            raise RefusedConfig(f"holds the number {value:g}", "save the model again")
        return value

    def _object(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        kind, module = value["class_name"], value.get("module")
        if kind == "Model" and module is None:  # the name of a functional model in older files
            kind = "Functional"
        if not isinstance(kind, str):
            raise RefusedConfig(f"names a class {_quoted(kind)}", "save the model again")
        if kind in MARKS and module is None:
            return {"class_name": kind, **self._fields(value, ("config",), depth)}
        if kind == "Lambda":
            return self._cast(value, depth)
        settings = value.get("config")
        # An .h5 file does not say the module; layers have settings that operations have not.
        plain = isinstance(settings, dict) and not settings.keys() & {"trainable", "dtype"}
        known = _module_of(kind, module, value.get("registered_name"), operation=plain)
        fields = self._fields(value, ("config", "name", "inbound_nodes", "build_config"), depth)
        registered = kind if kind in OPERATIONS and known.startswith("keras.src.ops") else None
        return {"module": known, "class_name": kind, "registered_name": registered, **fields}

    def _fields(self, value: dict[str, Any], names: tuple[str, ...], depth: int) -> dict[str, Any]:
        made = {name: self.value(value[name], depth + 1) for name in names if name in value}
        config = made.get("config")
        if isinstance(config, dict):
            config.pop("quantization_config", None)
        return made

    def _cast(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        """The Cast that a Lambda is declared to be; its code is neither decoded nor kept."""
        config = value.get("config")
        name = config.get("name") if isinstance(config, dict) else None
        name = name if isinstance(name, str) else str(value.get("name"))
        self.lambdas.append(name)
        if name not in self.casts:
            raise RefusedConfig(
                f"has the Lambda layer {_quoted(name)}", ADVICE["Lambda"].format(name=name)
            )
        self.used.add(name)
        nodes = self.value(value.get("inbound_nodes", []), depth + 1)
        return {
            "module": OPERATIONS["Cast"],
            "class_name": "Cast",
            "registered_name": "Cast",
            "config": {"name": name, "dtype": self.casts[name]},
            "name": name,
            "inbound_nodes": [_one_argument(node, name) for node in nodes],
        }


def _one_argument(node: Any, name: str) -> Any:
    """A call of a Lambda with one tensor, as one of Cast."""
    if isinstance(node, dict) and isinstance(node.get("args"), list) and len(node["args"]) == 1:
        return {"args": node["args"], "kwargs": {}}
    if isinstance(node, list) and len(node) == 1 and isinstance(node[0], list):
        return [[*node[0][:3], {}]]
    raise RefusedConfig(
        f"has the Lambda layer {_quoted(name)}, which is given more than one tensor",
        "it does more than cast: build the model with layers or keras.ops in its place",
    )


def _module_of(kind: str, module: Any, registered: Any, *, operation: bool) -> str:
    """The module on the list; refuses a class that is not there or claims another module.

    Args:
        operation: whether it is an operation rather than a layer, where both have the name and the
            module is not said.
    """
    tables = (OPERATIONS, LAYERS) if operation and module is None else (LAYERS, OPERATIONS)
    for table in (MODELS, *tables, SETTINGS):
        if kind not in table or registered not in (None, kind):
            continue
        if module is None or module == table[kind] or _within(module, table[kind]):
            return table[kind]
    custom = isinstance(registered, str) and ">" in registered
    full = registered if custom else f"{module}.{kind}" if isinstance(module, str) else kind
    advice = ADVICE.get(kind, "build the model with Keras's own layers, and save it again")
    raise RefusedConfig(f"names {_quoted(full)}, which is not on the list of layers", advice)


def _within(module: Any, known: str) -> bool:
    """Whether a module is where Keras itself keeps what ``known`` exports."""
    if not isinstance(module, str):
        return False
    return module == "keras" or module.startswith(f"{known.replace('keras.', 'keras.src.', 1)}.")


def _quoted(name: Any) -> str:
    return repr(name if len(str(name)) <= 100 else f"{str(name)[:100]}…")
