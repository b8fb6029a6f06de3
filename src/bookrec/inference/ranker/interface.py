"""Ranker protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.catalogue_backend import DenseFeature
from bookrec.inference.ranker.split_ranker import Output

RankerTerms: TypeAlias = Any
"""Terms of one reader, in a form that only the ranker that made them knows."""


class Ranker(Protocol):
    """Scores books for readers: a `SplitRanker`, or offline a model that Keras runs."""

    @property
    def output(self) -> Output:
        """Output of the model; see `SplitRanker.output`."""

    @property
    def reader_width(self) -> int:
        """F: reader features."""

    @property
    def pair_width(self) -> int:
        """P: pair features."""

    def reader_terms(self, age_band: int, reader_features: Floats) -> RankerTerms:
        """Terms of a reader; see `SplitRanker.reader_terms`."""

    def logits(self, terms: RankerTerms, books: Ints | slice, pairs: Floats | None) -> Floats:
        """[C] logits of some books; see `SplitRanker.logits`."""

    def catalogue_logits(
        self, terms: Sequence[RankerTerms], dense: DenseFeature | None, out: Floats
    ) -> None:
        """Fill ``out`` [R, B] with logits; see `SplitRanker.catalogue_logits`."""

    def save(self, directory: Path) -> None:
        """Write the ranker into a directory."""
