"""Subject of the checks: a bundle, a data set, and the figures that checks share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import (
    Interactions,
    all_interactions,
    by_reader,
    reader_age_bands,
)
from bookrec.offline.models.bundle.checked_input import CheckedInput, Flags, Side
from bookrec.offline.models.bundle.compiled_bundle import CompiledBundle


@dataclass(frozen=True)
class Subject(CompiledBundle):
    """A bundle beside a data set; slow properties are computed on first use."""

    @cached_property
    def inputs(self) -> list[CheckedInput]:
        """Inputs of the ranker that depend on one side, in the model's order."""
        return self.bundle.origin.checked_inputs(self.bundle, self.dataset)

    @cached_property
    def interactions(self) -> Interactions:
        """All interactions of the data set, sorted by reader."""
        return all_interactions(self.dataset)

    @cached_property
    def history_start(self) -> NDArray[np.int64]:
        """[n_readers + 1] start of each reader's interactions."""
        return by_reader(self.interactions, self.dataset.n_readers)

    @cached_property
    def active(self) -> Ints:
        """[n] positions of the readers with an interaction."""
        return np.flatnonzero(np.diff(self.history_start)).astype(np.int32)

    @cached_property
    def age_bands(self) -> Ints:
        """[n_readers] age band of each reader."""
        return reader_age_bands(self.dataset)

    def seen_books(self, reader: int) -> Ints:
        """Return the positions of the books [N] of a reader's history."""
        start, stop = self.history_start[reader], self.history_start[reader + 1]
        return self.interactions.book_idx[start:stop]

    @cached_property
    def known_readers(self) -> Flags | None:
        """[n_readers] mask of readers that the ranker knows by id; None if it uses no reader id."""
        masks = self._identity_masks("reader")
        return np.logical_and.reduce(masks) if masks else None

    @cached_property
    def known_books(self) -> Flags:
        """[n_books] mask of books that the ranker knows by id; all True if it uses no book id."""
        masks = self._identity_masks("book")
        return np.logical_and.reduce(masks) if masks else np.ones(self.dataset.n_books, dtype=bool)

    def _identity_masks(self, side: Side) -> list[Flags]:
        """Known values of each input of one side that is an identity."""
        return [
            feature.known for feature in self.inputs if feature.side == side and feature.is_identity
        ]
