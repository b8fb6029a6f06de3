"""An encoder of a notebook: from what the data call a thing to the number the model knows it by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bookrec.arrays import Ints
from bookrec.isbn import normalise_isbn
from bookrec.offline.data.text_repair import repair_text
from bookrec.offline.external.artifacts.age_labels import is_unknown_label
from bookrec.text import fold

NOT_KNOWN: Final = -1
"""In arrays of codes: the encoder does not have it."""

Label = str | int | float | None


@dataclass(frozen=True, eq=False)
class Encoder:
    """Labels as the notebook had them, and the code of each."""

    labels: tuple[Label, ...]
    codes: Ints
    """[labels], none negative."""

    @classmethod
    def of_labels(cls, labels: Iterable[Label]) -> Encoder:
        """The code of a label is its place."""
        listed = tuple(labels)
        return cls(listed, np.arange(len(listed), dtype=np.int32))

    @property
    def size(self) -> int:
        """One more than the highest code."""
        return int(self.codes.max(initial=-1)) + 1

    def kind(self) -> str:
        """``texts``, ``whole numbers``, ``numbers`` or ``mixed``: what the labels are."""
        kinds = {"texts" if isinstance(x, str) else _number_kind(x) for x in self.labels} - {""}
        if kinds == {"whole numbers", "numbers"}:
            return "numbers"
        return kinds.pop() if len(kinds) == 1 else "mixed"

    def find(self, column: str, values: Sequence[str]) -> Ints:
        """[values] the code of each, `NOT_KNOWN` for those it does not have.

        Args:
            column: of `artifacts.columns`; it decides which spellings are the same.
        """
        found = np.full(len(values), NOT_KNOWN, dtype=np.int32)
        for spelling in SPELLINGS[column]:
            code_of: dict[str, int] = {}
            for label, code in zip(self.labels, self.codes.tolist(), strict=True):
                if key := spelling(label_text(label)):
                    code_of.setdefault(key, code)
            for place in np.flatnonzero(found == NOT_KNOWN).tolist():
                if key := spelling(values[place]):
                    found[place] = code_of.get(key, NOT_KNOWN)
            if (found != NOT_KNOWN).all():
                break
        return found

    def code_of_label(self, label: Label) -> int | None:
        """The code of one of its own labels."""
        text = label_text(label)
        for own, code in zip(self.labels, self.codes.tolist(), strict=True):
            if label_text(own) == text:
                return int(code)
        return None

    def unknown_label(self, column: str) -> Label | None:
        """The label that means "not known", where it has one: ``Unknown``, ``<UNK>``, NaN; year 0."""
        for label in self.labels:
            text = label_text(label)
            if is_unknown_label(text) or (column == "year" and text in ("0", "-1")):
                return "nan" if label is None or label != label else label
        return None


def _number_kind(label: Label) -> str:
    if label is None or (isinstance(label, float) and math.isnan(label)):
        return ""
    return "whole numbers" if isinstance(label, int) or label == int(label) else "numbers"


def label_text(label: Any) -> str:
    """Text of a label, whatever type the notebook read it as.

    ``276725``, ``"276725"`` and ``276725.0`` give the same text.
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
    """The id of a source without ISBNs (``ml:357``), and any id without leading zeros."""
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
}
"""Column → what two spellings are compared by, the strictest first."""
