"""Baseline: a recommender with a grid of settings, to be tuned and compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.evaluation.holdout.fit_data import FitData, Scorer

Settings = JsonObject
"""Value of each setting."""


@dataclass(frozen=True)
class Baseline:
    """A recommender to tune and to compare with."""

    name: str
    """Name in reports, equal to its key in the registry."""
    source: str
    """Publication that describes the method."""
    grid: Mapping[str, tuple[JsonValue, ...]]
    """Values to try for each setting; tuning starts with the first ones. Settings that need no new fit
    come first, so that a short tuning tries as many as it can."""
    fit: Callable[[FitData, Settings], Scorer]
    """Fits a scorer with some settings."""
    folds_in: bool = True
    """Whether its scorers take readers that they were not fitted to (see `FoldsIn`)."""

    @property
    def start(self) -> Settings:
        """First value of every setting."""
        return {name: values[0] for name, values in self.grid.items()}
