"""Architecture of preset ``default``: Wide & Deep with heads for interaction and rating."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import keras

from bookrec.arrays import Floats
from bookrec.offline.features.book_features import Vocabularies
from bookrec.offline.features.ranker_inputs import (
    AVG_RATING,
    DEFAULT_INPUTS,
    NUM_RATINGS,
    NUMBERS,
    PAIR,
    POPULARITY,
    READER,
    TITLE,
)
from bookrec.offline.ranking.architectures import (
    embedding,
    embedding_rows,
    hidden_layers,
    keras_input,
)
from bookrec.offline.runtime.untyped import KerasModel, KerasTensor

RATING_HEAD: Final = "rating"
"""Layer that predicts the rating, in points around `USUAL_RATING`."""
USUAL_RATING: Final = 7.5
"""Origin of predicted ratings, on the scale 1–10."""


@dataclass(frozen=True)
class Scaling:
    """Means and variances that standardise the inputs of preset ``default``."""

    reader: tuple[Floats, Floats]
    """Mean and variance of the reader features, [F] each."""
    pair: tuple[Floats, Floats]
    """Mean and variance of the pair features, [P] each."""
    numbers: tuple[Floats, Floats]
    """Mean and variance of the book numbers, [K] each."""


def build_default(
    vocabularies: Vocabularies,
    *,
    scaling: Scaling | None = None,
    embedding_size: int = 8,
    dropout: float = 0.2,
) -> KerasModel:
    """Build preset ``default``, which represents readers by their history, never by an id.

    Wide: popularity and the pair features. A weight per book would overfit the targets. Deep: small
    embeddings with strong dropout (larger ones overfit too), the reader features, the book numbers,
    the title vector and the pair features, through Dense-ReLU-Dropout 128-64.

    Two heads share the hidden layers: whether the reader takes the book up (wide and deep logit), and
    the rating that the reader gives it then. The output layer adds the heads and the book's popularity;
    `ranking.list_weights` chooses the last two weights, which start at zero.

    Args:
        vocabularies: Vocabularies that size the embeddings.
        scaling: Moments that standardise the inputs; None = no standardisation.
        embedding_size: Width of every embedding.
        dropout: Dropout rate after each hidden layer.
    """
    tensors = {ranker_input: keras_input(ranker_input) for ranker_input in DEFAULT_INPUTS}
    sizes = embedding_rows(vocabularies)
    scalars = [tensors[AVG_RATING], tensors[NUM_RATINGS], tensors[POPULARITY]]

    standard = [
        _standardised(tensors[part], None if scaling is None else getattr(scaling, name))
        for name, part in (("numbers", NUMBERS), ("reader", READER), ("pair", PAIR))
    ]
    wide = keras.layers.Dense(1, name="wide")(
        keras.layers.Concatenate(name="wide_inputs")([scalars[2], standard[2]])
    )
    embedded = [
        keras.layers.Dropout(0.5)(
            embedding(encoded, tensors[encoded], sizes[encoded], embedding_size)
        )
        for encoded in DEFAULT_INPUTS
        if encoded.kind == "id"
    ]
    words = keras.layers.Dropout(0.5)(tensors[TITLE])
    hidden = hidden_layers([*embedded, *scalars, words, *standard], (128, 64), dropout)
    deep = keras.layers.Dense(1, name="deep")(hidden)
    rating = keras.layers.Dense(1, name=RATING_HEAD)(hidden)
    interaction = keras.layers.Concatenate(name="interaction_logits")([wide, deep])
    logits = keras.layers.Concatenate(name="logits")([interaction, rating, scalars[2]])
    output = keras.layers.Dense(1, activation="sigmoid", name="output")(logits)
    model = keras.Model(list(tensors.values()), output, name="wide_deep_default")
    set_list_weights(model, 0.0, 0.0)
    return model


def set_list_weights(model: KerasModel, rating: float, popularity: float) -> None:
    """Set the weights of the rating head and of the popularity in the logit of `build_default`.

    Args:
        model: The model, changed in place.
        rating: Logits per point of predicted rating.
        popularity: Logits that each unit of log(1 + readers) takes away.
    """
    kernel, bias = model.get_layer("output").get_weights()
    kernel[-2:, 0] = rating, -popularity
    model.get_layer("output").set_weights([kernel, bias])


def rating_model(model: KerasModel) -> KerasModel:
    """Build the network that outputs the predicted ratings of a model of `build_default`."""
    return keras.Model(
        model.inputs, model.get_layer(RATING_HEAD).output, name=f"{model.name}_rating"
    )


def _standardised(tensor: KerasTensor, moments: tuple[Floats, Floats] | None) -> KerasTensor:
    if moments is None:
        return tensor
    mean, variance = (values.tolist() for values in moments)
    name = f"standard_{tensor.name}"
    return keras.layers.Normalization(mean=mean, variance=variance, name=name)(tensor)


def two_head_model(model: KerasModel) -> KerasModel:
    """Build the network that outputs the interaction logit and the rating of `build_default`.

    It shares all layers with ``model`` except the one named ``logit``; `adopt_interaction_logit` copies
    that one back.
    """
    logit = keras.layers.Dense(1, name="logit")(model.get_layer("interaction_logits").output)
    heads = [logit, model.get_layer(RATING_HEAD).output]
    return keras.Model(model.inputs, heads, name=f"{model.name}_heads")


def adopt_interaction_logit(model: KerasModel, heads: KerasModel) -> None:
    """Copy the trained interaction logit of `two_head_model` into the output layer of ``model``."""
    trained, trained_bias = heads.get_layer("logit").get_weights()
    kernel, _ = model.get_layer("output").get_weights()
    kernel[: len(trained)] = trained
    model.get_layer("output").set_weights([kernel, trained_bias])
