"""A bundle with a data set, compiled for it on first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bookrec.arrays import Floats
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.models.bundle.build_recommender import recommender_for
from bookrec.offline.models.bundle.bundle import Bundle


@dataclass(frozen=True)
class CompiledBundle:
    """Input of checks and exports: a bundle, a data set, and the recommender of both."""

    bundle: Bundle
    dataset: Dataset
    seed: int = 1
    """Seed of samples."""

    @cached_property
    def _compiled(self) -> tuple[Recommender, Floats | None]:
        return recommender_for(self.bundle, self.dataset)

    @property
    def recommender(self) -> Recommender:
        """The bundle, compiled for the data set."""
        return self._compiled[0]

    @property
    def reader_rows(self) -> Floats | None:
        """[R, F] float32 reader features, with rows of NaN for readers that the ranker does not know.

        None if the ranker knows readers by their histories.
        """
        return self._compiled[1]
