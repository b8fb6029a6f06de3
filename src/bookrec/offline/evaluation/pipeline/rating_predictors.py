"""Rating predictors: ours, and the simple ones to beat.

A predictor is fitted to the known interactions and predicts ratings on the scale 1–10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.holdout.splits import Split
from bookrec.offline.evaluation.pipeline.rating_comparison import compare_correlations
from bookrec.offline.metrics import prediction as prediction_metrics
from bookrec.offline.rating_prediction.bayesian_mf import Sampling
from bookrec.offline.rating_prediction.effects import Priors, fit_effects
from bookrec.offline.rating_prediction.rating_histories import Catalogue, RatingHistories, explicit
from bookrec.offline.rating_prediction.rating_model import BOOK_PRIORS, fit_rating_model

Predict = Callable[[Ints, Ints], NDArray[np.float64]]
"""(reader_idx [n], book_idx [n]) → [n] ratings."""

DEFAULT: Final = "book's mean"
"""Usual default of a shop, and the predictor that the others are compared with."""
OURS: Final = "ours"
_QUICK: Final = Sampling(factors=2, sweeps=12, burn_in=4, every=2)
METRICS: Final = ("rmse", "mae", "pearson", "spearman")


@dataclass(frozen=True)
class RatingPredictor:
    """A predictor of ratings, with settings to tune."""

    name: str
    source: str
    grid: Mapping[str, tuple[JsonValue, ...]]
    fit: Callable[[Interactions, Catalogue, JsonObject], Predict]
    """(known interactions, sorted by reader, catalogue, settings) → a function."""


def rating_figures(predict: Predict, held_out: Interactions, scale: float) -> dict[str, float]:
    """RMSE, MAE, Pearson and Spearman over held-out ratings.

    Args:
        predict: the fitted predictor.
        held_out: held-out interactions.
        scale: divisor of ratings before they are measured (2 for five-star sources, whose ratings
            are doubled).
    """
    rows = explicit(held_out)
    return _figures(rows, predict(rows.reader_idx, rows.book_idx), scale)


def _figures(rows: Interactions, predicted: NDArray[np.float64], scale: float) -> dict[str, float]:
    ratings = rows.rating.astype(np.float64) / scale
    return {name: getattr(prediction_metrics, name)(ratings, predicted / scale) for name in METRICS}


def _overall(ratings: Interactions) -> float:
    return float(ratings.rating.mean()) if len(ratings) else 0.0


def _fit_overall(known: Interactions, catalogue: Catalogue, settings: JsonObject) -> Predict:  # noqa: ARG001
    mean = _overall(explicit(known))
    return lambda _, books: np.full(len(books), mean)


def _fit_book_mean(known: Interactions, catalogue: Catalogue, settings: JsonObject) -> Predict:  # noqa: ARG001
    ratings = explicit(known)
    count = np.bincount(ratings.book_idx, minlength=catalogue.n_books)
    total = np.bincount(ratings.book_idx, ratings.rating, catalogue.n_books)
    mean = np.where(count > 0, total / np.maximum(count, 1), _overall(ratings))
    return lambda _, books: mean[books]


def _fit_biases(known: Interactions, catalogue: Catalogue, settings: JsonObject) -> Predict:
    """``mean + b_i + b_u``: shrunken deviations of books, then of readers from what is left."""
    ratings = explicit(known)
    mean = _overall(ratings)
    rest = ratings.rating.astype(np.float64) - mean
    by_book = _shrunken(ratings.book_idx, rest, catalogue.n_books, settings["book_prior"])
    rest = rest - by_book[ratings.book_idx]
    by_reader = _shrunken(ratings.reader_idx, rest, catalogue.n_readers, settings["reader_prior"])
    low, high = float(ratings.rating.min(initial=1)), float(ratings.rating.max(initial=10))
    return lambda readers, books: np.clip(mean + by_book[books] + by_reader[readers], low, high)


def _fit_effects(known: Interactions, catalogue: Catalogue, settings: JsonObject) -> Predict:
    """Fit the effects of our predictor alone."""
    histories = RatingHistories(known, catalogue.n_readers, catalogue.n_books)
    effects, _ = fit_effects(histories.rated, catalogue, Priors(**settings))

    def predict(readers: Ints, books: Ints) -> NDArray[np.float64]:
        predicted = np.zeros(len(books))
        for query in histories.one_by_one(readers, books):
            residuals = effects.residuals(query.rated, query.ratings)
            predicted[query.places] = effects.predict(query.books, query.rated, residuals)
        ratings = histories.rated.rating
        return np.clip(predicted, float(ratings.min(initial=10)), float(ratings.max(initial=1)))

    return predict


def _fit_blend(known: Interactions, catalogue: Catalogue, settings: JsonObject) -> Predict:
    """Fit our whole predictor, which solves each reader from the known history, as a new one."""
    histories = RatingHistories(known, catalogue.n_readers, catalogue.n_books)
    model = fit_rating_model(known, catalogue, settings["seed"], settings.get("sampling"))
    return lambda readers, books: model.predict(histories, readers, books)


def _shrunken(
    key: Ints, values: NDArray[np.float64], size: int, prior: float
) -> NDArray[np.float64]:
    count = np.bincount(key, minlength=size)
    return np.asarray(np.bincount(key, values, size) / np.maximum(count + prior, 1e-9))


RATING_PREDICTORS: Final[dict[str, RatingPredictor]] = {
    predictor.name: predictor
    for predictor in (
        RatingPredictor("overall mean", "mean of all ratings", {}, _fit_overall),
        RatingPredictor(
            DEFAULT, "mean rating of the book: a shop's usual default", {}, _fit_book_mean
        ),
        RatingPredictor(
            "biases",
            "Koren, 'Factor in the neighbors', ACM TKDD 2010, section 2.1",
            {"book_prior": (10.0, 3.0, 25.0), "reader_prior": (5.0, 1.0, 2.0, 10.0, 20.0)},
            _fit_biases,
        ),
        RatingPredictor(
            "effects alone",
            "our linear mixed model of books, their groups and a reader's liking for them",
            {"book": BOOK_PRIORS, "reader": (2.0,)},
            _fit_effects,
        ),
        RatingPredictor(
            OURS, "our blend of effects, neighbours and factors", {"seed": (1,)}, _fit_blend
        ),
    )
}


def tuned_settings(
    predictor: RatingPredictor, train: Interactions, validation: Interactions, catalogue: Catalogue
) -> JsonObject:
    """Find the settings with the lowest RMSE on the validation part, over the whole grid.

    A predictor without choices is not fitted.
    """
    choices = _product(predictor.grid)
    if len(choices) == 1:
        return choices[0]

    def error(settings: JsonObject) -> float:
        predict = predictor.fit(train, catalogue, settings)
        return rating_figures(predict, validation, 1.0)["rmse"]

    return min(choices, key=error)


def rating_table(
    split: Split, catalogue: Catalogue, scale: float, seed: int, *, quick: bool = False
) -> dict[str, dict[str, float]]:
    """Predictor → figures over the held-out ratings, and the gain in correlation over the book's mean.

    The gain has its bootstrap interval and p-value. Empty where a part of the split has no two
    ratings.

    Args:
        split: of the data set.
        catalogue: of the data set.
        scale: see `rating_figures`.
        seed: of sampling and resampling.
        quick: sample little, for a try-out.
    """
    parts = (split.train, split.validation, split.test)
    if min(len(explicit(part)) for part in parts) < 2:
        return {}
    held_out = explicit(split.test)
    table: dict[str, dict[str, float]] = {}
    predicted: dict[str, NDArray[np.float64]] = {}
    for name, predictor in RATING_PREDICTORS.items():
        settings = tuned_settings(predictor, split.train, split.validation, catalogue)
        if name == OURS:
            settings |= {"seed": seed} | ({"sampling": _QUICK} if quick else {})
        predict = predictor.fit(split.known, catalogue, settings)
        predicted[name] = predict(held_out.reader_idx, held_out.book_idx)
        table[name] = _figures(held_out, predicted[name], scale)
    for name in table.keys() - {DEFAULT}:
        table[name] |= compare_correlations(
            held_out.rating.astype(np.float64),
            predicted[name],
            predicted[DEFAULT],
            held_out.reader_idx,
            np.random.default_rng(seed),
        )
    return table


def _product(grid: Mapping[str, tuple[JsonValue, ...]]) -> list[JsonObject]:
    choices: list[JsonObject] = [{}]
    for name, values in grid.items():
        choices = [{**settings, name: value} for settings in choices for value in values]
    return choices
