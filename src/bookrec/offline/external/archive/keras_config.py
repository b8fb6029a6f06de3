"""Checks the configuration of a Keras model against the allow-list and writes it anew.

A configuration is JSON in which every object names its class. Each class is looked up in
`allowed_layers`. Keras reads only the new configuration, in which the modules of the classes come from
the list, never from the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.external.archive.allowed_layers import (
    ADVICE,
    LAYERS,
    MARKS,
    MODELS,
    NOT_SUPPORTED,
    OPERATIONS,
    SETTINGS,
)
from bookrec.offline.external.archive.keras2 import MODEL_MODULES, translated
from bookrec.offline.external.archive.keras2_operations import (
    OPERATIONS_OF_KERAS_2,
    NotTranslated,
    translated_operation,
)

LARGEST_NUMBER: Final = 2**31
"""Numbers in a configuration are smaller than this."""
DEEPEST: Final = 64
"""Most levels of nesting."""
CASTS: Final = frozenset({"float32", "float64", "int32", "int64"})
"""Dtypes that a Lambda may be declared to cast to."""


class RefusedConfig(Exception):
    """The configuration is damaged, or names a class that is not on the list.

    Args:
        what: predicate of a sentence that starts with the file's name.
        advice: imperative that tells the user what to do instead.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}; {advice}")
        self.what, self.advice = what, advice


def checked_config(
    text: str | bytes, casts: Mapping[str, str], keras_version: str = ""
) -> JsonObject:
    """Check the configuration of a functional or sequential model and write it anew for Keras 3.

    Args:
        text: JSON of the configuration.
        casts: Lambda layer → dtype that it is declared to cast to.
        keras_version: version of Keras that wrote it; "" = not known.

    Raises:
        RefusedConfig: it is no configuration, or names a class that is not on the list.
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
    writer = _Writer(casts, keras_version)
    checked: JsonObject = writer.value(content, 0)
    if unused := sorted(casts.keys() - writer.used):
        raise RefusedConfig(
            f"has no Lambda layer named {_quoted(unused[0])}",
            f"it has {', '.join(writer.lambdas) or 'none'}; fix [lambda] of the mapping",
        )
    return checked


class _Writer:
    """Writer of a checked configuration; `used` and `lambdas` name the Lambda layers it met."""

    def __init__(self, casts: Mapping[str, str], keras_version: str) -> None:
        self.casts = casts
        self.keras_version = keras_version
        self.used: set[str] = set()
        self.lambdas: list[str] = []

    def value(self, value: JsonValue, depth: int) -> JsonValue:
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

    def _object(self, value: JsonObject, depth: int) -> JsonObject:
        kind, module = value["class_name"], value.get("module")
        if kind == "Model" and module is None:  # class of functional models in older files
            kind = "Functional"
        if isinstance(module, str) and MODEL_MODULES.get(module) == kind:
            module = None
        if not isinstance(kind, str):
            raise RefusedConfig(f"names a class {_quoted(kind)}", "save the model again")
        if kind in MARKS and module is None:
            return {"class_name": kind, **self._fields(value, ("config",), depth)}
        if kind == "Lambda":
            return self._cast(value, depth)
        settings = value.get("config")
        # An .h5 file does not state modules, but layers have settings that operations lack.
        plain = isinstance(settings, dict) and not settings.keys() & {"trainable", "dtype"}
        if kind in OPERATIONS_OF_KERAS_2:
            return self._operation(value, depth)
        known = _module_of(kind, module, value.get("registered_name"), operation=plain)
        fields = self._fields(value, ("config", "name", "inbound_nodes", "build_config"), depth)
        registered = kind if kind in OPERATIONS and known.startswith("keras.src.ops") else None
        return {"module": known, "class_name": kind, "registered_name": registered, **fields}

    def _operation(self, value: JsonObject, depth: int) -> JsonObject:
        """Replace an operation of TensorFlow in a file of Keras 2 by one of Keras 3."""
        try:
            operation = translated_operation(value)
        except NotTranslated as reason:
            refusal = _written_with_operations(value, self.keras_version, str(reason))
            raise RefusedConfig(*refusal) from reason
        return self._object(operation, depth)

    def _fields(self, value: JsonObject, names: tuple[str, ...], depth: int) -> JsonObject:
        fields = {name: self.value(value[name], depth + 1) for name in names if name in value}
        config = fields.get("config")
        if isinstance(config, dict):
            config.pop("quantization_config", None)
            fields["config"] = translated(value["class_name"], config)
        return fields

    def _cast(self, value: JsonObject, depth: int) -> JsonObject:
        """Replace a Lambda by the Cast it is declared to be; its code is not decoded."""
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


def _one_argument(node: JsonValue, name: str) -> JsonValue:
    """Convert a call of a Lambda with one tensor to a call of Cast."""
    if isinstance(node, dict) and isinstance(node.get("args"), list) and len(node["args"]) == 1:
        return {"args": node["args"], "kwargs": {}}
    if isinstance(node, list) and len(node) == 1 and isinstance(node[0], list):
        return [[*node[0][:3], {}]]
    raise RefusedConfig(
        f"has the Lambda layer {_quoted(name)}, which is given more than one tensor",
        "it does more than cast: build the model with layers or keras.ops in its place",
    )


def _module_of(kind: str, module: JsonValue, registered: JsonValue, *, operation: bool) -> str:
    """Return the module of a class on the list.

    Args:
        kind: class.
        module: module in the file; None if it is not stated.
        registered: registered name in the file; None for Keras's own layers.
        operation: whether an operation is preferred to a layer of that name without a module.

    Raises:
        RefusedConfig: the class is not on the list, or the file states another module.
    """
    tables = (OPERATIONS, LAYERS) if operation and module is None else (LAYERS, OPERATIONS)
    for table in (MODELS, *tables, SETTINGS):
        if kind not in table or registered not in (None, kind):
            continue
        if module is None or module == table[kind] or _within(module, table[kind]):
            return table[kind]
    if _is_layer_of_keras(kind, module, registered):
        article = "an" if kind[0] in "AEIOU" else "a"
        what = f"is not supported: the model has {article} {kind} layer"
        raise RefusedConfig(what, NOT_SUPPORTED[kind])
    custom = isinstance(registered, str) and ">" in registered
    full = registered if custom else f"{module}.{kind}" if isinstance(module, str) else kind
    advice = ADVICE.get(kind, "build the model with Keras's own layers, and save it again")
    raise RefusedConfig(f"names {_quoted(full)}, which is not on the list of layers", advice)


def _is_layer_of_keras(kind: str, module: JsonValue, registered: JsonValue) -> bool:
    """Whether a class is a layer of Keras itself that a bundle cannot have."""
    return (
        kind in NOT_SUPPORTED
        and registered in (None, kind)
        and (module is None or (isinstance(module, str) and f"{module}.".startswith("keras.")))
    )


def _written_with_operations(value: JsonObject, version: str, how: str) -> tuple[str, str]:
    """Return what is wrong with an operation of TensorFlow in a file of Keras 2, and advice."""
    config = value.get("config")
    name = config.get("function") if isinstance(config, dict) else None
    by = f"Keras {version}" if version else "Keras 2"
    return (
        f"was written by {by} with TensorFlow's operation {_quoted(name)}{how and ' '}{how}, which is "
        "not translated to Keras 3",
        "build the model there with layers (Multiply, Dot, Reshape …) in the place of operations on "
        "tensors, or save it again with Keras 3",
    )


def _within(module: JsonValue, known: str) -> bool:
    """Whether ``module`` is inside Keras's implementation of the public module ``known``."""
    if not isinstance(module, str):
        return False
    return module == "keras" or module.startswith(f"{known.replace('keras.', 'keras.src.', 1)}.")


def _quoted(name: JsonValue) -> str:
    return repr(name if len(str(name)) <= 100 else f"{str(name)[:100]}…")
