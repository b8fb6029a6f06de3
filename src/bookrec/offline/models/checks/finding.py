"""Finding of a check: level, text, advice and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from bookrec.json_types import JsonObject

Level = Literal["ok", "warning", "error"]

LEVELS: Final[tuple[Level, ...]] = ("ok", "warning", "error")
"""Levels from good to bad."""


@dataclass(frozen=True)
class Finding:
    """One finding of one check."""

    check: str
    """Name of the check."""
    level: Level
    """``error``: the model's lists are wrong or useless. ``warning``: the user should look at it."""
    text: str
    """Observation with its figures."""
    fix: str = ""
    """Advice; empty for level ``ok``."""
    figures: JsonObject = field(default_factory=dict)
    """Figures of the text, by name."""


def worst(findings: list[Finding]) -> Level:
    """Return the worst level of the findings; ``ok`` without findings."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")
