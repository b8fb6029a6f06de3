"""Popularity: the most read books, equal for everyone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.leaks import Evidence


@dataclass(frozen=True)
class Popularity:
    """Scores a book by its number of readers."""

    counts: NDArray[np.int64]
    """[B] readers of each book."""

    def scores(self, readers: Ints) -> Floats:
        """[readers, B] numbers of readers."""
        return np.tile(self.counts.astype(np.float32), (len(readers), 1))

    def evidence(self) -> list[Evidence]:
        """Show the counts."""
        return [Evidence("count of readers", readers_of_book=self.counts)]

    def with_histories(self, histories: FitData) -> Popularity:  # noqa: ARG002
        """Return this scorer: it ignores histories."""
        return self


def _fit(fit_data: FitData, settings: Settings) -> Popularity:  # noqa: ARG001
    return Popularity(fit_data.counts)


POPULARITY = Baseline("popularity", "number of readers in the known part", {}, _fit)
