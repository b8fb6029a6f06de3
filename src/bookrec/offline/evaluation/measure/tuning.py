"""Tuning of each baseline's settings on the validation part, over a grid, within a time budget.

The figure is NDCG@20 over liked books, the headline of the report, or over all held-out books where
nobody liked one. Coordinate search sets one setting after the other, in the order of the grid, to its
best value while the others stay, until nothing improves or the time is up. The report has every trial.
The test part is not passed in.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.evaluation.measure.measurement import HEADLINE, OVER_ALL, TOP
from bookrec.offline.evaluation.measure.predictions import hits_of, lists_of
from bookrec.offline.metrics.ranking import ndcg
from bookrec.offline.runtime.progress import Progress


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, and their result."""

    settings: Settings
    ndcg: float
    """NDCG@20 on the validation part, see `Tuning.metric`."""
    seconds: float


@dataclass
class Tuning:
    """Trials of one baseline, and the chosen settings."""

    baseline: str
    best: Settings
    ndcg: float
    """NDCG@20 of the chosen settings on the validation part."""
    trials: list[Trial] = field(default_factory=list)
    seconds: float = 0.0
    complete: bool = True
    """False where the time was up before the search ended."""
    metric: str = HEADLINE
    """Figure that the settings are chosen by: over liked books, or over all where nobody liked one."""


def tune(
    baseline: Baseline,
    fit_data: FitData,
    held_out_set: HeldOutSet,
    budget_s: float,
    progress: Progress = lambda _: None,
) -> Tuning:
    """Find the best settings of a baseline.

    Args:
        baseline: with its grid.
        fit_data: the training part.
        held_out_set: of the validation part.
        budget_s: seconds after which no trial begins; the first always runs.
        progress: receives one line per trial.
    """
    started = time.monotonic()
    search = _Search(baseline, fit_data, held_out_set, progress)
    current = baseline.start
    best = search.ndcg(current)
    complete = True
    improved = bool(baseline.grid)
    while improved:
        improved = False
        for name, values in baseline.grid.items():
            for value in values:
                trial = {**current, name: value}
                if search.known(trial):
                    continue
                if time.monotonic() - started > budget_s:
                    complete = False
                    break
                figure = search.ndcg(trial)
                if figure > best:
                    best, current, improved = figure, trial, True
        if not complete:
            break
    fit_data.forget()
    seconds = time.monotonic() - started
    return Tuning(baseline.name, current, best, search.trials, seconds, complete, search.metric)


class _Search:
    """Trials of one baseline; none is run twice."""

    def __init__(
        self, baseline: Baseline, fit_data: FitData, held_out_set: HeldOutSet, progress: Progress
    ) -> None:
        self.baseline, self.fit_data = baseline, fit_data
        liked = _liked(held_out_set)
        self.metric = HEADLINE if len(liked.readers) else OVER_ALL
        self.held_out_set = liked if len(liked.readers) else held_out_set
        self.progress = progress
        self.trials: list[Trial] = []
        self.done: set[tuple[tuple[str, object], ...]] = set()

    def known(self, settings: Settings) -> bool:
        """Whether these settings were tried."""
        return tuple(settings.items()) in self.done

    def ndcg(self, settings: Settings) -> float:
        """Run a trial; returns its NDCG@20."""
        started = time.monotonic()
        self.done.add(tuple(settings.items()))
        scorer = self.baseline.fit(self.fit_data, settings)
        lists = lists_of(scorer, self.held_out_set, TOP)
        value = float(ndcg(*hits_of(lists, self.held_out_set)).mean())
        self.trials.append(Trial(settings, value, time.monotonic() - started))
        values = ", ".join(f"{name} {setting}" for name, setting in settings.items())
        self.progress(f"{self.baseline.name}: {values or 'no settings'}: NDCG@{TOP} {value:.4f}")
        return value


def _liked(held_out_set: HeldOutSet) -> HeldOutSet:
    """The held-out set of the liked books, and of the readers who have one."""
    held_out = held_out_set.held_out[held_out_set.held_out.rating >= POSITIVE_RATING]
    readers = np.unique(held_out.reader_idx).astype(np.int32)
    seen = held_out_set.seen[np.isin(held_out_set.seen.reader_idx, readers)]
    return replace(held_out_set, readers=readers, held_out=held_out, seen=seen)
