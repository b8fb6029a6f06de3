"""Compilation of well-known architectures in several notations, and refusal of other layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
from keras import layers, ops  # noqa: E402

from bookrec.errors import ModelError  # noqa: E402
from bookrec.offline.compile.compile_ranker import (  # noqa: E402
    CannotSplit,
    compile_split,
    reader_rows,
    split_model,
)
from bookrec.offline.compile.keras_fallback import KerasRanker  # noqa: E402
from model_parity import (  # noqa: E402
    ACTIVITY,
    BOOK_VALUES,
    BOOKS,
    PAIRS,
    READERS,
    SIDES,
    assert_equals_keras,
    assert_keras_ranker,
    draw_weights,
    keras_outputs,
    make_inputs,
)

SIZES = {"user": READERS, "band": 8, "book": 31, "author": 9}
Inputs = dict[str, Any]
BUILDERS: dict[str, Callable[[Inputs], Any]] = {}


def architecture(build: Callable[[Inputs], Any]) -> Callable[[Inputs], Any]:
    """Register a function from inputs to the output."""
    BUILDERS[build.__name__] = build
    return build


def embedded(inputs: Inputs, name: str, width: int = 5) -> Any:
    return layers.Flatten()(layers.Embedding(SIZES[name], width)(inputs[name]))


def last(tensor: Any, activation: str = "sigmoid") -> Any:
    return layers.Dense(1, activation=activation, name="last")(tensor)


@architecture
def matrix_factorisation_with_biases(x: Inputs) -> Any:
    product = layers.Dot(axes=1)([embedded(x, "user"), embedded(x, "book")])
    biases = [embedded(x, name, 1) for name in ("user", "book")]
    return layers.Activation("sigmoid")(layers.Add()([product, *biases]))


@architecture
def embeddings_multiplied_before_they_are_flat(x: Inputs) -> Any:
    tables = [layers.Embedding(SIZES[n], 4)(x[n]) for n in ("user", "book")]
    return ops.sigmoid(layers.Flatten()(layers.Dot(axes=2)(tables)))


@architecture
def embeddings_joined_before_they_are_flat(x: Inputs) -> Any:
    tables = [layers.Embedding(SIZES[n], 4)(x[n]) for n in ("user", "book", "band")]
    side_by_side = layers.Flatten()(layers.Concatenate(axis=-1)(tables))
    stacked = layers.Flatten()(layers.Concatenate(axis=1)(tables))
    part = layers.Dense(6, activation="relu")(layers.Concatenate()([side_by_side, stacked]))
    return last(part)


@architecture
def a_matrix_through_a_dense_layer_row_by_row(x: Inputs) -> Any:
    rows = layers.Concatenate(axis=1)([layers.Embedding(SIZES[n], 4)(x[n]) for n in SIZES])
    rows = layers.Dense(3, activation="tanh")(layers.BatchNormalization()(rows))
    return last(layers.Flatten()(layers.Permute((2, 1))(rows)))


@architecture
def neural_matrix_factorisation(x: Inputs) -> Any:
    general = layers.Multiply()([embedded(x, "user", 4), embedded(x, "book", 4)])
    deep = layers.Concatenate()([embedded(x, "user", 6), embedded(x, "book", 6)])
    for width in (8, 4):
        deep = layers.Dropout(0.2)(layers.Dense(width, activation="relu")(deep))
    return last(layers.Concatenate()([general, deep]))


@architecture
def two_towers_and_a_cosine(x: Inputs) -> Any:
    tower = keras.Sequential([layers.Dense(9, "relu"), layers.Dense(5)], name="tower")
    reader = layers.Concatenate()([embedded(x, "user"), embedded(x, "band")])
    book = layers.Concatenate()([embedded(x, "book"), embedded(x, "author")])
    cosine = layers.Dot(axes=1, normalize=True)([tower(reader), tower(book)])
    return last(cosine)


@architecture
def cross_network(x: Inputs) -> Any:
    first = layers.Concatenate()([embedded(x, "user", 3), embedded(x, "book", 3), x["numbers"]])
    crossed = first
    for _ in range(3):
        crossed = first * layers.Dense(10)(crossed) + crossed
    return last(crossed)


@architecture
def factorisation_machine(x: Inputs) -> Any:
    fields = layers.Concatenate(axis=1)([layers.Embedding(SIZES[n], 3)(x[n]) for n in SIZES])
    of_sum = ops.square(ops.sum(fields, axis=1))
    sum_of = ops.sum(ops.square(fields), axis=1)
    pairs = 0.5 * ops.sum(of_sum - sum_of, axis=1, keepdims=True)
    linear = layers.Add()([embedded(x, name, 1) for name in SIZES])
    return ops.sigmoid(pairs + linear)


@architecture
def residual_blocks(x: Inputs) -> Any:
    hidden = layers.Concatenate()([embedded(x, "user"), x["numbers"], x["activity"], x["pair"]])
    hidden = layers.Dense(8)(hidden)
    for _ in range(2):
        change = layers.Dense(8, activation="relu")(layers.BatchNormalization()(hidden))
        hidden = layers.Add()([hidden, layers.Dense(8)(change)])
    return last(layers.LayerNormalization()(hidden), "linear")


@architecture
def wide_with_raw_ids(x: Inputs) -> Any:
    casts = [ops.cast(x[name], "float32") for name in SIZES]
    wide = layers.Dense(1)(layers.Concatenate()(casts))
    deep = layers.Concatenate()([embedded(x, name) for name in SIZES])
    deep = layers.Dense(1)(layers.Dense(7, activation="relu")(deep))
    return last(layers.Concatenate()([wide, deep]))


@architecture
def reader_side_network_on_history_and_age(x: Inputs) -> Any:
    reader = layers.Concatenate()([x["activity"], embedded(x, "band")])
    for activation in ("relu", "gelu"):
        reader = layers.Dense(6, activation=activation)(reader)
    book = layers.Dense(6, activation="tanh")(x["numbers"])
    together = layers.Concatenate()([reader, book, layers.Multiply()([reader, book])])
    return last(layers.Dense(5, activation="relu")(together))


@architecture
def gate_of_the_reader_over_experts(x: Inputs) -> Any:
    gate = layers.Dense(3, activation="softmax")(x["activity"])
    both = layers.Concatenate()([x["numbers"], x["pair"], x["affinity"]])
    experts = [layers.Dense(4, activation="relu")(both) for _ in range(3)]
    weighed = [gate[:, i : i + 1] * expert for i, expert in enumerate(experts)]
    return last(layers.Add()(weighed))


@architecture
def models_within_models(x: Inputs) -> Any:
    a, b = keras.Input((5,), name="a"), keras.Input((5,), name="b")
    small = keras.Sequential([layers.Dense(4, "relu"), layers.BatchNormalization()])
    inner = keras.Model([a, b], small(layers.Concatenate()([a, layers.Dense(3, "relu")(b)])))
    user, book = embedded(x, "user"), embedded(x, "book")
    both = layers.Concatenate()([inner([user, book]), inner([book, user])])
    head_in = keras.Input((8,))
    head = keras.Model(head_in, layers.Dense(1, activation="sigmoid")(head_in), name="head")
    return head(both)


@architecture
def models_within_models_given_by_name(x: Inputs) -> Any:
    z, b = keras.Input((5,), name="z"), keras.Input((5,), name="b")
    inner = keras.Model({"z": z, "b": b}, layers.Dense(3, "relu")(z - 2.0 * b))
    return last(inner({"z": embedded(x, "book"), "b": embedded(x, "user")}))


@architecture
def one_hot_ids_into_a_linear_layer(x: Inputs) -> Any:
    hot = [layers.CategoryEncoding(SIZES[n], output_mode="one_hot")(x[n]) for n in SIZES]
    return last(layers.Concatenate()(hot))


@architecture
def scaled_numbers(x: Inputs) -> Any:
    pair = layers.Rescaling(0.5, offset=-1.0)(
        layers.Normalization(mean=0.3, variance=2.0)(x["pair"])
    )
    thirds = [x["numbers"], layers.Dense(4)(x["activity"]), layers.Dense(4)(x["pair"])]
    book = layers.Average()(thirds)
    return last(layers.Dense(6, "selu")(layers.Concatenate()([pair, book, -x["affinity"]])))


@architecture
def a_product_of_layers_side_by_side(x: Inputs) -> Any:
    first = layers.Dense(3, "relu")(layers.Concatenate()([embedded(x, "user"), x["pair"]]))
    left = layers.Concatenate()([x["numbers"], first])
    right = layers.Concatenate()([first, layers.Dense(4, "sigmoid")(left)])
    return last(layers.Multiply()([left, right]))


@architecture
def only_the_book(x: Inputs) -> Any:
    return last(layers.Dense(4, "relu")(x["numbers"]))


@pytest.mark.parametrize("name", BUILDERS)
def test_it_equals_keras(name: str):
    inputs = make_inputs()
    model = keras.Model(inputs, BUILDERS[name](inputs), name=name)
    draw_weights(model, seed=5)
    assert_equals_keras(model, seed=5)


def test_a_model_read_from_a_file_compiles_to_equal_logits(tmp_path: Path):
    inputs = make_inputs()
    model = keras.Model(inputs, models_within_models(inputs), name="saved")
    draw_weights(model, seed=8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert_equals_keras(loaded, seed=5)
    np.testing.assert_array_equal(keras_outputs(loaded, 3), keras_outputs(model, 3))


def test_inputs_without_an_axis():
    """Inputs of shape (n,), as well as of shape (n, 1)."""
    user = keras.Input((), dtype="int32", name="user")
    book = keras.Input((), dtype="int32", name="book")
    affinity = keras.Input((), name="affinity")
    tables = [layers.Embedding(31, 4)(ids) for ids in (user, book)]
    both = layers.Concatenate()([*tables, ops.expand_dims(affinity, -1)])
    model = keras.Model([user, book, affinity], last(layers.Dense(6, "relu")(both)))
    draw_weights(model, 2)
    ranker = compile_split(model, SIDES, BOOK_VALUES)
    assert (ranker.reader_width, ranker.pair_width) == (4, 1)
    rows = reader_rows(model, SIDES, {"user": np.arange(READERS)})
    pairs = PAIRS[3, :, :1]
    logits = ranker.logits(ranker.reader_terms(0, rows[3]), slice(None), pairs)
    values = [np.full(BOOKS, 3), BOOK_VALUES["book"], pairs[:, 0]]
    expected = np.asarray(model.predict_on_batch(values))[:, 0]
    assert 0.02 < expected.min() < expected.max() < 0.98
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), expected, atol=1e-6)


def test_reader_features_have_the_documented_order():
    inputs = make_inputs()
    id_as_number = ops.cast(inputs["user"], "float32")
    both = layers.Concatenate()(
        [inputs["activity"], id_as_number, embedded(inputs, "user", 4), inputs["numbers"]]
    )
    model = keras.Model(inputs, last(both))
    split = split_model(model, SIDES)
    assert [columns for _, columns in split.reader_columns] == [
        slice(0, 4),
        slice(4, 7),
        slice(7, 8),
    ]
    assert split.raw_ids == 1
    rows = reader_rows(model, SIDES, {"user": np.arange(READERS), "activity": ACTIVITY})
    table = next(layer for layer in model.layers if isinstance(layer, layers.Embedding))
    np.testing.assert_array_equal(rows[:, :4], table.get_weights()[0])
    np.testing.assert_array_equal(rows[:, 4:7], ACTIVITY)
    np.testing.assert_array_equal(rows[:, 7], np.arange(READERS))
    with pytest.raises(ModelError, match="also needs activity"):
        reader_rows(model, SIDES, {"user": np.arange(READERS)})


def test_a_narrow_layer_between_wide_ones_is_kept_narrow():
    inputs = make_inputs()
    wide = layers.Dense(60, "relu")(
        layers.Concatenate()([embedded(inputs, "user"), inputs["pair"]])
    )
    narrow = layers.Dense(2)(wide)
    again = layers.Dense(50, "relu")(narrow)
    split = split_model(keras.Model(inputs, last(again)), SIDES)
    assert [layer.kind for layer in split.layers] == ["relu", "linear", "relu"]
    merged = layers.Dense(1)(layers.Dense(40)(wide))
    split = split_model(keras.Model(inputs, last(merged)), SIDES)
    assert [layer.kind for layer in split.layers] == ["relu"]


# What is refused ---------------------------------------------------------------------------------


@keras.saving.register_keras_serializable("bookrec-tests")
class Dense(layers.Dense):
    """A foreign layer with the name of a Keras layer."""

    def call(self, inputs: Any) -> Any:
        return super().call(inputs) * 2.0


def _attention(x: Inputs) -> Any:
    tables = [layers.Embedding(SIZES[n], 4)(x[n]) for n in ("user", "book")]
    return layers.Flatten()(layers.MultiHeadAttention(1, 2, name="guilty")(*tables))


def _both(x: Inputs) -> Any:
    return layers.Concatenate()([embedded(x, "user", 4), embedded(x, "book", 4)])


REFUSED: dict[str, tuple[Callable[[Inputs], Any], str]] = {
    "attention": (
        _attention,
        r"'guilty' \(MultiHeadAttention\) .* mixes reader and book inputs .* not one of the layers",
    ),
    "a layer of one's own": (lambda x: Dense(3, name="guilty")(_both(x)), r"'guilty' \(Dense\)"),
    "a function of one's own": (
        lambda x: layers.Lambda(lambda t: t * t, name="guilty")(_both(x)),
        r"'guilty' \(Lambda\)",
    ),
    "an activation of one's own": (
        lambda x: layers.Dense(3, activation=ops.sin, name="guilty")(_both(x)),
        r"'guilty' .* has an activation that is not one of Keras's usual ones",
    ),
    "a recurrent layer": (
        lambda x: layers.GRU(3, name="guilty")(layers.Reshape((2, 4))(_both(x))),
        r"\(GRU\)",
    ),
    "a pair-side vocabulary": (
        lambda x: layers.Flatten()(layers.Embedding(4, 2, name="guilty")(x["pair"])),
        r"'guilty' \(Embedding\) of model 'refused' needs inputs \(pair\)",
    ),
    "half precision": (
        lambda x: layers.Dense(3, dtype="mixed_float16", name="guilty")(_both(x)),
        "'guilty' .* computes in half precision",
    ),
    "noise at inference": (
        lambda x: layers.Dropout(0.5, name="guilty")(_both(x), training=True),
        "'guilty' .* is always in training mode",
    ),
    "normalisation of another axis": (
        lambda x: layers.Flatten()(
            layers.BatchNormalization(axis=1, name="guilty")(layers.Reshape((2, 4))(_both(x)))
        ),
        "'guilty' .* normalises axis 1",
    ),
    "a quotient": (lambda x: 1.0 / (2.0 + ops.exp(_both(x))), "divides by what is not a constant"),
    "rounding": (lambda x: ops.cast(ops.cast(_both(x), "int32"), "float32"), "rounds to int32"),
    "submodel": (
        lambda x: keras.Sequential(
            [layers.Dense(4), layers.Lambda(ops.sin, name="guilty")], name="inner"
        )(_both(x)),
        r"'inner/guilty' \(Lambda\)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_unsplittable_layer_is_named_and_left_to_keras(case: str):
    build, words = REFUSED[case]
    inputs = make_inputs()
    model = keras.Model(inputs, last(build(inputs)), name="refused")
    draw_weights(model, 4)
    with pytest.raises(CannotSplit, match=words) as refusal:
        compile_split(model, SIDES, BOOK_VALUES)
    assert str(refusal.value).endswith("so the model can only be run by Keras.")
    if case in ("attention", "a quotient", "submodel"):
        probabilities = keras_outputs(model, 2)
        assert np.ptp(probabilities) > 0.01
        assert_keras_ranker(model, 2, np.log(probabilities) - np.log1p(-probabilities))


def test_reader_features_that_are_too_wide_are_refused():
    inputs = make_inputs()
    hot = {n: layers.CategoryEncoding(12_000, output_mode="one_hot")(inputs[n]) for n in SIZES}
    model = keras.Model(inputs, last(layers.Concatenate()([hot["user"], hot["book"]])))
    with pytest.raises(CannotSplit, match="gives 12000 numbers for each reader"):
        compile_split(model, SIDES, BOOK_VALUES)
    scaled = 2.0 * layers.Concatenate()([hot["book"], inputs["pair"]])
    with pytest.raises(CannotSplit, match="needs a matrix of 12000 x 12002"):
        compile_split(keras.Model(inputs, last(scaled)), SIDES, BOOK_VALUES)
    unscaled = layers.Concatenate()([hot["book"], inputs["pair"]])
    assert compile_split(keras.Model(inputs, last(unscaled)), SIDES, BOOK_VALUES).n_books == BOOKS


def test_two_output_columns_are_refused():
    inputs = make_inputs()
    model = keras.Model(inputs, layers.Dense(2, name="pair_of_scores")(_both(inputs)))
    with pytest.raises(CannotSplit, match=r"'pair_of_scores' .* gives 2 numbers for a pair"):
        compile_split(model, SIDES, BOOK_VALUES)


def test_two_outputs_and_models_without_a_graph_are_refused():
    inputs = make_inputs()
    model = keras.Model(inputs, [last(_both(inputs)), layers.Dense(1)(inputs["pair"])], name="two")
    with pytest.raises(ModelError, match="'two' has 2 outputs"):
        compile_split(model, SIDES, BOOK_VALUES)

    class Written(keras.Model):
        def call(self, x: Any) -> Any:
            return x

    for attempt in (compile_split, KerasRanker):
        with pytest.raises(ModelError, match="is a Written, not a functional"):
            attempt(Written(name="written"), SIDES, BOOK_VALUES)
