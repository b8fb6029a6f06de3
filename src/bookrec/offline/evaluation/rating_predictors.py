"""Predicting the rating a reader gives to a book: the simple predictors to beat.

A predictor is fitted to explicit ratings and predicts on the same scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.evaluation import prediction_metrics
from bookrec.offline.features import Interactions

Predict = Callable[[Ints, Ints], NDArray[np.float64]]
"""(reader_idx [n], book_idx [n]) → [n] ratings."""

Shape = tuple[int, int]
"""Readers, books."""

METRICS: Final = ("rmse", "mae", "pearson", "spearman")


@dataclass(frozen=True)
class RatingPredictor:
    """A way to predict ratings, with settings to tune."""

    name: str
    source: str
    grid: Mapping[str, tuple[Any, ...]]
    fit: Callable[[Interactions, Shape, dict[str, Any]], Predict]
    """(explicit ratings, shape, settings) → a function."""


def explicit(interactions: Interactions) -> Interactions:
    """Those with a rating."""
    return interactions[interactions.rating > 0]


def rating_figures(predict: Predict, held_out: Interactions, scale: float) -> dict[str, float]:
    """RMSE, MAE, Pearson and Spearman over held-out ratings.

    Args:
        scale: what the ratings are divided by before they are measured (2 for five-star sources,
            which are kept as found times two).
    """
    rows = explicit(held_out)
    predicted = predict(rows.reader_idx, rows.book_idx) / scale
    given = rows.rating.astype(np.float64) / scale
    return {name: getattr(prediction_metrics, name)(given, predicted) for name in METRICS}


def _overall(ratings: Interactions) -> float:
    return float(ratings.rating.mean()) if len(ratings) else 0.0


def _fit_overall(ratings: Interactions, shape: Shape, settings: dict[str, Any]) -> Predict:  # noqa: ARG001
    mean = _overall(ratings)
    return lambda _, books: np.full(len(books), mean)


def _fit_book_mean(ratings: Interactions, shape: Shape, settings: dict[str, Any]) -> Predict:  # noqa: ARG001
    count = np.bincount(ratings.book_idx, minlength=shape[1])
    total = np.bincount(ratings.book_idx, ratings.rating, shape[1])
    mean = np.where(count > 0, total / np.maximum(count, 1), _overall(ratings))
    return lambda _, books: mean[books]


def _fit_biases(ratings: Interactions, shape: Shape, settings: dict[str, Any]) -> Predict:
    """``mean + b_i + b_u``: shrunken deviations of books, then of readers from what is left."""
    mean = _overall(ratings)
    rest = ratings.rating.astype(np.float64) - mean
    by_book = _shrunken(ratings.book_idx, rest, shape[1], settings["book_prior"])
    rest = rest - by_book[ratings.book_idx]
    by_reader = _shrunken(ratings.reader_idx, rest, shape[0], settings["reader_prior"])
    low, high = float(ratings.rating.min(initial=1)), float(ratings.rating.max(initial=10))
    return lambda readers, books: np.clip(mean + by_book[books] + by_reader[readers], low, high)


def _shrunken(
    key: Ints, values: NDArray[np.float64], size: int, prior: float
) -> NDArray[np.float64]:
    count = np.bincount(key, minlength=size)
    return np.bincount(key, values, size) / np.maximum(count + prior, 1e-9)


RATING_PREDICTORS: Final[dict[str, RatingPredictor]] = {
    predictor.name: predictor
    for predictor in (
        RatingPredictor("overall mean", "mean of all ratings", {}, _fit_overall),
        RatingPredictor(
            "book's mean", "mean rating of the book: a shop's usual default", {}, _fit_book_mean
        ),
        RatingPredictor(
            "biases",
            "Koren, 'Factor in the neighbors', ACM TKDD 2010, section 2.1",
            {"book_prior": (10.0, 3.0, 25.0), "reader_prior": (5.0, 1.0, 2.0, 10.0, 20.0)},
            _fit_biases,
        ),
    )
}


def tuned_settings(
    predictor: RatingPredictor, train: Interactions, validation: Interactions, shape: Shape
) -> dict[str, Any]:
    """The settings with the lowest RMSE on the validation part: the whole grid is tried."""
    train, validation = explicit(train), explicit(validation)
    best: tuple[float, dict[str, Any]] | None = None
    for settings in _product(predictor.grid):
        predict = predictor.fit(train, shape, settings)
        error = rating_figures(predict, validation, 1.0)["rmse"]
        if best is None or error < best[0]:
            best = error, settings
    assert best is not None
    return best[1]


def _product(grid: Mapping[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{}]
    for name, values in grid.items():
        found = [{**settings, name: value} for settings in found for value in values]
    return found
