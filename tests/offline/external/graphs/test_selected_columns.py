"""An input of two ids that the model takes apart becomes two inputs, with the same predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.offline.external.artifacts.artifact_files import find_sources
from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

import keras  # noqa: E402

from bookrec.offline.external.graphs.model_inputs import inputs_of  # noqa: E402
from bookrec.offline.external.graphs.selected_columns import inputs_taken_apart  # noqa: E402
from bookrec.offline.external.mapping.split_inputs import find_stacked, unstacked  # noqa: E402


def pair_model(*, sliced: bool, whole: bool = False) -> Any:
    """A product of two embeddings of the columns of one input."""
    pair = keras.Input((2,), dtype="int32", name="pair")
    user = keras.layers.Embedding(5, 3, name="users")(pair[:, 0:1] if sliced else pair[:, 0])
    book = keras.layers.Embedding(7, 3, name="books")(pair[:, 1:] if sliced else pair[:, -1])
    if sliced:
        user, book = keras.layers.Flatten()(user), keras.layers.Flatten()(book)
    parts = [user, book]
    if whole:
        parts.append(keras.ops.cast(pair, "float32"))
    hidden = keras.layers.Concatenate()([keras.layers.Multiply()([user, book]), *parts])
    return keras.Model(pair, keras.layers.Dense(1)(hidden))


@pytest.mark.parametrize("sliced", [False, True])
def test_columns_of_a_pair_are_inputs(tmp_path: Path, sliced: bool):
    model = pair_model(sliced=sliced)
    stacked = find_stacked(
        inputs_of(model)[0], find_sources(tmp_path), [], inputs_taken_apart(model)
    )
    assert stacked == {"pair": ["pair.0", "pair.1"]}
    apart = unstacked(model, stacked)
    inputs = {i.name: [lookup.name for lookup in i.lookups] for i in inputs_of(apart)[0]}
    assert inputs == {"pair.0": ["users"], "pair.1": ["books"]}
    pairs = np.array([[1, 6], [4, 2], [3, 0]], dtype="int32")
    np.testing.assert_array_equal(
        np.asarray(model(pairs)), np.asarray(apart([pairs[:, :1], pairs[:, 1:]]))
    )


def test_an_input_that_is_also_used_whole_stays_one():
    assert inputs_taken_apart(pair_model(sliced=False)) == {"pair"}
    assert inputs_taken_apart(pair_model(sliced=False, whole=True)) == frozenset()
