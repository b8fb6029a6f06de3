"""Sample that a trained ranker is calibrated on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.inference.history import is_positive
from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.offline.ranking.scored_candidates import ScoredCandidates


@dataclass(frozen=True)
class CalibrationSample:
    """Scored candidates of [R] readers, and what was held out from them."""

    candidates: Sequence[ScoredCandidates]
    held_out: Interactions
    """Sorted by reader; ``reader_idx`` is the place in ``candidates``."""
    offset: Floats
    """[B] book offsets, in units of the candidates' logits."""
    author_price: float = 0.0
    """Author price of the lists, in the same units."""

    def logits(self) -> list[Floats]:
        """[C] logits that order the candidates of each reader."""
        return [reader.ordered_by(self.offset, self.author_price) for reader in self.candidates]

    def positive(self) -> Iterator[NDArray[np.bool_]]:
        """Yield for each reader the mask [C] of candidates that are held out and not disliked."""
        positive = self.held_out[is_positive(self.held_out.rating)]
        start = by_reader(positive, len(self.candidates))
        for place, reader in enumerate(self.candidates):
            yield np.isin(reader.books, positive.book_idx[start[place] : start[place + 1]])
