"""What a baseline is: a name, a grid of settings, and how it is fitted with one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bookrec.offline.evaluation.holdout.fit_data import FitData, Scorer

Settings = dict[str, Any]


@dataclass(frozen=True)
class Baseline:
    """A recommender to be tuned and compared with."""

    name: str
    source: str
    """Where the method is described."""
    grid: Mapping[str, tuple[Any, ...]]
    """Setting → values to try, the first being where tuning starts. Settings that need no new fit
    come first: where time is short, most is tried."""
    fit: Callable[[FitData, Settings], Scorer]

    @property
    def start(self) -> Settings:
        """The first value of every setting."""
        return {name: values[0] for name, values in self.grid.items()}
