"""Encoder of a notebook: maps the values of a column to the codes of a model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.arrays import Ints
from bookrec.isbn import normalise_isbn
from bookrec.offline.data.values.text_repair import repair_text
from bookrec.offline.external.artifacts.joined_columns import (
    parts_of,
    spellings,
    stands_for_unknown,
)
from bookrec.offline.external.pickles.objects.values import PickleValue
from bookrec.text import fold

NOT_KNOWN: Final = -1
"""Code of values that the encoder does not have."""

Label = str | int | float | None
"""A label of an encoder."""


@dataclass(frozen=True, eq=False)
class Encoder:
    """Labels of a notebook's encoder with their codes."""

    labels: tuple[Label, ...]
    """Labels, in the types that the notebook read."""
    codes: Ints
    """[labels] code of each label, at least 0."""

    @classmethod
    def of_labels(cls, labels: Iterable[Label]) -> Encoder:
        """Create an encoder in which the code of a label is its position."""
        listed = tuple(labels)
        return cls(listed, np.arange(len(listed), dtype=np.int32))

    @property
    def size(self) -> int:
        """Number of codes: one more than the highest."""
        return int(self.codes.max(initial=-1)) + 1

    def kind(self) -> str:
        """Return the type of the labels: ``texts``, ``whole numbers``, ``numbers`` or ``mixed``."""
        kinds = {"texts" if isinstance(x, str) else _number_kind(x) for x in self.labels} - {""}
        if kinds == {"whole numbers", "numbers"}:
            return "numbers"
        return kinds.pop() if len(kinds) == 1 else "mixed"

    def find(self, column: str, values: Sequence[str]) -> Ints:
        """Return the [values] codes; `NOT_KNOWN` for values that the encoder does not have.

        Args:
            column: column of `artifacts.columns`, which decides which spellings are equal.
            values: values of the column.
        """
        codes = np.full(len(values), NOT_KNOWN, dtype=np.int32)
        for spelling in spellings_of(column):
            code_of: dict[str, int] = {}
            for label, code in zip(self.labels, self.codes.tolist(), strict=True):
                if key := spelling(label_text(label)):
                    code_of.setdefault(key, code)
            for place in np.flatnonzero(codes == NOT_KNOWN).tolist():
                if key := spelling(values[place]):
                    codes[place] = code_of.get(key, NOT_KNOWN)
            if (codes != NOT_KNOWN).all():
                break
        return codes

    def equals(self, other: Encoder) -> bool:
        """Whether another encoder gives every label the same code."""
        return self._code_by_text() == other._code_by_text()

    def _code_by_text(self) -> dict[str, int]:
        return dict(zip(map(label_text, self.labels), self.codes.tolist(), strict=True))

    def code_of_label(self, label: Label) -> int | None:
        """Return the code of a label; None if the encoder does not have it."""
        text = label_text(label)
        for known, code in zip(self.labels, self.codes.tolist(), strict=True):
            if label_text(known) == text:
                return int(code)
        return None

    def unknown_label(self, column: str) -> Label | None:
        """Return the label for unknown values (``Unknown``, ``<UNK>``, NaN, year 0); else None."""
        for label in self.labels:
            text = label_text(label)
            if stands_for_unknown(column, text):
                return "nan" if label is None or label != label else label
        return None


def _number_kind(label: Label) -> str:
    if label is None or (isinstance(label, float) and math.isnan(label)):
        return ""
    return "whole numbers" if isinstance(label, int) or label == int(label) else "numbers"


def label_text(label: PickleValue) -> str:
    """Return a label as a text that does not depend on the type in which the notebook read it.

    >>> label_text(276725), label_text("276725"), label_text(276725.0)
    ('276725', '276725', '276725')
    """
    if label is None:
        return "nan"
    if isinstance(label, float) and math.isfinite(label) and label == int(label):
        return str(int(label))
    text = str(label).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].lstrip("-").isdigit() else text


def _repaired(text: str) -> str:
    return repair_text(text)[0]


def _local(text: str) -> str:
    """Return an id without its source's prefix (``ml:357``) and without leading zeros."""
    bare = normalise_isbn(text)
    return bare.rpartition(":")[2].lstrip("0").upper()


_TEXT: Final = (str.strip, _repaired, fold)

SPELLINGS: Final[Mapping[str, tuple[Callable[[str], str], ...]]] = {
    "user_id": (str.strip,),
    "isbn": (str.strip, normalise_isbn, _local),
    "title": _TEXT,
    "author": _TEXT,
    "publisher": _TEXT,
    "location": _TEXT,
    "country": _TEXT,
    "year": (str.strip,),
    "category": _TEXT,
    "language": (str.strip, str.casefold),
}
"""Column → normalisations; two spellings are equal if one of them makes them equal, strictest first."""


def spellings_of(column: str) -> tuple[Callable[[str], str], ...]:
    """Return the normalisations of a column, or of joined columns, in which ages are labels."""
    if column in SPELLINGS:
        return SPELLINGS[column]
    return spellings([SPELLINGS.get(name, (str.strip,)) for name in parts_of(column)])
