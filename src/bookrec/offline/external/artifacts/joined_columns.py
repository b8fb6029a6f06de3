"""Columns of one side that are joined to one, for crosses such as author × year.

The name of joined columns is ``author+year``. Their values are the texts side by side, with a separator
that no text has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bookrec.offline.external.artifacts.age_labels import (
    age_bounds,
    is_unknown_label,
    place_of_age,
)

_PLUS: Final = "+"
_BETWEEN: Final = "\x1f"

Spelling = Callable[[str], str]


def stands_for_unknown(column: str, label: str) -> bool:
    """Whether a label of a column stands for unknown values (``Unknown``, ``nan``, the year 0)."""
    return is_unknown_label(label) or (column == "year" and label in ("0", "-1"))


def name_of(columns: Sequence[str]) -> str:
    """Return the name of joined columns; a single column keeps its own."""
    return _PLUS.join(columns)


def parts_of(column: str) -> list[str]:
    """Return the columns that are joined."""
    return column.split(_PLUS)


def joined(values: Sequence[Sequence[str]]) -> list[str]:
    """Join columns of [n] texts to [n] texts."""
    return [_BETWEEN.join(row) for row in zip(*values, strict=True)]


def taken_apart(text: str) -> list[str]:
    """Return the texts that are joined."""
    return text.split(_BETWEEN)


def spellings(columns: Sequence[Sequence[Spelling]]) -> tuple[Spelling, ...]:
    """Combine the normalisations of columns, strictest first; a blank part makes the text blank."""

    def combined(level: int) -> Spelling:
        chosen = [spelling[min(level, len(spelling) - 1)] for spelling in columns]

        def normalise(text: str) -> str:
            parts = [
                spelling(part) for spelling, part in zip(chosen, taken_apart(text), strict=True)
            ]
            return _BETWEEN.join(parts) if all(parts) else ""

        return normalise

    return tuple(combined(level) for level in range(max(map(len, columns))))


def with_labels(column: str, texts: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Replace ages by the labels of their bands, and blank parts by the label of unknown values.

    Args:
        column: name of joined columns.
        texts: [n] values of it.
        labels: labels of its encoder.
    """
    places = []
    for place, name in enumerate(parts_of(column)):
        known = list(dict.fromkeys(taken_apart(label)[place] for label in labels))
        unknown = next((label for label in known if stands_for_unknown(name, label)), "")
        places.append((_label_of_age if name == "age" else _same, known, unknown))
    return [
        _BETWEEN.join(
            convert(part, known) if part else unknown
            for part, (convert, known, unknown) in zip(taken_apart(text), places, strict=True)
        )
        for text in texts
    ]


def _same(text: str, known: Sequence[str]) -> str:  # noqa: ARG001
    return text


def _label_of_age(age: str, known: Sequence[str]) -> str:
    place = place_of_age(int(age), [age_bounds(label) for label in known])
    return known[place] if place >= 0 else ""
