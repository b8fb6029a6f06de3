"""Tuning of a list maker on the validation visits: one setting after the other, until none helps."""

from __future__ import annotations

from dataclasses import replace

from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.measure.tuning import Tuning, as_words, coordinate_search
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

    def figure(settings: Settings) -> float:
        with one_blas_thread():
            value = replay(maker.fit(data, settings), validation).mean(METRIC)
        progress(f"{maker.name}: {as_words(settings)}: {METRIC} {value:.4f}")
        return value

    tuning = coordinate_search(maker.name, maker.start, maker.grid, figure, budget_s)
    return replace(tuning, metric=METRIC)
