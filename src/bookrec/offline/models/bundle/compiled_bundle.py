"""A bundle beside a data set, compiled for it when somebody asks."""

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
    """What checks and exports start from."""

    bundle: Bundle
    dataset: Dataset
    seed: int = 1
    """Of samples."""

    @cached_property
    def _compiled(self) -> tuple[Recommender, Floats | None]:
        return recommender_for(self.bundle, self.dataset)

    @property
    def recommender(self) -> Recommender:
        """The bundle, compiled for the data set."""
        return self._compiled[0]

    @property
    def reader_rows(self) -> Floats | None:
        """[n_readers, F] of a ranker that knows readers by id; rows of NaN for unknown ones."""
        return self._compiled[1]
