"""SLIM restricted to candidate neighbours (`retrieval.slim`)."""

from __future__ import annotations

from scipy import sparse

from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.baselines.item_knn import similar_books
from bookrec.offline.evaluation.baselines.neighbour_scorer import NeighbourScorer
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.retrieval.slim import SHRINK, slim_weights


def _fit(fit_data: FitData, settings: Settings) -> NeighbourScorer:
    count = int(settings["candidates"])
    key = (count, settings["l1"], settings["l2"])

    def build() -> sparse.csr_matrix:
        table = similar_books(fit_data, "cosine", {"shrink": SHRINK})
        return slim_weights(fit_data.binary, table, count, settings["l1"], settings["l2"])

    weights = fit_data.kept("slim", key, build)
    return NeighbourScorer(fit_data.histories(settings["history"]), weights, fit_data.counts)


SLIM = Baseline(
    "slim",
    "Ning and Karypis, ICDM 2011 (fsSLIM)",
    {
        "history": ("equal", "taste"),
        "l2": (20.0, 50.0, 100.0, 5.0),
        "l1": (0.5, 0.1, 1.0, 2.0),
        "candidates": (50, 100, 200),
    },
    _fit,
)
