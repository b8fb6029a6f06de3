"""What is known of one input of a model while it is found out what the input is to be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from bookrec.offline.external.artifacts.artifact_files import Part
from bookrec.offline.external.artifacts.columns import side_of
from bookrec.offline.external.mapping.mapping import InputMapping
from bookrec.offline.external.mapping.model_inputs import ModelInput

SAME_BOOK: Final = {"isbn": ("isbn", "title"), "title": ("title", "isbn")}
"""Notebooks call a book by either, whatever the encoder knows it by."""


@dataclass
class Guess:
    """What is known of one input."""

    input: ModelInput
    column: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    """Of `InputMapping`, beside side and column."""
    notes: list[str] = field(default_factory=list)
    """For the table: what was found, and what to look at."""
    questions: dict[str, str] = field(default_factory=dict)
    """Field → why it is not sure, and what it could be."""

    stated: InputMapping | None = None
    """What a mapping file says; then nothing is guessed."""

    @property
    def sure(self) -> bool:
        """Whether no question is open."""
        return not self.questions

    def mapping(self) -> InputMapping:
        """The mapping of an input that is sure."""
        if self.stated is not None:
            return self.stated
        assert self.column is not None
        fields = {"side": side_of(self.column), "column": self.column, **self.fields}
        return msgspec.convert(fields, InputMapping)


def bare_name(name: str) -> str:
    """What a part's name says: its key, or its file's name without ending."""
    file, _, key = name.partition(":")
    return key or file.rpartition("/")[2].split(".")[0]


def listed(parts: Iterable[Part]) -> str:
    """Parts by name, to choose from."""
    return " or ".join(part.name for part in parts)
