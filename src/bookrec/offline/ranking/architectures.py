"""Architectures of the ranker: Wide & Deep (Cheng et al., 2016, arXiv 1606.07792) in Keras 3.

Both presets concatenate a wide and a deep logit into ``Dense(1)`` and the logistic function. Index 0 of
every embedding is "unknown".
"""

from __future__ import annotations

from dataclasses import dataclass

import keras

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Floats
from bookrec.offline.features.book_features import Vocabularies
from bookrec.offline.features.ranker_inputs import (
    AGE_BAND,
    AUTHOR,
    AVG_RATING,
    CLASSIC_INPUTS,
    DEFAULT_INPUTS,
    ISBN,
    NUM_RATINGS,
    NUMBERS,
    PAIR,
    POPULARITY,
    PUBLISHER,
    READER,
    TITLE,
    USER_ID,
    YEAR,
    RankerInput,
)
from bookrec.offline.ranking.target_encoding import WIDTHS
from bookrec.offline.runtime.untyped import KerasModel, KerasTensor

_WEIGHT_PENALTY = 1e-4
"""L2 on each weight of an id, in units of the mean loss of an interaction."""


def build_classic(
    vocabularies: Vocabularies,
    *,
    embedding_size: int | None = None,
    dropout: float = 0.1,
    weight_per_id: bool = False,
) -> KerasModel:
    """Build preset ``classic``: exactly the architecture common in notebooks.

    Wide: the six ids cast to float into one linear ``Dense(1)``, whose kernel starts at zero
    (random weights on raw ids saturate the logistic function). Deep: an embedding per id,
    flattened, with the numbers and the title vector, through Dense-ReLU-Dropout 128-64-32.

    Args:
        vocabularies: Vocabularies that size the embeddings.
        embedding_size: Width of every embedding; None = the widths of the target encodings
            (`target_encoding.WIDTHS`).
        dropout: Dropout rate after each hidden layer.
        weight_per_id: Use a weight per id in the wide part instead of casts, to measure what the casts
            cost.
    """
    tensors = {ranker_input: _keras_input(ranker_input) for ranker_input in CLASSIC_INPUTS}
    ids = {encoded: tensors[encoded] for encoded in CLASSIC_INPUTS if encoded.kind == "id"}
    sizes = _sizes(vocabularies)

    wide = _id_weights(ids, sizes) if weight_per_id else _cast_ids(ids)
    embedded = [
        _embedding(encoded, tensor, sizes[encoded], embedding_size or WIDTHS[encoded])
        for encoded, tensor in ids.items()
    ]
    dense = [tensors[AVG_RATING], tensors[NUM_RATINGS], tensors[TITLE]]
    deep = _deep([*embedded, *dense], (128, 64, 32), dropout)
    logits = keras.layers.Concatenate(name="logits")([wide, deep])
    output = keras.layers.Dense(1, activation="sigmoid", name="output")(logits)
    return keras.Model(list(tensors.values()), output, name="wide_deep_classic")


@dataclass(frozen=True)
class Scaling:
    """Means and variances that standardise the inputs of preset ``default``."""

    reader: tuple[Floats, Floats]
    """Mean and variance of the reader features, [F] each."""
    pair: tuple[Floats, Floats]
    """Mean and variance of the pair features, [P] each."""
    numbers: tuple[Floats, Floats]
    """Mean and variance of the book numbers, [K] each."""


def _cast_ids(ids: dict[RankerInput, KerasTensor]) -> KerasTensor:
    """Wide part over ids cast to numbers."""
    casts = [keras.ops.cast(id_input, "float32") for id_input in ids.values()]
    return keras.layers.Dense(1, kernel_initializer="zeros", name="wide")(
        keras.layers.Concatenate(name="wide_inputs")(casts)
    )


def _id_weights(ids: dict[RankerInput, KerasTensor], sizes: dict[RankerInput, int]) -> KerasTensor:
    """Wide part with a weight per id, shrunk towards 0 where an id has few interactions."""
    weights = []
    for encoded, tensor in ids.items():
        layer = keras.layers.Embedding(
            sizes[encoded],
            1,
            embeddings_initializer="zeros",
            embeddings_regularizer=keras.regularizers.L2(_WEIGHT_PENALTY),
            name=f"wide_{encoded.stem}",
        )
        weights.append(keras.layers.Flatten(name=f"{layer.name}_flat")(layer(tensor)))
    return keras.layers.Add(name="wide")(weights)


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

    Args:
        vocabularies: Vocabularies that size the embeddings.
        scaling: Moments that standardise the inputs; None = no standardisation.
        embedding_size: Width of every embedding.
        dropout: Dropout rate after each hidden layer.
    """
    tensors = {ranker_input: _keras_input(ranker_input) for ranker_input in DEFAULT_INPUTS}
    sizes = _sizes(vocabularies)
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
            _embedding(encoded, tensors[encoded], sizes[encoded], embedding_size)
        )
        for encoded in DEFAULT_INPUTS
        if encoded.kind == "id"
    ]
    words = keras.layers.Dropout(0.5)(tensors[TITLE])
    deep = _deep([*embedded, *scalars, words, *standard], (128, 64), dropout)
    logits = keras.layers.Concatenate(name="logits")([wide, deep])
    output = keras.layers.Dense(1, activation="sigmoid", name="output")(logits)
    return keras.Model(list(tensors.values()), output, name="wide_deep_default")


def _standardised(tensor: KerasTensor, moments: tuple[Floats, Floats] | None) -> KerasTensor:
    if moments is None:
        return tensor
    mean, variance = (values.tolist() for values in moments)
    name = f"standard_{tensor.name}"
    return keras.layers.Normalization(mean=mean, variance=variance, name=name)(tensor)


def _sizes(vocabularies: Vocabularies) -> dict[RankerInput, int]:
    """Rows of each id's embedding."""
    return {
        USER_ID: vocabularies.user.size,
        ISBN: vocabularies.isbn.size,
        AUTHOR: vocabularies.author.size,
        PUBLISHER: vocabularies.publisher.size,
        YEAR: vocabularies.year.size,
        AGE_BAND: len(AGE_BANDS),
    }


def _keras_input(ranker_input: RankerInput) -> KerasTensor:
    return keras.Input((ranker_input.width,), dtype=ranker_input.dtype, name=ranker_input.name)


def _embedding(encoded: RankerInput, tensor: KerasTensor, size: int, width: int) -> KerasTensor:
    table = keras.layers.Embedding(size, width, name=f"embedding_{encoded.stem}")
    return keras.layers.Flatten(name=f"embedding_{encoded.stem}_flat")(table(tensor))


def _deep(inputs: list[KerasTensor], widths: tuple[int, ...], dropout: float) -> KerasTensor:
    hidden = keras.layers.Concatenate(name="deep_inputs")(inputs)
    for number, width in enumerate(widths, start=1):
        hidden = keras.layers.Dense(width, activation="relu", name=f"deep_{number}")(hidden)
        hidden = keras.layers.Dropout(dropout)(hidden)
    return keras.layers.Dense(1, name="deep")(hidden)


def logit_model(model: KerasModel) -> KerasModel:
    """Build the network that outputs the logits of ``model``, for training.

    It shares all layers with ``model`` except the last, named ``logit``. `model_logits` computes the
    logits of any model.
    """
    features = model.get_layer("logits").output
    output = model.get_layer("output")

    linear = keras.layers.Dense(1, name="logit")
    logit = linear(features)
    linear.kernel.assign(output.kernel)
    linear.bias.assign(output.bias)
    return keras.Model(model.inputs, logit, name=f"{model.name}_logit")
