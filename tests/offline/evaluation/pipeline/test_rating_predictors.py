"""Predicted ratings beside numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.evaluation.holdout.splits import split_by
from bookrec.offline.evaluation.pipeline.rating_predictors import (
    DEFAULT,
    OURS,
    RATING_PREDICTORS,
    rating_figures,
    rating_table,
    tuned_settings,
)
from bookrec.offline.rating_prediction.rating_histories import Catalogue
from small_dataset import interactions_of

TRAIN = interactions_of((0, 0, 8), (0, 1, 4), (1, 0, 10), (1, 2, 6))
CATALOGUE = Catalogue(3, 4, {})
"""Reader 2 and book 3 have no rating; the mean is 7."""


def predictions(name: str, **settings) -> dict[tuple[int, int], float]:
    predict = RATING_PREDICTORS[name].fit(TRAIN, CATALOGUE, settings)
    pairs = [(0, 0), (1, 1), (0, 3), (2, 0), (2, 3)]
    readers, books = (np.array(column, dtype=np.int32) for column in zip(*pairs, strict=True))
    return dict(zip(pairs, predict(readers, books).tolist(), strict=True))


def test_means_by_hand():
    assert set(predictions("overall mean").values()) == {7}
    assert predictions("book's mean") == {(0, 0): 9, (1, 1): 4, (0, 3): 7, (2, 0): 9, (2, 3): 7}


def test_biases_by_hand():
    # Books: (1 + 3) / (2 + 2) = 1, -3 / (1 + 2) = -1, -1 / 3. Reader 0 has left 0 and -2: -2 / (2 + 2);
    # reader 1 has 2 and -2/3: (4 / 3) / 4.
    found = predictions("biases", book_prior=2.0, reader_prior=2.0)
    assert found == pytest.approx(
        {
            (0, 0): 7 + 1 - 0.5,
            (1, 1): 7 - 1 + 1 / 3,
            (0, 3): 7 - 0.5,
            (2, 0): 8,
            (2, 3): 7,
        }
    )


def test_only_ratings_are_measured_and_on_the_scale_of_the_source():
    held_out = interactions_of((0, 2, 0), (1, 1, 8), (2, 0, 6))
    predict = RATING_PREDICTORS["book's mean"].fit(TRAIN, CATALOGUE, {})
    assert rating_figures(predict, held_out, 1.0)["mae"] == pytest.approx((4 + 3) / 2)
    assert rating_figures(predict, held_out, 2.0)["rmse"] == pytest.approx(
        np.sqrt((16 + 9) / 2) / 2
    )


def test_priors_are_tuned_on_the_validation_part():
    rng = np.random.default_rng(0)
    mood = rng.normal(0, 2.5, 60)
    rows = [
        (reader, book, int(np.clip(round(6 + mood[reader] + rng.normal(0, 0.3)), 1, 10)))
        for reader in range(60)
        for book in range(6)
    ]
    train = interactions_of(*(row for row in rows if row[1] < 3))
    validation = interactions_of(*(row for row in rows if row[1] >= 3))
    biases = RATING_PREDICTORS["biases"]
    # What a reader gives says nearly all: the weakest prior for readers is best.
    found = tuned_settings(biases, train, validation, Catalogue(60, 6, {}))
    assert found["reader_prior"] == min(biases.grid["reader_prior"])


def test_the_table_compares_everyone_with_the_books_mean():
    rng = np.random.default_rng(3)
    mood, quality = rng.normal(0, 1.5, 40), rng.normal(0, 0.7, 30)
    rows = [
        (reader, book, int(np.clip(round(6 + mood[reader] + quality[book]), 1, 10)))
        for reader in range(40)
        for book in range(30)
    ]
    interactions = interactions_of(*rows)
    split = split_by(interactions, "half", rng.random(len(rows)) < 0.3, "hold-out", rng)
    catalogue = Catalogue(40, 30, {})
    table = rating_table(split, catalogue, 2.0, seed=1, quick=True)
    assert list(table) == list(RATING_PREDICTORS)
    assert "gain" not in table[DEFAULT]
    assert np.isnan(table["overall mean"]["gain"])
    ours, default = table[OURS], table[DEFAULT]
    assert ours["gain"] == pytest.approx(ours["pearson"] - default["pearson"])
    assert ours["gain low"] > 0
    assert ours["p"] < 0.01
    assert ours["rmse"] < 0.5 * default["rmse"]
    # Half the scale, half the error.
    assert rating_table(split, catalogue, 4.0, seed=1, quick=True)["biases"][
        "rmse"
    ] == pytest.approx(table["biases"]["rmse"] / 2)


def test_no_table_without_ratings():
    rows = interactions_of(*((reader, book, 0) for reader in range(8) for book in range(8)))
    rng = np.random.default_rng(1)
    split = split_by(rows, "some", rng.random(64) < 0.3, "hold-out", rng)
    assert rating_table(split, Catalogue(8, 8, {}), 1.0, seed=1) == {}
