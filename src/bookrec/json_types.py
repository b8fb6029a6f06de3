"""Names of the types of parsed JSON."""

from __future__ import annotations

from typing import Any, TypeAlias

JsonValue: TypeAlias = Any
"""A parsed JSON value."""

JsonObject: TypeAlias = dict[str, JsonValue]
"""A parsed JSON object."""
