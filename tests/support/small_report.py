"""An evaluation's results made of given scores, with a name that has to be escaped."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from bookrec.offline.evaluation.holdout.held_out_set import make_held_out_set
from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings
from bookrec.offline.evaluation.measure.measure import measure
from bookrec.offline.evaluation.measure.measurement import Measurement
from bookrec.offline.evaluation.measure.results import Results
from bookrec.offline.evaluation.measure.tuning import Trial, Tuning
from bookrec.offline.evaluation.pipeline.scorers import ProbabilisticScorer
from small_fit_data import N_BOOKS, N_READERS, GivenScores, random_interactions

HOSTILE = "<script>alert('&')</script>"


class GivenLogits(GivenScores):
    """Whose scores are logits."""

    probabilities = ProbabilisticScorer.probabilities


def small_results() -> Results:
    everything = random_interactions(seed=6, share=0.5)
    held = np.random.default_rng(5).random(len(everything)) < 0.3
    held_out_set = make_held_out_set(
        everything[~held], everything[held], N_READERS, N_BOOKS, None, np.random.default_rng(0)
    )

    def measured(name: str, kind: type[GivenScores], seed: int, help_by: float) -> Measurement:
        table = np.random.default_rng(seed).normal(size=(N_READERS, N_BOOKS))
        table[everything.reader_idx[held], everything.book_idx[held]] += help_by
        return measure(name, kind(table, everything[~held]), held_out_set, seed=1)

    settings = EvaluationSettings(baselines=("popularity", "ease"), models=("default",))
    about = {
        "finished": True,
        "dataset_id": "bx-0123456789",
        "dataset_digest": "0" * 64,
        "layout": HOSTILE,
        "sample": False,
        "citation": f"Cite {HOSTILE}.",
        "created_at": "2026-11-22T04:00:00Z",
        "readers": N_READERS,
        "books": N_BOOKS,
        "interactions": len(everything),
        "seconds": 1.5,
        "splits": [{"label": "hold-out", "train": 1, "validation": 1, "test": int(held.sum())}],
        "settings": asdict(settings),
        "versions": {"bookrec": "0", "python": "3"},
    }
    results = Results(settings, about)
    for name, kind, scorer, seed, help_by in (
        ("popularity", "baseline", GivenScores, 1, 0.0),
        ("ease", "baseline", GivenScores, 2, 0.7),
        (f"ours {HOSTILE}", "ours", GivenLogits, 3, 2.0),
    ):
        results.measurements[name] = measured(name, scorer, seed, help_by)
        results.kinds[name] = "ours" if kind == "ours" else "baseline"
    trials = [Trial({"lambda": 150.0}, 0.2, 1.0), Trial({"lambda": 50.0}, 0.3, 1.0)]
    results.tunings["ease"] = [Tuning("ease", {"lambda": 50.0}, 0.3, trials, 2.0)]
    results.ratings["overall mean"] = {"rmse": 1.5, "pearson": float("nan")}
    results.explicit["classic"] = {"auc": 0.7}
    results.new_readers["default"] = {"1": 0.1, "all": 0.3}
    results.similar_books["default"] = {"found": 0.2}
    results.curves[f"default, {HOSTILE}"] = [3.0, 2.0, 1.5]
    results.list_weights["default"] = [
        weight_point(0.0, 0.0, 1.0, 0.2, 0.7),
        weight_point(2.0, 0.0, 1.0, 0.22, 0.5),
        weight_point(2.0, 0.1, 1.0, 0.21, 0.4),
        weight_point(2.0, 0.1, 0.2, 0.2, 0.2),
    ]
    results.diversity["default"] = [
        {"strength": 0.0, "most_of_author": 0, "ndcg@20_liked": 0.2, "diversity@20": 0.7},
        {"strength": 0.2, "most_of_author": 0, "ndcg@20_liked": 0.19, "diversity@20": 0.8},
        {"strength": 0.0, "most_of_author": 2, "ndcg@20_liked": 0.2, "diversity@20": 0.72},
    ]
    return results


def weight_point(
    liking: float, popularity: float, cap: float, ndcg: float, commonest: float
) -> dict[str, float]:
    """A measured point of list weights, as a manifest has it."""
    return {
        "liking": liking,
        "popularity": popularity,
        "exposure_cap": cap,
        "ndcg@20_liked": ndcg,
        "commonest@20": commonest,
    }
