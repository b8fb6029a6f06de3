"""Comparison of a new data set with the current one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_COUNTS: Final = ("readers", "books", "interactions")
_NOTEWORTHY: Final = 0.2
"""Share by which a count has to fall to be worth a warning."""


def comparison_lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Lines that compare the counts of two manifests; what fell by a fifth or more is a warning."""
    for name in _COUNTS:
        before, now = int(old[name]), int(new[name])
        change = (now - before) / before if before else 0.0
        if change <= -_NOTEWORTHY:
            yield (
                f"Warning: {-change:.0%} fewer {name} than in {old['dataset_id']} "
                f"({before:,} → {now:,})."
            )
        elif now != before:
            yield f"{name}: {before:,} → {now:,} ({change:+.1%})"
