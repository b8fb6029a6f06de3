"""MovieLens-100K, random 80/20: known figures of popularity and EASE, within what a split varies."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from bookrec.offline.data.import_data import read_data
from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.evaluation.baselines.registry import baseline_named
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.held_out_set import make_held_out_set
from bookrec.offline.evaluation.holdout.splits import make_splits, named_rows
from bookrec.offline.evaluation.measure.measure import measure
from bookrec.offline.evaluation.pipeline.rating_predictors import (
    RATING_PREDICTORS,
    rating_figures,
)
from bookrec.offline.metrics.prediction import rmse
from bookrec.offline.rating_prediction import rating_model
from bookrec.offline.rating_prediction.bayesian_mf import Sampling
from bookrec.offline.rating_prediction.rating_histories import RatingHistories, catalogue_of
from bookrec.offline.rating_prediction.rating_model import fit_rating_model
from requirements import require_shared_data

pytestmark = pytest.mark.shared_data

KNOWN = {
    "popularity, seen kept": (0.0059, 0.0257, 0.0488, 0.1806, 0.2986),
    "popularity, seen removed": (0.0132, 0.0510, 0.0912, 0.2760, 0.4158),
    "ease, seen removed": (0.0260, 0.1031, 0.1738, 0.4613, 0.6214),
}
"""Top-1, 5, 10, 50 and 100."""


@pytest.fixture(scope="module")
def movielens():
    dataset = read_data(require_shared_data("ml-100k")).dataset
    return dataset, make_splits(dataset, "hold-out", seed=1)[0]


@pytest.mark.parametrize("name", ["popularity", "ease"])
def test_factorised_top_k(movielens, name):
    dataset, split = movielens
    shape = dataset.n_readers, dataset.n_books
    held_out_set = make_held_out_set(
        split.known, split.test, *shape, None, np.random.default_rng(0)
    )
    baseline = baseline_named(name)
    settings = baseline.start | ({"lambda": 200.0} if name == "ease" else {})
    scorer = baseline.fit(FitData(split.known, *shape, 1), settings)
    found = measure(name, scorer, held_out_set, seed=1)
    for label, figures in KNOWN.items():
        if label.startswith(name):
            seen = label.split(", ")[1]
            for cut, figure in zip((1, 5, 10, 50, 100), figures, strict=True):
                measured = found.mean(f"top-{cut}, {seen}")
                assert measured == pytest.approx(figure, rel=0.05, abs=0.0025), (label, cut)


def test_biases_predict_ratings_as_well_as_elsewhere(movielens):
    """RMSE about .94 on the scale 1-5 (Surprise's 'BaselineOnly' is .944 in five folds)."""
    dataset, split = movielens
    found = {}
    for name, settings in (
        ("book's mean", {}),
        ("biases", {"book_prior": 10.0, "reader_prior": 5.0}),
    ):
        predict = RATING_PREDICTORS[name].fit(split.known, catalogue_of(dataset), settings)
        found[name] = rating_figures(predict, split.test, 2.0)
    assert found["biases"]["rmse"] == pytest.approx(0.944, abs=0.012)
    assert found["book's mean"]["rmse"] == pytest.approx(1.025, abs=0.015)
    assert found["biases"]["pearson"] > found["book's mean"]["pearson"] + 0.05


@pytest.mark.slow
def test_ratings_of_the_published_u1_split_are_predicted_below_point_nine(
    monkeypatch: pytest.MonkeyPatch,
):
    """RMSE of the usual models there, on the scale 1-5: biases .96, factorisation .91-.93.

    A third of the default number of sweeps is enough.
    """
    monkeypatch.setattr(rating_model, "Sampling", partial(Sampling, sweeps=150, burn_in=60))
    directory = require_shared_data("ml-100k")
    dataset = read_data(directory).dataset
    pairs = pd.read_csv(directory / "u1.test.xz", sep="\t", header=None, dtype=str)
    held = named_rows(dataset, list(zip(pairs[0], "ml:" + pairs[1], strict=True)))
    rows = all_interactions(dataset)
    model = fit_rating_model(rows[~held], catalogue_of(dataset), seed=1)
    histories = RatingHistories(rows[~held], dataset.n_readers, dataset.n_books)
    asked = rows[held]
    predicted = model.predict(histories, asked.reader_idx, asked.book_idx)
    assert rmse(asked.rating / 2, predicted / 2) < 0.895
