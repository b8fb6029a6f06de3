"""Tuning of each baseline's settings on the validation part, over a grid, within a time budget.

The figure is NDCG@20 over liked books, the headline of the report, or over all held-out books where
nobody liked one. Coordinate search sets one setting after the other, in the order of the grid, to its
best value while the others stay, until nothing improves or the time is up. The report has every trial.
The test part is not passed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bookrec.inference.history import POSITIVE_RATING
from bookrec.json_types import JsonValue
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
    liked = _liked(held_out_set)
    metric = HEADLINE if len(liked.readers) else OVER_ALL
    measured = liked if len(liked.readers) else held_out_set

    def figure(settings: Settings) -> float:
        lists = lists_of(baseline.fit(fit_data, settings), measured, TOP)
        value = float(ndcg(*hits_of(lists, measured)).mean())
        progress(f"{baseline.name}: {as_words(settings)}: NDCG@{TOP} {value:.4f}")
        return value

    tuning = coordinate_search(baseline.name, baseline.start, baseline.grid, figure, budget_s)
    fit_data.forget()
    return replace(tuning, metric=metric)


def coordinate_search(
    name: str,
    start: Settings,
    grid: Mapping[str, Sequence[JsonValue]],
    figure: Callable[[Settings], float],
    budget_s: float,
) -> Tuning:
    """Set one setting after the other to its best value, until nothing improves or the time is up.

    Args:
        name: of what is tuned.
        start: settings of the first trial, which always runs.
        grid: setting → its values.
        figure: runs a trial; the more the better. No settings are tried twice.
        budget_s: seconds after which no trial begins.
    """
    started = time.monotonic()
    trials: list[Trial] = []

    def run(settings: Settings) -> float:
        began = time.monotonic()
        value = figure(settings)
        trials.append(Trial(settings, value, time.monotonic() - began))
        return value

    current, best = start, run(start)
    improved, complete = bool(grid), True
    while improved and complete:
        improved = False
        for key, values in grid.items():
            for value in values:
                trial = {**current, key: value}
                if any(earlier.settings == trial for earlier in trials):
                    continue
                if time.monotonic() - started > budget_s:
                    complete = False
                    break
                if (measured := run(trial)) > best:
                    best, current, improved = measured, trial, True
    return Tuning(name, current, best, trials, time.monotonic() - started, complete)


def as_words(settings: Settings) -> str:
    """Return settings as words for a line of progress."""
    return ", ".join(f"{name} {value}" for name, value in settings.items()) or "no settings"


def _liked(held_out_set: HeldOutSet) -> HeldOutSet:
    """The held-out set of the liked books, and of the readers who have one."""
    held_out = held_out_set.held_out[held_out_set.held_out.rating >= POSITIVE_RATING]
    readers = np.unique(held_out.reader_idx).astype(np.int32)
    seen = held_out_set.seen[np.isin(held_out_set.seen.reader_idx, readers)]
    return replace(held_out_set, readers=readers, held_out=held_out, seen=seen)
