"""The whole predictor on planted ratings: better than its parts, the same for a new reader."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.errors import DataError
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.rating_prediction.blending import fit_blend
from bookrec.offline.rating_prediction.rating_histories import Catalogue, RatingHistories, explicit
from bookrec.offline.rating_prediction.rating_model import RatingModel, fit_rating_model
from small_dataset import interactions_of

N_READERS, N_BOOKS = 80, 60


def planted() -> tuple[Interactions, Interactions, Catalogue]:
    """Readers with individual levels and a preference for one of two kinds of books, which no group
    names; every fifth book of a reader is unrated. Returns known, held out, catalogue."""
    rng = np.random.default_rng(8)
    level, taste = rng.normal(0, 1, N_READERS), rng.choice([-1.5, 1.5], N_READERS)
    kind, quality = rng.choice([-1, 1], N_BOOKS), rng.normal(0, 0.8, N_BOOKS)
    readers, books = np.nonzero(rng.random((N_READERS, N_BOOKS)) < 0.6)
    wanted = 6 + level[readers] + quality[books] + taste[readers] * kind[books]
    ratings = np.clip(np.round(wanted + rng.normal(0, 0.6, len(readers))), 1, 10)
    ratings[rng.random(len(readers)) < 0.2] = 0
    rows = Interactions(readers.astype(np.int32), books.astype(np.int32), ratings.astype(np.int8))
    held = rng.random(len(readers)) < 0.25
    catalogue = Catalogue(N_READERS, N_BOOKS, {"author": np.arange(N_BOOKS, dtype=np.int32) // 3})
    return rows[~held], explicit(rows[held]), catalogue


@pytest.fixture(scope="module")
def fitted() -> tuple[RatingModel, Interactions, Interactions]:
    known, held, catalogue = planted()
    return fit_rating_model(known, catalogue, seed=1), known, held


def off_by(predicted: np.ndarray, held: Interactions) -> float:
    return float(np.sqrt(np.mean((predicted - held.rating) ** 2)))


def test_the_blend_is_better_than_the_effects(fitted):
    model, known, held = fitted
    histories = RatingHistories(known, N_READERS, N_BOOKS)
    assert model.parts.factors is not None, "dense enough"
    predicted = model.predict(histories, held.reader_idx, held.book_idx)
    effects, corrections, _ = model.parts.predict(histories, held.reader_idx, held.book_idx)
    assert corrections.shape == (len(held), 3)
    assert off_by(predicted, held) < 0.75 * off_by(effects, held)
    assert predicted.min() >= model.low
    assert predicted.max() <= model.high


def test_a_new_reader_gets_what_the_same_history_gets(fitted):
    model, known, held = fitted
    histories = RatingHistories(known, N_READERS, N_BOOKS)
    history, targets = known[known.reader_idx == 11], held[held.reader_idx == 11]
    new = Interactions(np.zeros_like(history.reader_idx), history.book_idx, history.rating)
    alone = model.predict(
        RatingHistories(new, 1, N_BOOKS), np.zeros_like(targets.reader_idx), targets.book_idx
    )
    assert alone == pytest.approx(model.predict(histories, targets.reader_idx, targets.book_idx))


def test_readers_hidden_from_the_fit_are_predicted_from_their_histories():
    known, held, catalogue = planted()
    hidden = N_READERS // 2
    model = fit_rating_model(known[known.reader_idx >= hidden], catalogue, seed=1)
    targets = held[held.reader_idx < hidden]
    histories = RatingHistories(known[known.reader_idx < hidden], hidden, N_BOOKS)
    from_history = model.predict(histories, targets.reader_idx, targets.book_idx)
    nothing = RatingHistories(known[:0], hidden, N_BOOKS)
    from_nothing = model.predict(nothing, targets.reader_idx, targets.book_idx)
    assert off_by(from_history, targets) < 0.65 * off_by(from_nothing, targets)


def test_the_same_seed_gives_the_same_model(fitted):
    model, known, held = fitted
    again = fit_rating_model(known, planted()[2], seed=1)
    histories = RatingHistories(known, N_READERS, N_BOOKS)
    first, second = (
        predicted.predict(histories, held.reader_idx, held.book_idx) for predicted in (model, again)
    )
    assert np.array_equal(first, second)


def test_too_few_ratings_to_choose_weights_leave_the_effects():
    known = interactions_of((0, 0, 9), (0, 1, 7), (1, 0, 4), (1, 2, 0))
    catalogue = Catalogue(2, 3, {})
    model = fit_rating_model(known, catalogue, seed=1)
    assert model.blend is None
    readers, books = np.array([0, 1, 1], np.int32), np.array([2, 2, 1], np.int32)
    histories = RatingHistories(known, 2, 3)
    predicted = model.predict(histories, readers, books)
    effects, _, evidence = model.parts.predict(histories, readers, books)
    assert predicted == pytest.approx(effects)
    assert evidence.tolist() == [[2, 0], [1, 0], [1, 1]]
    assert predicted[0] > predicted[1], "reader 0 rates higher"


def test_without_ratings_the_error_names_the_next_command():
    known = interactions_of((0, 0, 0), (1, 2, 0))
    with pytest.raises(DataError, match="bookrec data import"):
        fit_rating_model(known, Catalogue(2, 3, {}), seed=1)


def test_a_part_is_trusted_where_there_is_evidence():
    rng = np.random.default_rng(2)
    first, truth = rng.normal(7, 1, 4000), rng.normal(0, 1, 4000)
    evidence = np.column_stack([rng.choice([0, 100], 4000), np.full(4000, 10)]).astype(float)
    # What the part says is true for readers of a hundred books and noise for others.
    corrections = np.where(evidence[:, 0] > 0, truth, rng.normal(0, 1, 4000))[:, None]
    blend = fit_blend(first, corrections, evidence, first + truth)
    lift = [
        blend(np.array([7.0]), np.array([[1.0]]), np.array([[count, 10.0]]))[0]
        - blend(np.array([7.0]), np.array([[0.0]]), np.array([[count, 10.0]]))[0]
        for count in (0.0, 100.0)
    ]
    assert lift == pytest.approx([0.0, 1.0], abs=0.08)
