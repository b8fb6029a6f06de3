"""Chooses each baseline's settings on the validation part, by a stated grid within a stated time.

Coordinate search: one setting after the other, in the order of the grid, is set to the value that does
best while the others stay; again and again until nothing improves or the time is up. Every trial is
kept for the report. The test part is not even passed in.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.evaluation.measure.predictions import hits_of, lists_of
from bookrec.offline.metrics.ranking import ndcg
from bookrec.offline.runtime.progress import Progress

TOP = 20
"""Settings are chosen by NDCG at this cut."""


@dataclass(frozen=True)
class Trial:
    """One setting and how well it did."""

    settings: Settings
    ndcg: float
    seconds: float


@dataclass
class Tuning:
    """What was tried for one baseline, and what was chosen."""

    baseline: str
    best: Settings
    ndcg: float
    """On the validation part."""
    trials: list[Trial] = field(default_factory=list)
    seconds: float = 0.0
    complete: bool = True
    """False where the time was up before nothing improved any more."""


def tune(
    baseline: Baseline,
    fit_data: FitData,
    held_out_set: HeldOutSet,
    budget_s: float,
    progress: Progress = lambda _: None,
) -> Tuning:
    """The best settings of a baseline.

    Args:
        fit_data: the training part.
        questions: on the validation part.
        budget_s: no new trial begins after this time; the first always runs.
        progress: called with a line for each trial.
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
                found = search.ndcg(trial)
                if found > best:
                    best, current, improved = found, trial, True
        if not complete:
            break
    fit_data.forget()
    seconds = time.monotonic() - started
    return Tuning(baseline.name, current, best, search.trials, seconds, complete)


class _Search:
    """Trials of one baseline; none is run twice."""

    def __init__(
        self, baseline: Baseline, fit_data: FitData, held_out_set: HeldOutSet, progress: Progress
    ) -> None:
        self.baseline, self.fit_data, self.held_out_set = baseline, fit_data, held_out_set
        self.progress = progress
        self.trials: list[Trial] = []
        self.done: set[tuple[tuple[str, object], ...]] = set()

    def known(self, settings: Settings) -> bool:
        return tuple(settings.items()) in self.done

    def ndcg(self, settings: Settings) -> float:
        started = time.monotonic()
        self.done.add(tuple(settings.items()))
        scorer = self.baseline.fit(self.fit_data, settings)
        lists = lists_of(scorer, self.held_out_set, TOP)
        value = float(ndcg(*hits_of(lists, self.held_out_set)).mean())
        self.trials.append(Trial(settings, value, time.monotonic() - started))
        said = ", ".join(f"{name} {setting}" for name, setting in settings.items())
        self.progress(f"{self.baseline.name}: {said or 'no settings'}: NDCG@{TOP} {value:.4f}")
        return value
