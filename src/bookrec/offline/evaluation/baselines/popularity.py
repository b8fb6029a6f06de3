"""Most readers first, the same for everyone."""

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
    """Scores a book by how many readers it has."""

    counts: NDArray[np.int64]
    """[B]"""

    def scores(self, readers: Ints) -> Floats:
        return np.tile(self.counts.astype(np.float32), (len(readers), 1))

    def evidence(self) -> list[Evidence]:
        return [Evidence("count of readers", readers_of_book=self.counts)]


def _fit(fit_data: FitData, settings: Settings) -> Popularity:  # noqa: ARG001
    return Popularity(fit_data.counts)


POPULARITY = Baseline("popularity", "number of readers in the known part", {}, _fit)
