"""Check of JSON-LD against the vocabulary of schema.org, as the package msgspec-schemaorg has it.

The package does not decode (its types name each other before they exist), so its fields, annotations
and enumerations are read here.
"""

from __future__ import annotations

import re
from typing import Any

import pytest


def faults(data: dict[str, Any], place: str = "") -> list[str]:
    """Properties that a type does not have, and values of types that a property does not take."""
    models = pytest.importorskip("msgspec_schemaorg.models", reason="it is not installed")
    model = getattr(models, data["@type"])
    here = f"{place}{data['@type']}"
    faulty: list[str] = []
    for name, value in data.items():
        if name.startswith("@"):
            continue
        annotation = _annotation(model, name)
        if annotation is None:
            faulty.append(f"{here} has no {name}")
            continue
        for part in value if isinstance(value, list) else [value]:
            if not _is_taken(models, annotation, part):
                faulty.append(f"{here}.{name} takes {annotation}, not {part!r}")
            if isinstance(part, dict):
                faulty += faults(part, f"{here}.{name}: ")
    return faulty


def _annotation(model: Any, name: str) -> str | None:
    return next((c.__annotations__[name] for c in model.__mro__ if name in c.__annotations__), None)


def _is_taken(models: Any, annotation: str, value: object) -> bool:
    names = set(re.findall(r"[A-Za-z]+", str(annotation)))
    if isinstance(value, dict):
        kind = getattr(models, value["@type"])
        return any(base.__name__ in names for base in kind.__mro__)
    if isinstance(value, str):
        if "ItemAvailability" in names:
            enums = pytest.importorskip("msgspec_schemaorg.enums.intangible.ItemAvailability")
            return value.rpartition("/")[2] in [member.name for member in enums.ItemAvailability]
        return bool(names & {"str", "URL", "date", "datetime"})
    return bool(names & {"int", "float"})
