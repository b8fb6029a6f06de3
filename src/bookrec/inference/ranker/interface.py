"""Protocol that every ranker satisfies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.split_ranker import Output


class Ranker(Protocol):
    """What ranks: `SplitRanker`, offline also others that answer the same calls."""

    @property
    def output(self) -> Output:
        """See `SplitRanker.output`."""

    @property
    def reader_width(self) -> int:
        """F"""

    @property
    def pair_width(self) -> int:
        """P"""

    def reader_terms(self, age_band: int, reader_features: Floats) -> Any:
        """See `SplitRanker.reader_terms`."""

    def logits(self, terms: Any, books: Ints | slice, pairs: Floats | None) -> Floats:
        """See `SplitRanker.logits`."""

    def catalogue_logits(
        self, terms: Sequence[Any], dense: tuple[int, Floats] | None, out: Floats
    ) -> None:
        """See `SplitRanker.catalogue_logits`."""

    def save(self, directory: Path) -> None:
        """Write it into a directory."""
