"""What is checked: a bundle, the data set at hand, and the two put together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import (
    Interactions,
    all_interactions,
    by_reader,
    reader_age_bands,
)
from bookrec.offline.models.bundle.checked_input import CheckedInput, Flags
from bookrec.offline.models.bundle.compiled_bundle import CompiledBundle


@dataclass(frozen=True)
class Subject(CompiledBundle):
    """A bundle beside a data set; what takes time is computed when a check asks for it."""

    @cached_property
    def inputs(self) -> list[CheckedInput]:
        """The ranker's inputs that depend on one side, in the model's order."""
        return self.bundle.origin.checked_inputs(self.bundle, self.dataset)

    @cached_property
    def interactions(self) -> Interactions:
        """All of the data set's."""
        return all_interactions(self.dataset)

    @cached_property
    def history_start(self) -> np.ndarray:
        """[n_readers + 1] where each reader's interactions start."""
        return by_reader(self.interactions, self.dataset.n_readers)

    @cached_property
    def active(self) -> Ints:
        """Positions of readers with an interaction."""
        return np.flatnonzero(np.diff(self.history_start)).astype(np.int32)

    @cached_property
    def age_bands(self) -> Ints:
        """[n_readers]"""
        return reader_age_bands(self.dataset)

    @cached_property
    def known_readers(self) -> Flags | None:
        """[n_readers] whom the ranker knows by id; None where it knows everybody by their history."""
        own = [one.known for one in self.inputs if one.side == "reader" and one.is_identity]
        return np.logical_and.reduce(own) if own else None

    @cached_property
    def known_books(self) -> Flags:
        """[n_books] whom the ranker knows by id."""
        own = [one.known for one in self.inputs if one.side == "book" and one.is_identity]
        return np.logical_and.reduce(own) if own else np.ones(self.dataset.n_books, dtype=bool)
