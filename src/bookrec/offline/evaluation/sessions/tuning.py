"""Tuning of a list maker on the validation visits: one setting after the other, until none helps."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.measure.tuning import Trial, Tuning
from bookrec.offline.evaluation.sessions.makers.maker import SessionMaker, VisitFitData
from bookrec.offline.evaluation.sessions.replay import TOP, replay
from bookrec.offline.evaluation.sessions.splits import Replay
from bookrec.offline.runtime.one_thread import one_blas_thread
from bookrec.offline.runtime.progress import Progress

METRIC = f"ndcg@{TOP}"
"""Figure that settings are chosen by."""


def tune(
    maker: SessionMaker,
    data: VisitFitData,
    validation: Replay,
    budget_s: float,
    progress: Progress = lambda _: None,
) -> Tuning:
    """Find the best settings of a list maker.

    Args:
        maker: The list maker with its grid.
        data: The training part.
        validation: Visits to measure on.
        budget_s: Seconds after which no trial begins; the first always runs.
        progress: Receives one line per trial.
    """
    started = time.monotonic()
    search = _Search(maker, data, validation, progress)
    current = maker.start
    best = search.figure(current)
    improved, complete = bool(maker.grid), True
    while improved and complete:
        improved = False
        for name, values in maker.grid.items():
            for value in values:
                trial = {**current, name: value}
                if search.known(trial):
                    continue
                if time.monotonic() - started > budget_s:
                    complete = False
                    break
                if (figure := search.figure(trial)) > best:
                    best, current, improved = figure, trial, True
    seconds = time.monotonic() - started
    return Tuning(maker.name, current, best, search.trials, seconds, complete, METRIC)


@dataclass
class _Search:
    """Trials of one list maker; none is run twice."""

    maker: SessionMaker
    data: VisitFitData
    validation: Replay
    progress: Progress
    trials: list[Trial] = field(default_factory=list)

    def known(self, settings: Settings) -> bool:
        """Whether these settings were tried."""
        return any(trial.settings == settings for trial in self.trials)

    def figure(self, settings: Settings) -> float:
        """Run a trial; returns its NDCG@20."""
        started = time.monotonic()
        with one_blas_thread():
            value = replay(self.maker.fit(self.data, settings), self.validation).mean(METRIC)
        self.trials.append(Trial(settings, value, time.monotonic() - started))
        values = ", ".join(f"{name} {setting}" for name, setting in settings.items())
        self.progress(f"{self.maker.name}: {values or 'no settings'}: {METRIC} {value:.4f}")
        return value
