"""RP3beta (`retrieval.rp3beta`) as published: walks over readers alone."""

from __future__ import annotations

from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.baselines.neighbour_scorer import (
    NeighbourScorer,
    similarity_matrix,
)
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.retrieval.rp3beta import rp3beta_table

_NEIGHBOURS = (400, 50, 100, 200, 1000)


def _fit(fit_data: FitData, settings: Settings) -> NeighbourScorer:
    key = ("rp3beta", settings["alpha"], settings["beta"])
    table = fit_data.kept(
        "neighbours",
        key,
        lambda: rp3beta_table(
            fit_data.binary, max(_NEIGHBOURS), settings["alpha"], settings["beta"]
        ),
    )
    return NeighbourScorer(
        fit_data.histories(settings["history"]),
        similarity_matrix(table, settings["neighbours"]),
        fit_data.counts,
    )


RP3BETA = Baseline(
    "rp3beta",
    "Paudel et al., ACM TiiS 2017",
    {
        "neighbours": _NEIGHBOURS,
        "history": ("equal", "taste"),
        "alpha": (0.4, 0.3, 0.2, 0.5, 0.6, 0.8, 1.0),
        "beta": (0.3, 0.2, 0.1, 0.0, 0.4, 0.5, 0.7),
    },
    _fit,
)
