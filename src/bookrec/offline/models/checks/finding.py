"""What a check of a model says: how bad it is, the figures, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

Level = Literal["ok", "warning", "error"]

LEVELS: Final[tuple[Level, ...]] = ("ok", "warning", "error")
"""From good to bad."""


@dataclass(frozen=True)
class Finding:
    """One result of one check."""

    check: str
    """Name of the check."""
    level: Level
    """``error``: lists made with this model are wrong or useless. ``warning``: worth looking at."""
    text: str
    """What was seen, with its figures."""
    fix: str = ""
    """What to do; empty when all is well."""
    figures: dict[str, Any] = field(default_factory=dict)
    """The numbers of the text, by name."""


def worst(findings: list[Finding]) -> Level:
    """The level of the worst of some findings; ``ok`` for none."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")
