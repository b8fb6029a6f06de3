"""Candidate for the mapping of an input, while the matchers look for its column and encoder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bookrec.json_types import JsonObject
from bookrec.offline.external.artifacts.artifact_files import INVERTED, Part
from bookrec.offline.external.artifacts.columns import side_of
from bookrec.offline.external.graphs.model_inputs import ModelInput
from bookrec.offline.external.mapping.mapping import InputMapping

SAME_BOOK: Final = {"isbn": ("isbn", "title"), "title": ("title", "isbn")}
"""Columns that may identify a book; notebooks name inputs and encoders after either."""


@dataclass
class Guess:
    """Mapping of one input as far as it is known."""

    input: ModelInput
    column: str | None = None
    """Column of the data set; None = not known."""
    fields: JsonObject = field(default_factory=dict)
    """Fields of `InputMapping` other than side and column."""
    notes: list[str] = field(default_factory=list)
    """Remarks for the table that the user reads."""
    questions: dict[str, str] = field(default_factory=dict)
    """Field that the user has to fill in → reason, with the possible values."""

    stated: InputMapping | None = None
    """Mapping of this input in the mapping file; None = the file has none."""

    @property
    def sure(self) -> bool:
        """Whether no question is open."""
        return not self.questions

    def mapping(self) -> InputMapping:
        """Return the mapping; only for a guess without open questions."""
        if self.stated is not None:
            return self.stated
        assert self.column is not None
        fields = {"side": side_of(self.column), "column": self.column, **self.fields}
        return msgspec.convert(fields, InputMapping)


def bare_name(name: str) -> str:
    """Return the key of a part, or its file's name without suffix."""
    file, _, key = map_of(name).partition(":")
    return key or file.rpartition("/")[2].split(".")[0]


def map_of(name: str) -> str:
    """Return the name of a part without the mark of a map's second reading."""
    return name.removesuffix(f":{INVERTED}")


def listed(parts: Iterable[Part]) -> str:
    """Join the names of parts by "or"."""
    return " or ".join(part.name for part in parts)
