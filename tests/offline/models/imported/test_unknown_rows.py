"""Mean rows: scores of known ids do not change, unknown ids get the mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from notebook import randomised

start_tensorflow()

import keras  # noqa: E402

from bookrec.offline.external.artifacts.encoder import Encoder  # noqa: E402
from bookrec.offline.external.graphs.model_inputs import inputs_of  # noqa: E402
from bookrec.offline.external.mapping.input_plan import InputPlan  # noqa: E402
from bookrec.offline.external.mapping.mapping import InputMapping  # noqa: E402
from bookrec.offline.models.imported.unknown_rows import with_mean_rows  # noqa: E402

USERS, BOOKS = 4, 6
"""Rows of the embeddings; no reader has the last user row."""


def flat() -> Any:
    """A model that embeds ids and also uses them as plain numbers."""
    user = keras.Input((1,), name="user", dtype="int32")
    book = keras.Input((1,), name="book", dtype="int32")
    deep = [
        keras.layers.Flatten()(keras.layers.Embedding(USERS, 2)(user)),
        keras.layers.Flatten()(keras.layers.Embedding(BOOKS, 3)(book)),
    ]
    wide = [keras.ops.cast(user, "float32"), keras.ops.cast(book, "float32")]
    return keras.Model(
        [user, book], keras.layers.Dense(1)(keras.layers.Concatenate()([*deep, *wide]))
    )


def towers() -> Any:
    """A model with a submodel per side, whose inputs have the names of the outer inputs."""
    sides = []
    inputs = [keras.Input((1,), name=name, dtype="int32") for name in ("user", "book")]
    for tensor, rows in zip(inputs, (USERS, BOOKS), strict=True):
        inner = keras.Input((1,), name=tensor.name, dtype="int32")
        vector = keras.layers.Flatten()(keras.layers.Embedding(rows, 3)(inner))
        tower = keras.Model(inner, keras.layers.Dense(2)(vector), name=f"{tensor.name}_tower")
        sides.append(tower(tensor))
    return keras.Model(inputs, keras.layers.Dot(axes=1)(sides))


def extended(model: Any) -> Any:
    plans = [
        InputPlan(
            name,
            InputMapping(side=side, column=column),
            1,
            "int32",
            rows,
            "mean",
            float(rows),
            Encoder.of_labels(range(known)),
        )
        for name, side, column, rows, known in (
            ("user", "reader", "user_id", USERS, USERS - 1),
            ("book", "book", "isbn", BOOKS, BOOKS),
        )
    ]
    return with_mean_rows(model, inputs_of(model)[0], plans)


def outputs(model: Any, users: list[int], books: list[int]) -> np.ndarray:
    rows = {"user": np.array(users)[:, None], "book": np.array(books)[:, None]}
    return model.predict(rows, verbose=0)[:, 0]


@pytest.mark.parametrize("make", [flat, towers])
def test_scores_of_known_ids_do_not_change(make: Any):
    model = randomised(make(), 5)
    users, books = [0, 1, 2, 0], [5, 0, 3, 2]
    np.testing.assert_array_equal(
        outputs(extended(model), users, books), outputs(model, users, books)
    )


@pytest.mark.parametrize("make", [flat, towers])
def test_unknown_ids_score_the_mean_of_known_ones(make: Any):
    """Both models are linear in each side: the mean row gives the mean score."""
    model = randomised(make(), 6)
    unknown_user = outputs(extended(model), [USERS], [3])
    np.testing.assert_allclose(unknown_user, outputs(model, [0, 1, 2], [3] * 3).mean(), rtol=1e-5)
    unknown_book = outputs(extended(model), [1], [BOOKS])
    each = outputs(model, [1] * BOOKS, list(range(BOOKS)))
    np.testing.assert_allclose(unknown_book, each.mean(), rtol=1e-5)


def test_the_imported_model_does_not_change():
    model = randomised(flat(), 7)
    before = [weights.copy() for weights in model.get_weights()]
    extended(model)
    for old, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)
